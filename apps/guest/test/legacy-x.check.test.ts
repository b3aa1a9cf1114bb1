import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultCacheFolder } from '../src/boot/guest-files.js';
import { cgGuest } from './cg-guest.js';

/** The guest is run only where `cg guest --check-legacy-x` has made its disk: nothing is fetched. */
const isMade = existsSync(join(defaultCacheFolder(), 'debian-i386-x-vmware', 'sources.json'));
if (!isMade) {
  process.stderr.write('no X with VMware’s driver: cg guest --check-legacy-x has not made its disk\n');
}

it.skipIf(!isMade)(
  'X without vmwgfx: what VMware’s own driver draws into VRAM is on the screen, pixel by pixel',
  () => {
    const { code, out, err } = cgGuest(['--check-legacy-x', '--json']);
    expect([code, err]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(out)).toMatchObject({
      width: 1280,
      height: 800,
      wrongPixels: 0,
      lacking: [],
      commands: { UPDATE: expect.any(Number) as number },
    });
  },
  900_000,
);
