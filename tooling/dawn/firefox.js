/**
 * A page of a headless Firefox (`BrowserPage`), driven through Marionette: the protocol that Firefox's own WebDriver
 * uses, over TCP.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endBrowser, openFirst } from './browser-process.js';

const BROWSERS = ['firefox-esr', 'firefox'];
const START_MS = 120_000;
const LOOK_MS = 50;
const MOST_MS = 2 ** 31 - 1;

/** A free port, which Firefox writes to a file; and nothing that needs a network. */
const PREFERENCES = {
  'marionette.port': 0,
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
};

const CALL = `const [name, argument, done] = arguments;
  Promise.resolve()
    .then(() => window.eval(name)(argument))
    .then((result) => done({ result }), (error) => done({ error: error + ' ' + error?.stack }));`;

/** A page as ChromiumPage is. */
export class FirefoxPage {
  #waiting = new Map();
  #bytes = Buffer.alloc(0);
  #ids = 0;
  #process;
  #profile;
  #socket;
  #ended;

  constructor(process, profile) {
    this.#process = process;
    this.#profile = profile;
    process.once('exit', (code, signal) => this.#end(`the browser ended with ${signal ?? code}`));
  }

  static async open(script, options = {}) {
    return openFirst(BROWSERS, START_MS, (browser) => {
      const page = FirefoxPage.#launch(browser);
      return { page, process: page.#process, version: page.#start(script, options) };
    });
  }

  static #launch(browser) {
    const profile = mkdtempSync(join(tmpdir(), 'cg-firefox-'));
    const lines = Object.entries(PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, 'user.js'), lines.join(''));
    const flags = ['--headless', '--marionette', '--no-remote', '--profile', profile];
    // Its home, so that a user's own settings are neither read nor written.
    const env = { ...process.env, HOME: profile, MOZ_CRASHREPORTER_DISABLE: '1' };
    return new FirefoxPage(spawn(browser, flags, { stdio: 'ignore', env }), profile);
  }

  async call(name, argument) {
    const { value } = await this.#send('WebDriver:ExecuteAsyncScript', {
      script: CALL,
      args: [name, argument ?? null],
      sandbox: null,
    });
    if (value.error !== undefined) {
      throw new Error(value.error);
    }
    return value.result;
  }

  async goTo(url) {
    await this.#send('WebDriver:Navigate', { url });
  }

  close() {
    this.#socket?.destroy();
    endBrowser(this.#process, this.#profile);
  }

  async #start(script, { url }) {
    this.#socket = connect({ port: await this.#port(), host: '127.0.0.1' });
    this.#socket.on('data', (bytes) => this.#hear(bytes));
    this.#socket.on('error', ({ message }) => this.#end(message));
    const { capabilities } = await this.#send('WebDriver:NewSession', {
      capabilities: { alwaysMatch: { timeouts: { script: MOST_MS, pageLoad: START_MS } } },
    });
    await this.goTo(url ?? this.#emptyPage());
    await this.#send('WebDriver:ExecuteScript', {
      script: `const element = document.createElement('script');
        element.textContent = arguments[0];
        document.head.append(element);`,
      args: [script],
      sandbox: null,
    });
    return `Firefox/${capabilities.browserVersion}`;
  }

  async #port() {
    const file = join(this.#profile, 'MarionetteActivePort');
    while (this.#ended === undefined) {
      const port = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
      if (port > 0) {
        return port;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(this.#ended);
  }

  #emptyPage() {
    const file = join(this.#profile, 'page.html');
    writeFileSync(file, '<!doctype html><meta charset="utf-8"><body></body>');
    return pathToFileURL(file).href;
  }

  /** A message is its number of bytes, a colon, and an array as JSON: 0 or 1, id, and name or error, and more. */
  #hear(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const colon = this.#bytes.indexOf(':');
      const end = colon + 1 + Number(this.#bytes.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || this.#bytes.length < end) {
        return;
      }
      const message = JSON.parse(this.#bytes.subarray(colon + 1, end).toString());
      this.#bytes = this.#bytes.subarray(end);
      if (Array.isArray(message)) {
        const [, id, error, result] = message;
        const { resolve, reject } = this.#waiting.get(id) ?? {};
        this.#waiting.delete(id);
        if (error === null) {
          resolve?.(result);
        } else {
          reject?.(new Error(error.message));
        }
      }
    }
  }

  #send(name, parameters) {
    const id = ++this.#ids;
    const text = JSON.stringify([0, id, name, parameters]);
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(new Error(this.#ended));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  }

  #end(reason) {
    this.#ended ??= reason;
    this.#waiting.forEach(({ reject }) => reject(new Error(this.#ended)));
    this.#waiting.clear();
  }
}
