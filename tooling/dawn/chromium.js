/** A page of a headless Chromium, driven through the DevTools protocol. */
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endBrowser, openFirst } from './browser-process.js';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];
const START_MS = 60_000;
/** WebGL and WebGPU on the CPU, as on machines without a GPU. */
const SWIFTSHADER = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];
/**
 * Canvases of WebGPU need them: without, the browser has no place for their textures, and drops the GPU device. It
 * composes the page by SwiftShader then, too, which takes long.
 */
const VULKAN = ['--enable-features=Vulkan', '--use-vulkan=swiftshader'];

const LOADED =
  "document.readyState === 'complete' || new Promise((resolve) => addEventListener('load', () => resolve(true)))";

/** An empty page of a file, which may use WebGPU as pages of secure origins may. */
export class ChromiumPage {
  #waiting = new Map();
  #text = '';
  #ids = 0;
  #session;
  #process;
  #profile;
  #ended;
  #loaded;

  constructor(process, profile) {
    this.#process = process;
    this.#profile = profile;
    process.once('exit', (code, signal) => {
      this.#ended = `the browser ended with ${signal ?? code}`;
      this.#waiting.forEach(({ reject }) => reject(new Error(this.#ended)));
    });
    process.stdio[3].on('error', () => {}); // a browser that is not there reads nothing: `open` hears of it by itself
    process.stdio[4].setEncoding('utf8').on('data', (text) => this.#hear(text));
  }

  /** Messages are told apart by a zero byte. */
  #hear(text) {
    const messages = (this.#text + text).split('\0');
    this.#text = messages.pop() ?? '';
    for (const message of messages) {
      const { id, result, error, method } = JSON.parse(message);
      if (method === 'Page.loadEventFired') {
        this.#loaded?.();
      }
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error === undefined) {
        resolve?.(result);
      } else {
        reject?.(new Error(error.message));
      }
    }
  }

  static async open(script, options = {}) {
    return openFirst(BROWSERS, START_MS, (browser) => {
      const page = ChromiumPage.#launch(browser, options.showsWebGpu === true ? VULKAN : []);
      return { page, process: page.#process, version: page.#start(script, options) };
    });
  }

  static #launch(browser, more) {
    const profile = mkdtempSync(join(tmpdir(), 'cg-chromium-'));
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const flags = ['--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`];
    return new ChromiumPage(
      spawn(browser, [...flags, ...SWIFTSHADER, ...more, ...asRoot, 'about:blank'], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      }),
      profile,
    );
  }

  async call(name, argument) {
    return this.#evaluate(`${name}(${JSON.stringify(argument)})`);
  }

  async goTo(url) {
    await this.send('Page.enable');
    const loaded = new Promise((resolve) => {
      this.#loaded = resolve;
    });
    await this.send('Page.navigate', { url });
    await loaded;
  }

  async screenshot({ width, height, scheme = 'light' }) {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.send('Emulation.setEmulatedMedia', { features });
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.send('Emulation.setDeviceMetricsOverride', size);
    await this.#evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data, 'base64');
  }

  close() {
    endBrowser(this.#process, this.#profile);
  }

  async #start(script, { url, before }) {
    const { product } = await this.send('Browser.getVersion');
    const { targetInfos } = await this.send('Target.getTargets');
    const { targetId } = targetInfos.find(({ type }) => type === 'page') ?? {};
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId;
    if (before !== undefined) {
      await this.send('Page.enable');
      await this.send('Page.addScriptToEvaluateOnNewDocument', { source: before });
    }
    await this.send('Page.navigate', { url: url ?? this.#emptyPage() });
    await this.#evaluate(LOADED);
    await this.#evaluate(script);
    return product;
  }

  #emptyPage() {
    const file = join(this.#profile, 'page.html');
    writeFileSync(file, '<!doctype html>');
    return pathToFileURL(file).href;
  }

  async #evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? 'the page threw');
    }
    return result.value;
  }

  send(method, params = {}) {
    const id = ++this.#ids;
    const sessionId = this.#session === undefined ? {} : { sessionId: this.#session };
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(new Error(this.#ended));
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      this.#process.stdio[3].write(`${JSON.stringify({ id, method, params, ...sessionId })}\0`);
    });
  }
}
