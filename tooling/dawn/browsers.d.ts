import type { Browser } from './browser-page.js';

export type { Browser, BrowserPage } from './browser-page.js';

/** The browsers that pages are tested in, by name. */
export const browsers: readonly (readonly [name: string, browser: Browser])[];
