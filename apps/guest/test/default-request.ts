import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheFolder } from '../src/boot/guest-files.js';
import type { GuestReporter, GuestRequest } from '../src/run-guest.js';

/** Tests fetch nothing: `cg guest` does. `.ci/run` runs it first. */
export const isGuestFetched = existsSync(join(defaultCacheFolder(), 'debian-i386-686-pae'));

/** The program's default guest, with no check and no command. */
export const defaultRequest: GuestRequest = {
  paths: {},
  cache: defaultCacheFolder(),
  refresh: false,
  useStates: true,
  memoryMib: 256,
  flavour: '686-pae',
  dx: false,
  sm41: false,
  fifo: false,
  delay: 0,
  cases: undefined,
  checkConsole: false,
  checkMemory: false,
  checkContext: false,
  takeScreen: false,
  run: undefined,
  runSeconds: 1,
};

/** Hears nothing. */
export const silentReporter: GuestReporter = {
  say: () => {},
  onConsole: () => {},
  onCase: () => {},
  onOutput: async () => {},
  onErrors: async () => {},
  interact: async () => {},
};
