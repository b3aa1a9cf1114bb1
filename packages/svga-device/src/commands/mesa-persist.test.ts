import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { playRecording } from '../recording/play-recording.js';

/** What `persist` stores for a triangle: of each vertex x, y, red, green, blue. */
function triangle(frame: number, draw: number): number[] {
  const corners = [
    [-0.8, -0.8, 1, 0],
    [0.8, -0.8, 0, 1],
    [0, 0.8, 0, 0],
  ];
  const middle = draw === 0 ? -0.5 : 0.5;
  return corners.flatMap(([x, y, r, g]) => [x * 0.5 + middle, y * (1 - 0.2 * frame), r, g, draw]);
}

it('9.1: what Mesa stored into a coherent persistent mapping before its first submission is drawn', async () => {
  const file = new URL('../../../../traces/gltest-coherent.cgrec.gz', import.meta.url);
  let [vertexBuffer, mark] = [0, ''];
  const drawn: { mark: string; vertices: number[] }[] = [];
  const { statistics } = await playRecording(gunzipSync(readFileSync(file)), {
    started: (device) => {
      device.events.listen((event) => {
        if (event.kind !== 'command-starts' || !mark.startsWith('frame persist ')) {
          return;
        }
        if (event.reader.name === 'DX_SET_VERTEX_BUFFERS') {
          vertexBuffer = event.reader.fields('DX_SET_VERTEX_BUFFERS').buffers[0].sid;
        } else if (event.reader.name === 'DX_DRAW') {
          const bytes = device.image(vertexBuffer, 0)?.slice(0, 60);
          drawn.push({ mark, vertices: [...new Float32Array(bytes?.buffer ?? new ArrayBuffer(0))] });
        }
      });
    },
    marked: (text) => {
      mark = text;
      return text === 'done persist';
    },
  });
  expect(statistics.errors).toBe(0);
  expect(drawn.map(({ mark }) => mark)).toEqual([0, 0, 1, 1, 2, 2].map((frame) => `frame persist ${frame}`));
  drawn.forEach(({ vertices }, index) => {
    const expected = triangle(Math.floor(index / 2), index % 2);
    expected.forEach((value, at) => expect(vertices[at]).toBeCloseTo(value, 5));
    expect(vertices).toHaveLength(expected.length);
  });
});
