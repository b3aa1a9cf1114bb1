import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guestFile } from '../test/guest-dumps.js';
import { BufferSource, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';
import {
  writeElfCore,
  writeFlattened,
  writeLime,
  writeNote,
  writeWindowsBitmap,
  writeWindowsFull,
} from './image-writers.fixture.js';
import { lzoDecompress } from './lzo.js';
import { openMemoryImage } from './open-image.js';

const RANGES = [
  { physical: 0, bytes: new Uint8Array(4096).fill(1) },
  { physical: 0x4000, bytes: new Uint8Array(4096).fill(2) },
];
const NOTE = writeNote('QEMU', 0, new Uint8Array(440));

function open(bytes: Uint8Array) {
  return openMemoryImage(new BufferSource(bytes));
}

/** Copies a file and sets a 64-bit field. */
function withField(bytes: Uint8Array, at: number, value: bigint): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  new DataView(copy.buffer).setBigUint64(at, value, true);
  return copy;
}

function refusal(code: string, message: RegExp | string) {
  return expect.objectContaining({ name: 'MemoryImageError', code, message: expect.stringMatching(message) });
}

describe('headers that lie', () => {
  const elf = writeElfCore(RANGES, NOTE);
  // The second program header is the first PT_LOAD.
  const load = 64 + 56;

  it.each([
    [
      'a segment of 2^60 bytes',
      withField(elf, load + 32, 1n << 60n),
      'EINVAL',
      /p_filesz of header 1 is 0x1000/,
    ],
    ['a segment behind the end', withField(elf, load + 32, 0x2000000n), 'EIO', /truncated/],
    ['a segment above 2^52', withField(elf, load + 24, (1n << 52n) - 0x1000n + 1n), 'EINVAL', /above 2\^52/],
    ['segments that overlap', withField(elf, load + 24, 0x3800n), 'EINVAL', /overlap/],
    ['headers behind the end', withField(elf, 32, 1n << 40n), 'EIO', /truncated: program header 0/],
    [
      'an offset of 2^64 - 1',
      withField(elf, 32, (1n << 64n) - 1n),
      'EINVAL',
      /e_phoff is 0xffffffffffffffff/,
    ],
    ['notes of 2^40 bytes', withField(elf, 64 + 32, 1n << 40n), 'EINVAL', /bytes of notes/],
    [
      'a big-endian file',
      Uint8Array.from(elf, (byte, i) => (i === 5 ? 2 : byte)),
      'ENOTSUP',
      /little-endian/,
    ],
    ['a program', Uint8Array.from(elf, (byte, i) => (i === 16 ? 2 : byte)), 'ENOTSUP', /no core/],
    ['a core of ARM', Uint8Array.from(elf, (byte, i) => (i === 18 ? 183 : byte)), 'ENOTSUP', /not x86/],
  ])('ELF: %s is refused in a line', async (_name, bytes, code, message) => {
    await expect(open(bytes)).rejects.toThrow(refusal(code, message));
  });

  it('LiME: ranges that end before they begin, overlap, or lack their magic', async () => {
    const lime = writeLime(RANGES);
    await expect(open(withField(lime, 16, 0xffn))).rejects.toThrow(MemoryImageError);
    await expect(open(withField(lime, 8, 0x5000n))).rejects.toThrow(refusal('EINVAL', /before/));
    await expect(open(withField(lime, 32 + 4096 + 8, 0x800n))).rejects.toThrow(MemoryImageError);
    await expect(open(withField(lime, 32 + 4096, 0n))).rejects.toThrow(
      refusal('EINVAL', /no magic in LiME header 1/),
    );
    await expect(open(withField(lime, 0, 0x2_4c694d45n))).rejects.toThrow(refusal('ENOTSUP', /version 2/));
    await expect(open(withField(lime, 16, 1n << 60n))).rejects.toThrow(refusal('EINVAL', /last address/));
  });

  it('LiME: more ranges than any machine has are refused before they are kept', async () => {
    const ranges = Array.from({ length: 1000 }, (_, i) => ({ physical: i * 2, bytes: new Uint8Array(1) }));
    const part = writeLime(ranges);
    const many = new Uint8Array(part.length * 70);
    Array.from({ length: 70 }, (_, i) => many.set(part, i * part.length));
    await expect(open(many)).rejects.toThrow(refusal('EINVAL', /more than 65536 ranges/));
  });

  it('Windows: types, machines and runs that are not read, or not there', async () => {
    const full = writeWindowsFull(0x1000, RANGES);
    await expect(open(withField(full, 0xf98, 4n))).rejects.toThrow(refusal('ENOTSUP', /type 4, small/));
    await expect(open(withField(full, 0x30, 0xaa64n))).rejects.toThrow(refusal('ENOTSUP', /machine 0xaa64/));
    await expect(open(withField(full, 0x88, 43n))).rejects.toThrow(refusal('EINVAL', /43 runs/));
    await expect(open(withField(full, 0xa0, 1n << 52n))).rejects.toThrow(refusal('EINVAL', /above 2\^52/));
    const bitmap = writeWindowsBitmap(0x1000, RANGES);
    await expect(open(withField(bitmap, 0x2030, 1n << 40n))).rejects.toThrow(
      refusal('ENOTSUP', /pages, more than/),
    );
    await expect(open(withField(bitmap, 0x2020, 1n << 40n))).rejects.toThrow(
      refusal('EIO', /truncated: the pages/),
    );
    await expect(open(withField(bitmap, 0x2000, 0n))).rejects.toThrow(refusal('EINVAL', /no bitmap/));
  });

  it('kdump: sizes that cannot be', async () => {
    const kdump = guestFile('level4.zlib.kdump');
    const field = (at: number, value: bigint) => withField(kdump, at, value);
    await expect(open(field(428, 12345n))).rejects.toThrow(refusal('EINVAL', /block size/));
    await expect(open(field(4096 + 96, 1n << 45n))).rejects.toThrow(refusal('ENOTSUP', /page frames/));
    await expect(open(field(4096 + 48, 1n << 45n))).rejects.toThrow(refusal('EIO', /truncated: the notes/));
    await expect(open(field(4096 + 12, 1n))).rejects.toThrow(refusal('ENOTSUP', /split/));
    await expect(open(field(432, 1n))).rejects.toThrow(refusal('EINVAL', /bytes of bitmap/));
  });

  it('kdump: a page whose bytes are damaged is an error, never other bytes', async () => {
    const whole = guestFile('level4.zlib.kdump');
    const right = new Uint8Array(4096);
    const page = new Uint8Array(4096);
    (await open(whole)).read(0x113000, right);
    // The page's descriptor: after the bitmaps, one of 24 bytes for each page before it.
    const view = new DataView(whole.buffer);
    const descriptors = 4096 * (1 + view.getUint32(432, true) + view.getUint32(436, true));
    const descriptor = descriptors + 0x113 * 24;
    const [start, size] = [Number(view.getBigUint64(descriptor, true)), view.getUint32(descriptor + 8, true)];
    expect(size).toBeLessThan(4096);
    for (let at = start; at < start + size; at++) {
      whole[at] ^= 0x10;
      try {
        (await open(whole)).read(0x113000, page);
        // A bit that the format does not use may flip.
        expect(Buffer.compare(page, right)).toBe(0);
      } catch (error) {
        expect(error).toMatchObject({ name: 'MemoryImageError', code: 'EBADMSG' });
      }
      whole[at] ^= 0x10;
    }
  });

  it('flattened: records that lie', async () => {
    const flat = writeFlattened([{ offset: 0, bytes: writeLime(RANGES) }]);
    const big = (at: number, value: bigint) => {
      const copy = Uint8Array.from(flat);
      new DataView(copy.buffer).setBigInt64(at, value);
      return copy;
    };
    await expect(open(big(4096, -2n))).rejects.toThrow(refusal('EINVAL', /record 0 has/));
    await expect(open(big(4104, 0n))).rejects.toThrow(refusal('EINVAL', /record 0 has 0 bytes/));
    await expect(open(big(4104, 1n << 60n))).rejects.toThrow(refusal('EINVAL', /record 0 has/));
    await expect(open(big(4096, 1n << 50n))).rejects.toThrow(refusal('EINVAL', /records for/));
    await expect(open(big(24, 2n))).rejects.toThrow(refusal('ENOTSUP', /version 2/));
    await expect(open(flat.subarray(0, flat.length - 16))).rejects.toThrow(refusal('EIO', /truncated/));
  });

  it.each([
    ['PAGEDUMP', /32-bit Windows/],
    ['QEVM\0\0\0\x03', /saved QEMU/],
    ['\x1f\x8b\x08\0', /gzip/],
    ['DISKDUMP', /diskdump/],
  ])('a known format that is not read is refused by name: %j', async (magic, message) => {
    const bytes = Uint8Array.from(magic.padEnd(64, '\0'), (char) => char.charCodeAt(0));
    await expect(open(bytes)).rejects.toThrow(refusal('ENOTSUP', message));
  });
});

