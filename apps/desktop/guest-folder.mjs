import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the guest's files are kept: $XDG_CACHE_HOME/cg/desktop, by default in ~/.cache. */
export function guestFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cg', 'desktop');
}
