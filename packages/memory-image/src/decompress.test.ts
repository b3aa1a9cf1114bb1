import { deflateSync } from 'node:zlib';
import snappy from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { readStoredPage } from './decompress.js';

const page = Uint8Array.from({ length: 4096 }, (_, i) => (i * i) >> 7);
const oneByte = new Uint8Array(4096).fill(0x41);
/** A frame of RFC 8878: its size in two bytes, then one last block that repeats a byte. */
const zstd = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x60, 0x00, 0x0f, 0x03, 0x80, 0x00, 0x41);

/** Output of `zstd -1 --no-check` 1.5.4 for `mixed`. */
const mixed = Uint8Array.from({ length: 4096 }, (_, i) => (i % 61) ^ ((i >> 9) * 3));
const byZstd = Buffer.from(
  'KLUv/WAAD4UNAIbeZb4REREREREREREREREREREREREREREREREREREREREREFwAXABcAFRlXVAkTUzjPEiiLERhHE' +
    'AgDD+e6ztd2zccyzPbui+aqitZmicYiiPXeR+WaRu/6zl+2zU9yzH8ui27qil6miU5iiH4eR23aRl2WRU1SRH0OA2z' +
    'KAlyGAUxCAEQAxA4D9MoC5LU8gzH/s/3+o7n5kmW4giG7su26oqm1kVV0gRF3sd12oZlxkEUQoquasu+bgiOYkmeZo' +
    'ZtWsd9XgRNUkVdVoIsSsM8TgAMQkEcht7zvx/Ds1zTtx21feO5vvO9/4OhOJKleaKpurKt+0KRNFGVdWGZtnGd9wGB' +
    'MBCFcSCJsjCN88y027KTFEGXVVGblmGf13GDEACHURCLkiCP0zDwbdf0ruf47/f8KIbgaZbkqqboG3ju/3wvz3Bs33' +
    'StLEjiPEwjDEBgHEShbVjmfVwnTVBkXVSVui/biiMYmidZ6vthBMAgdNznZdimVdRlRdAkuSm6qiV5miE4ij3/+zm+' +
    '6zV92zE8yw3zOAmyKAURCEQYLA0MGhg0MGhg0MCggUEDQwMDIQ==',
  'base64',
);

describe('readStoredPage', () => {
  it.each([
    ['as it was', 0, page, page],
    ['zlib', 0x01, new Uint8Array(deflateSync(page)), page],
    ['Snappy', 0x04, snappy.compress(page), page],
    ['Zstandard, one block of a byte', 0x20, zstd, oneByte],
    ['Zstandard, compressed by zstd', 0x20, new Uint8Array(byZstd), mixed],
  ])('%s', (_name, flags, stored, expected) => {
    const into = new Uint8Array(4096);
    readStoredPage(stored, flags, into);
    expect(Buffer.compare(into, expected)).toBe(0);
  });

  it.each([
    ['as it was', 0, page.subarray(1)],
    ['zlib', 0x01, new Uint8Array(deflateSync(page.subarray(1)))],
    ['zlib, cut off', 0x01, new Uint8Array(deflateSync(page)).subarray(0, 20)],
    ['zlib, nothing', 0x01, new Uint8Array(0)],
    ['Snappy', 0x04, snappy.compress(page.subarray(1))],
    ['Snappy, cut off', 0x04, snappy.compress(page).subarray(0, 20)],
    ['Snappy, nothing', 0x04, new Uint8Array(0)],
    // 4095 bytes in the header of the frame, and in the block.
    [
      'Zstandard',
      0x20,
      Uint8Array.from(zstd, (byte, i) => [0xff, 0x0e, 0xfb, 0x7f][[5, 6, 7, 8].indexOf(i)] ?? byte),
    ],
    [
      'Zstandard, fewer bytes than the frame says',
      0x20,
      Uint8Array.from(zstd, (byte, i) => (i === 7 ? 0xfb : i === 8 ? 0x7f : byte)),
    ],
    [
      'Zstandard, more bytes than the frame says',
      0x20,
      Uint8Array.from(zstd, (byte, i) => (i === 7 ? 0x0b : byte)),
    ],
    [
      'Zstandard, a window of 2 GiB',
      0x20,
      Uint8Array.of(...zstd.subarray(0, 4), 0x40, 0xa8, ...zstd.subarray(5)),
    ],
    ['Zstandard, cut off', 0x20, zstd.subarray(0, 9)],
    ['Zstandard, nothing', 0x20, new Uint8Array(0)],
  ])('%s: what is no page of 4096 bytes is EBADMSG', (_name, flags, stored) => {
    expect(() => readStoredPage(stored, flags, new Uint8Array(4096))).toThrow(
      expect.objectContaining({ name: 'MemoryImageError', code: 'EBADMSG' }),
    );
  });

  it('two ways at once are not known', () => {
    expect(() => readStoredPage(page, 0x03, new Uint8Array(4096))).toThrow(
      expect.objectContaining({ code: 'ENOTSUP' }),
    );
  });
});
