import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { playRecording, type Picture, type SvgaDevice } from '@cg/svga-device';
import { SoftRenderer } from '@cg/svga-soft';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { tracesFolder } from './cg.js';

const EXPLICIT = join(tracesFolder, 'gltest.cgrec.gz');
const COHERENT = join(tracesFolder, 'gltest-coherent.cgrec.gz');
/** What llvmpipe draws, by program. */
const EXPECTED = join(tracesFolder, 'gltest');
const DONE = 'done ';

/** The picture of each program, the last row first, as OpenGL has it. */
async function programs(file: string): Promise<Map<string, Picture>> {
  const pictures = new Map<string, Picture>();
  let readBack = 0;
  const started = (device: SvgaDevice): void => {
    device.events.listen((event) => {
      if (event.kind === 'command-done' && event.reader.name === 'READBACK_GB_SURFACE') {
        readBack = event.reader.fields('READBACK_GB_SURFACE').sid;
      }
    });
  };
  const { statistics } = await playRecording(gunzipSync(readFileSync(file)), {
    renderer: new SoftRenderer(),
    started,
    marked: (text, device) => {
      const picture = text.startsWith(DONE) ? device.picture(readBack, 0) : undefined;
      if (picture !== undefined) {
        pictures.set(text.slice(DONE.length), picture);
      }
    },
  });
  expect(statistics).toMatchObject({ errors: 0, drawsLeftOut: 0, notExecuted: 0, draws: 1581 });
  return pictures;
}

type ColorAt = (x: number, y: number) => readonly number[];

function colorsOf({ width, height, pixels }: Picture): ColorAt {
  return (x, y) => {
    const at = 4 * ((height - 1 - y) * width + x);
    return [pixels[at], pixels[at + 1], pixels[at + 2]];
  };
}

function expectedColors(name: string): ColorAt {
  const { width, channels, data } = decode(readFileSync(join(EXPECTED, `${name}.png`)));
  return (x, y) => {
    const at = channels * (y * width + x);
    return [data[at], data[at + 1], data[at + 2]];
  };
}

const SIZE = 256;
const AROUND = [-1, 0, 1];

function difference(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i])));
}

/** Whether the colour is that of a pixel beside this one: where rasterisers decide on an edge in another way. */
function isOfNeighbour(color: readonly number[], expected: ColorAt, x: number, y: number): boolean {
  return AROUND.some((dy) =>
    AROUND.some((dx) => {
      const [nx, ny] = [x + dx, y + dy];
      const isInside = nx >= 0 && ny >= 0 && nx < SIZE && ny < SIZE;
      return isInside && difference(color, expected(nx, ny)) <= 1;
    }),
  );
}

/** Pixels on edges that differ by more than is allowed, and the largest difference of all others. */
function compare(actual: ColorAt, expected: ColorAt, allowed: number): { edges: number; most: number } {
  let [edges, most] = [0, 0];
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const color = actual(x, y);
      const off = difference(color, expected(x, y));
      if (off > allowed && isOfNeighbour(color, expected, x, y)) {
        edges++;
      } else {
        most = Math.max(most, off);
      }
    }
  }
  return { edges, most };
}

/** Programs whose pictures differ by more than one step, and why. */
const DIFFERENT: Readonly<Record<string, { readonly most: number; readonly why: string }>> = {
  mipmap: {
    most: 3,
    why: 'llvmpipe mixes mips with a fraction of eight bits, from an approximated logarithm',
  },
};

/** Edge pixels of a picture: one in a thousand. */
const MOST_EDGES = (SIZE * SIZE) / 1000;

describe('recorded OpenGL programs, rendered in software', { timeout: 600_000 }, () => {
  it('give llvmpipe’s pictures within a step a channel, edges excepted; coherent ones are the same', async () => {
    const [explicit, coherent] = [await programs(EXPLICIT), await programs(COHERENT)];
    const names = readdirSync(EXPECTED).map((file) => file.replace('.png', ''));
    expect(names.length).toBeGreaterThanOrEqual(18);
    for (const name of names) {
      const picture = explicit.get(name)!;
      const allowed = DIFFERENT[name]?.most ?? 1;
      const { edges, most } = compare(colorsOf(picture), expectedColors(name), allowed);
      expect(most, name).toBeLessThanOrEqual(allowed);
      expect(edges, name).toBeLessThanOrEqual(MOST_EDGES);
    }
    expect([...coherent.keys()]).toEqual([...explicit.keys()]);
    expect(explicit.size).toBe(24);
    for (const [name, { pixels }] of explicit) {
      expect(Buffer.from(pixels).equals(Buffer.from(coherent.get(name)!.pixels)), name).toBe(true);
    }
  });
});
