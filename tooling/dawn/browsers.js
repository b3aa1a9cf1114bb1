/** The browsers that pages are tested in. */
import { ChromiumPage } from './chromium.js';
import { FirefoxPage } from './firefox.js';

export const browsers = [
  ['Chromium', ChromiumPage],
  ['Firefox', FirefoxPage],
];
