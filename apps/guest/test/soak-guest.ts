import { defaultCacheFolder } from '../src/boot/guest-files.js';

/** The guest of a soak: that of the user's cache, and nothing is said. */
export const soakGuest = {
  paths: {},
  cache: defaultCacheFolder(),
  flavour: '686-pae',
  refresh: false,
  memoryMib: 512,
  delay: 0,
  say: () => {},
  onConsole: () => {},
} as const;
