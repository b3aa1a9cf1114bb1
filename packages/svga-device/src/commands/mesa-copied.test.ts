import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { playRecording } from '../recording/play-recording.js';

const FLOATS = 17;

/** What `copied` has in its buffer after copy k of a frame: four colours that are copied, and one float of the CPU. */
function content(frame: number, k: number): number[] {
  const colors = [0, 1, 2, 3].flatMap((j) => {
    const newest = j <= k ? frame : frame - 1;
    return newest < 0 ? [0, 0, 0, 0] : [j & 1, j >> 1, 0.4 * newest, 1];
  });
  return [...colors, 0.25 * k];
}

it('6.4, 9.3: a page that the CPU writes after a copy keeps what was copied: it was read back', async () => {
  const file = new URL('../../../../traces/copied.cgrec.gz', import.meta.url);
  const found: number[][] = [];
  const { statistics } = await playRecording(gunzipSync(readFileSync(file)), {
    started: (device) => {
      device.events.listen((event) => {
        if (event.kind === 'command-done' && event.reader.name === 'DX_BUFFER_COPY') {
          const bytes = device.image(event.reader.fields('DX_BUFFER_COPY').dest, 0)!;
          found.push([...new Float32Array(bytes.slice(0, 4 * FLOATS).buffer)]);
        }
      });
    },
  });
  expect(statistics).toMatchObject({
    errors: 0,
    perCommand: { DX_BUFFER_COPY: 12, READBACK_GB_SURFACE: 13 },
  });
  const expected = [0, 1, 2].flatMap((frame) => [0, 1, 2, 3].map((k) => content(frame, k)));
  expect(found.map((floats) => floats.map((value) => Number(value.toFixed(5))))).toEqual(
    expected.map((floats) => floats.map((value) => Number(value.toFixed(5)))),
  );
});
