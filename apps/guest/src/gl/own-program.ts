import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A program of ours for the guest (build.mjs). */
export function ownProgram(name: 'gltest' | 'fork-server'): Uint8Array {
  const manifest = createRequire(import.meta.url).resolve('@cg/guest/package.json');
  return readFileSync(join(dirname(manifest), 'programs', name));
}
