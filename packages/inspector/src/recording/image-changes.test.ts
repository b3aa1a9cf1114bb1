import { formatByName, SurfaceLayout } from '@cg/surface-layout';
import { describe, expect, it } from 'vitest';
import { CHANGE_NUMBERS } from './recording.js';
import { ImageChanges } from './image-changes.js';

/** Rows of 3 bytes a pixel begin and end within words. */
const layouts = [
  ['A8R8G8B8', 40, 6],
  ['R8_UNORM', 37, 11],
] as const;

/** A number from 0 on, below `most`: xorshift. */
function numbers(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % most;
  };
}

const layoutOf = (name: string, width: number, height: number): SurfaceLayout =>
  new SurfaceLayout({
    format: formatByName(name)!.id,
    width,
    height,
    depth: 1,
    mipLevels: 1,
    layers: 1,
    samples: 1,
  });

/** The image that the changes lead to from zeros on. */
function played({ changes, changedBytes }: ReturnType<ImageChanges['view']>, bytes: number): Uint8Array {
  const image = new Uint8Array(bytes);
  let from = 0;
  for (let i = 0; i < changes.length; i += CHANGE_NUMBERS) {
    for (let at = 0; at < changes[i + 3]; at++) {
      image[changes[i + 2] + at] ^= changedBytes[from++];
    }
  }
  expect(from).toBe(changedBytes.length);
  return image;
}

describe.each(layouts)('%s, %i x %i', (format, width, height) => {
  const layout = layoutOf(format, width, height);

  it.each([
    ['a word', 0],
    ['a byte within one', 1],
  ])(
    'images of a device that begin at %s lead back to themselves, and each different byte counts',
    (_, shift) => {
      for (let seed = 1; seed <= 40; seed++) {
        const next = numbers(seed * 7919);
        const device = new Uint8Array(new ArrayBuffer(layout.bytes + 8), shift, layout.bytes);
        const followed = device.slice();
        const changes = new ImageChanges(2 ** 20);
        for (let event = 0; event < 8; event++) {
          for (let i = next(9); i > 0; i--) {
            const at = next(layout.bytes);
            device.fill(next(3) * next(256), at, at + next(20));
          }
          const x = next(width);
          const y = next(height);
          const box = { x, y, z: 0, width: 1 + next(width - x), height: 1 + next(height - y), depth: 1 };
          let expected = 0;
          const isWhole = next(4) === 0;
          for (let at = 0; at < layout.bytes; at++) {
            const pixel = Math.floor(at / (layout.bytes / (width * height)));
            const [column, row] = [pixel % width, Math.floor(pixel / width)];
            const isIn = column >= x && column < x + box.width && row >= y && row < y + box.height;
            if ((isWhole || isIn) && followed[at] !== device[at]) {
              followed[at] = device[at];
              expected++;
            }
          }
          const at = isWhole ? undefined : { subresource: 0, box };
          expect(changes.record(event, 0, layout, device, at)).toBe(expected);
        }
        expect(played(changes.view(), layout.bytes)).toEqual(followed);
      }
    },
  );
});

it('a full recording goes on counting what differs from the last image', () => {
  const layout = layoutOf('A8R8G8B8', 16, 16);
  const changes = new ImageChanges(8);
  const device = new Uint8Array(layout.bytes);
  device.fill(1, 0, 8);
  expect(changes.record(0, 0, layout, device)).toBe(8);
  device.fill(2, 4, 12);
  expect([changes.record(1, 0, layout, device), changes.isFull]).toEqual([8, true]);
  expect([changes.record(2, 0, layout, device), changes.view().changedBytes.length]).toEqual([0, 8]);
});
