import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageFile } from './image-file.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-image-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A sparse file whose frames each start with their number. */
function numbered(name: string, frames: number): string {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  ftruncateSync(file, frames * 4096);
  for (let frame = 0; frame < frames; frame++) {
    writeSync(file, Uint32Array.of(frame), 0, 4, frame * 4096);
  }
  closeSync(file);
  return path;
}

function frameOf(image: ImageFile, frame: number): number {
  const bytes = new Uint8Array(4096);
  image.read(frame * 4096, bytes);
  return new Uint32Array(bytes.buffer)[0];
}

describe('ImageFile', () => {
  it('reads what the file holds, also of more pieces than are kept, again and again', () => {
    const frames = 5003;
    const image = new ImageFile(numbered('many', frames));
    expect(image.size).toBe(frames * 4096);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < frames; i += 7) {
        const frame = (i * 1009) % frames;
        expect(frameOf(image, frame)).toBe(frame);
      }
    }
    expect(frameOf(image, frames - 1)).toBe(frames - 1);
    image.close();
  });

  it('a file that becomes shorter is an error, not old bytes', () => {
    const path = numbered('short', 64);
    const image = new ImageFile(path);
    expect(frameOf(image, 2)).toBe(2);
    truncateSync(path, 17 * 4096);
    expect(() => frameOf(image, 40)).toThrow(expect.objectContaining({ code: 'EIO' }));
    // The piece that could not be read has not become one.
    expect(() => frameOf(image, 40)).toThrow(expect.objectContaining({ code: 'EIO' }));
    image.close();
  });
});
