import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fnv1a } from '@cg/machine/guest-cases';
import { SoftRenderer } from '@cg/svga-soft';
import { expect, it } from 'vitest';
import { tracesFolder } from './cg.js';
import { playPrograms } from './pictures/recorded-programs.js';

/** FNV-1a of what the program read of llvmpipe's picture in the same guest. */
const OF_LLVMPIPE = 'defa49d5';

it('the CPU reads in a persistent mapping what the GPU has copied there, beside its own stores', async () => {
  const recording = gunzipSync(readFileSync(join(tracesFolder, 'copied.cgrec.gz')));
  const { pictures, statistics } = await playPrograms(recording, new SoftRenderer());
  expect(statistics).toMatchObject({ errors: 0, drawsLeftOut: 0, notExecuted: 0, draws: 42 });
  expect(statistics.perCommand).toMatchObject({ DX_BUFFER_COPY: 12, READBACK_GB_SURFACE: 13 });
  const [picture] = pictures.values();
  expect(fnv1a(Uint8Array.from(picture.pixels)).toString(16)).toBe(OF_LLVMPIPE);
});
