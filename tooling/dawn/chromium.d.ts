import type { BrowserPage, PageOptions } from './browser-page.js';

export type { PageOptions } from './browser-page.js';

/**
 * An empty page of a headless Chromium, driven through the DevTools protocol. WebGL and WebGPU run on SwiftShader. It
 * is ended by `close`.
 */
export class ChromiumPage implements BrowserPage {
  /** A page with this script in it, and the browser's version; or the reason why there is none. */
  static open(
    script: string,
    options?: PageOptions,
  ): Promise<{ readonly page: ChromiumPage; readonly version: string } | string>;
  private constructor();
  call<Result>(name: string, argument: unknown): Promise<Result>;
  /** Sends a command of the DevTools protocol to the page. Rejects with its error, or with the end of the browser. */
  send<Result>(method: string, params?: object): Promise<Result>;
  goTo(url: string): Promise<void>;
  /** The page as a PNG, at this size, after two frames. */
  screenshot(size: {
    readonly width: number;
    readonly height: number;
    readonly scheme?: 'light' | 'dark';
  }): Promise<Uint8Array>;
  close(): void;
}
