import { SVGA3D_MOBFMT } from '@cg/svga-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackingCursor } from './backing-cursor.js';
import { GuestBacking } from './guest-backing.js';
import { PAGE_SIZE } from './guest-memory.js';
import { GuestRegion } from './guest-region.js';

/** Guest memory: data, then the page lists. The last page is data as well, so that a run can end with memory. */
const LISTS = 40;
const PAGES = 44;
/** More than two lists of 64-bit numbers, and than one of 32-bit numbers. */
const BACKING_PAGES = 1030;

function setUp(isAligned: boolean) {
  const host = new Uint8Array(PAGES * PAGE_SIZE + 1).subarray(isAligned ? 0 : 1);
  const bytes = host.subarray(0, PAGES * PAGE_SIZE);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (i >>> 12) * 7 + i;
  }
  const view = (address: number, length: number) => bytes.subarray(address, address + length);
  const memory = { bytes: bytes.length, view };
  return { bytes, memory, data: new DataView(bytes.buffer, bytes.byteOffset) };
}

type SetUp = ReturnType<typeof setUp>;

function listed({ memory, data, bytes }: SetUp, pages: readonly number[], entryBytes: 4 | 8): GuestBacking {
  bytes.fill(0, LISTS * PAGE_SIZE);
  const leaf = (LISTS + 1) * PAGE_SIZE;
  pages.forEach((page, i) => data.setUint32(leaf + i * entryBytes, page, true));
  for (let list = 0; list < PAGES - LISTS - 1; list++) {
    data.setUint32(LISTS * PAGE_SIZE + list * entryBytes, LISTS + 1 + list, true);
  }
  const format = entryBytes === 8 ? SVGA3D_MOBFMT.PTDEPTH64_2 : SVGA3D_MOBFMT.PTDEPTH_2;
  return new GuestBacking(memory, format, LISTS, pages.length * PAGE_SIZE);
}

function region(pages: readonly number[]): GuestRegion {
  const made = new GuestRegion(pages.length);
  made.pages.set(pages);
  return made;
}

const makers = {
  'a list of 32-bit numbers': (set: SetUp, pages: readonly number[]) => listed(set, pages, 4),
  'a list of 64-bit numbers': (set: SetUp, pages: readonly number[]) => listed(set, pages, 8),
  'a region': (_: SetUp, pages: readonly number[]) => region(pages),
};

/** Runs of pages that follow one another. */
const runs = fc.array(fc.record({ first: fc.nat(LISTS - 1), count: fc.integer({ min: 1, max: LISTS }) }), {
  minLength: 40,
  maxLength: 60,
});

function pagesOf(drawn: readonly { first: number; count: number }[]): number[] {
  const pages: number[] = [];
  for (let i = 0; pages.length < BACKING_PAGES; i = (i + 1) % drawn.length) {
    const { first, count } = drawn[i];
    for (let page = first; page < Math.min(first + count, LISTS); page++) {
      pages.push(page);
    }
  }
  return pages.slice(0, BACKING_PAGES);
}

const range = fc.record({
  // Near the ends of lists, or anywhere.
  page: fc.oneof(fc.constantFrom(508, 511, 1020, 1023), fc.nat(BACKING_PAGES - 1)),
  inPage: fc.nat(PAGE_SIZE - 1),
  length: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 20 * PAGE_SIZE })),
});

describe.each(Object.entries(makers))('a cursor on %s', (_, make) => {
  it.each([true, false])(
    'reads the bytes of its pages, wherever these lie; memory aligned: %s',
    (isAligned) => {
      const set = setUp(isAligned);
      fc.assert(
        fc.property(runs, fc.array(range, { minLength: 1, maxLength: 8 }), (drawn, ranges) => {
          const pages = pagesOf(drawn);
          const cursor = new BackingCursor(set.memory);
          cursor.aim(make(set, pages));
          for (const { page, inPage, length } of ranges) {
            const offset = page * PAGE_SIZE + inPage;
            const bytes = Math.min(length, BACKING_PAGES * PAGE_SIZE - offset);
            const image = new Uint8Array(bytes + 4);
            cursor.readFrom(offset, image, 4, bytes);
            const wrong = image.subarray(4).findIndex((byte, i) => {
              const at = offset + i;
              return byte !== set.bytes[pages[Math.floor(at / PAGE_SIZE)] * PAGE_SIZE + (at % PAGE_SIZE)];
            });
            expect(wrong).toBe(-1);
          }
        }),
        { numRuns: 30 },
      );
    },
  );

  it('EFAULT: where its pages leave guest memory, after the pages before', () => {
    const set = setUp(true);
    const cursor = new BackingCursor(set.memory);
    cursor.aim(make(set, [7, 8, PAGES - 1, PAGES, PAGES + 1]));
    const image = new Uint8Array(5 * PAGE_SIZE);
    expect(() => cursor.readFrom(0, image, 0, image.length)).toThrow(
      expect.objectContaining({ code: 'EFAULT' }),
    );
    expect(image[2 * PAGE_SIZE - 1]).toBe(set.bytes[9 * PAGE_SIZE - 1]);
    const last = image.subarray(2 * PAGE_SIZE, 3 * PAGE_SIZE);
    expect(Buffer.compare(last, set.bytes.subarray((PAGES - 1) * PAGE_SIZE))).toBe(0);
  });
});
