import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
const START_MS = 60_000;

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** An empty page of a headless Chromium that renders with SwiftShader; driven through the DevTools protocol. */
export class ChromiumPage {
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #text = '';
  #ids = 0;
  #session: string | undefined;

  private constructor(
    readonly process: ChildProcess,
    readonly profile: string,
  ) {
    const output = process.stdio[4] as Readable;
    output.setEncoding('utf8').on('data', (text: string) => {
      // Messages are told apart by a zero byte.
      const messages = (this.#text + text).split('\0');
      this.#text = messages.pop() ?? '';
      for (const message of messages) {
        const answer = JSON.parse(message) as Answer;
        this.#waiting.get(answer.id ?? -1)?.(answer);
      }
    });
  }

  /** A page with this script in it, and the browser's version; or the reason why there is none. */
  static async open(script: string): Promise<{ page: ChromiumPage; version: string } | string> {
    for (const browser of BROWSERS) {
      const page = ChromiumPage.#launch(browser);
      const failed = new Promise<string>((resolve) => {
        page.process.once('error', ({ message }) => resolve(message));
        page.process.once('exit', (code) => resolve(`${browser} exited with ${code}`));
        setTimeout(() => resolve(`${browser} does not answer`), START_MS).unref();
      });
      const version = await Promise.race([page.#start(script), failed.then((reason) => ({ reason }))]);
      if (typeof version === 'string') {
        return { page, version };
      }
      page.close();
    }
    return `none of ${BROWSERS.join(', ')} runs here`;
  }

  static #launch(browser: string): ChromiumPage {
    const profile = mkdtempSync(join(tmpdir(), 'cg-chromium-'));
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const swiftShader = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
    const flags = ['--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`];
    return new ChromiumPage(
      spawn(browser, [...flags, ...swiftShader, ...asRoot, 'about:blank'], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      }),
      profile,
    );
  }

  /** Calls a function of the page with an argument that is JSON. */
  async call<Result>(name: string, argument: unknown): Promise<Result> {
    return (await this.#evaluate(`${name}(${JSON.stringify(argument)})`)) as Result;
  }

  close(): void {
    this.process.kill('SIGKILL');
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(script: string): Promise<string> {
    const { product } = await this.#send('Browser.getVersion');
    const { targetInfos } = await this.#send('Target.getTargets');
    const targets = targetInfos as { type: string; targetId: string }[];
    const targetId = targets.find(({ type }) => type === 'page')?.targetId;
    const { sessionId } = await this.#send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId as string;
    await this.#evaluate(script);
    return product as string;
  }

  async #evaluate(expression: string): Promise<unknown> {
    const answer = await this.#send('Runtime.evaluate', { expression, returnByValue: true });
    const { result, exceptionDetails } = answer as {
      result: { value?: unknown };
      exceptionDetails?: { exception?: { description?: string } };
    };
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? 'the page threw');
    }
    return result.value;
  }

  #send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++this.#ids;
    const sessionId = this.#session === undefined ? {} : { sessionId: this.#session };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        this.#waiting.delete(id);
        if (result === undefined) {
          reject(new Error(error?.message));
        } else {
          resolve(result);
        }
      });
      (this.process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...sessionId })}\0`);
    });
  }
}