describe('any bytes', () => {
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['elf', writeElfCore(RANGES, NOTE)],
    ['lime', writeLime(RANGES)],
    ['windows, full', writeWindowsFull(0x1000, RANGES)],
    ['windows, bitmap', writeWindowsBitmap(0x1000, RANGES)],
    ['flattened', writeFlattened([{ offset: 0, bytes: writeLime(RANGES) }])],
    ['kdump', guestFile('level4.lzo.kdump')],
    ['kdump, flattened', guestFile('level4.kdump')],
  ];

  it.each(files)(
    '%s: cut off anywhere, or changed anywhere, it is an image or a MemoryImageError',
    async (_name, bytes) => {
      const change = fc.tuple(
        fc.nat({ max: Math.min(bytes.length - 1, 0x3000) }),
        fc.integer({ min: 0, max: 255 }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: bytes.length }),
          fc.array(change, { maxLength: 4 }),
          async (length, changes) => {
            const copy = Uint8Array.from(bytes);
            changes.forEach(([at, value]) => (copy[at] = value));
            const counted = new CountingSource(changes.length % 2 === 0 ? copy.subarray(0, length) : copy);
            try {
              const image = await openMemoryImage(counted);
              const into = new Uint8Array(4096);
              let held = image.nextHeld(0);
              for (let i = 0; i < 20 && held < image.end; i++) {
                expect(image.nextHole(held)).toBeGreaterThan(held);
                image.read(held, into);
                held = image.nextHeld(image.nextHole(held));
              }
            } catch (error) {
              expect(error).toBeInstanceOf(MemoryImageError);
            }
            // Opening reads headers and bitmaps, a look-up reads a page: neither reads the file repeatedly.
            expect(counted.bytesRead).toBeLessThan(bytes.length * 2 + 2 ** 20);
          },
        ),
        { numRuns: 150 },
      );
    },
  );

  it('LZO: any block is a page or EBADMSG', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 600 }), (block, size) => {
        try {
          lzoDecompress(block, new Uint8Array(size));
        } catch (error) {
          expect(error).toMatchObject({ name: 'MemoryImageError', code: 'EBADMSG' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

class CountingSource implements ByteSource {
  bytesRead = 0;
  readonly size: number;
  readonly #source: BufferSource;

  constructor(bytes: Uint8Array) {
    this.#source = new BufferSource(bytes);
    this.size = bytes.length;
  }

  read(offset: number, into: Uint8Array): void {
    this.bytesRead += into.length;
    this.#source.read(offset, into);
  }
}
