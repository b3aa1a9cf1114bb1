export interface PageOptions {
  /** The page, in place of an empty one. */
  readonly url?: string;
  /** A script that runs before those of the page. */
  readonly before?: string;
  /** Canvases may have a context of WebGPU: the browser draws everything slower then. Without, they lose the device. */
  readonly showsWebGpu?: boolean;
}

/**
 * An empty page of a headless Chromium, driven through the DevTools protocol. WebGL and WebGPU run on SwiftShader. It
 * is ended by `close`.
 */
export class ChromiumPage {
  /** A page with this script in it, and the browser's version; or the reason why there is none. */
  static open(
    script: string,
    options?: PageOptions,
  ): Promise<{ readonly page: ChromiumPage; readonly version: string } | string>;
  private constructor();
  /**
   * Calls a function of the page with an argument, and waits for the result: both are JSON. Rejects with what the page
   * throws, or with the end of the browser.
   */
  call<Result>(name: string, argument: unknown): Promise<Result>;
  /** Sends a command of the DevTools protocol to the page. Rejects with its error, or with the end of the browser. */
  send<Result>(method: string, params?: object): Promise<Result>;
  /** Goes to another page, and waits until it is loaded. */
  goTo(url: string): Promise<void>;
  /** The page as a PNG, at this size, after two frames. */
  screenshot(size: {
    readonly width: number;
    readonly height: number;
    readonly scheme?: 'light' | 'dark';
  }): Promise<Uint8Array>;
  close(): void;
}
