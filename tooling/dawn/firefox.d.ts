import type { BrowserPage, PageOptions } from './browser-page.js';

/** An empty page of a headless Firefox, driven through Marionette. It is ended by `close`. */
export class FirefoxPage implements BrowserPage {
  /** A page with this script in it, and the browser's version; or the reason why there is none. */
  static open(
    script: string,
    options?: Pick<PageOptions, 'url'>,
  ): Promise<{ readonly page: FirefoxPage; readonly version: string } | string>;
  private constructor();
  call<Result>(name: string, argument: unknown): Promise<Result>;
  goTo(url: string): Promise<void>;
  close(): void;
}
