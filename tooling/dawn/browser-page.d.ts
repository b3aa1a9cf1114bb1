export interface PageOptions {
  /** The page, in place of an empty one. */
  readonly url?: string;
  /** A script that runs before those of the page. */
  readonly before?: string;
  /** Canvases may have a context of WebGPU: the browser draws everything slower then. Without, they lose the device. */
  readonly showsWebGpu?: boolean;
}

/** A page of any browser. */
export interface BrowserPage {
  /**
   * Calls a function of the page with an argument, and waits for the result: both are JSON. Rejects with what the page
   * throws, or with the end of the browser.
   */
  call<Result>(name: string, argument: unknown): Promise<Result>;
  /** Goes to another page, and waits until it is loaded. */
  goTo(url: string): Promise<void>;
  close(): void;
}

/** A class of pages. */
export interface Browser {
  /** A page with this script in it, and the browser's version; or the reason why there is none. */
  open(
    script: string,
    options?: Pick<PageOptions, 'url'>,
  ): Promise<{ readonly page: BrowserPage; readonly version: string } | string>;
}
