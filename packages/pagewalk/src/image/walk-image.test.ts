import { BufferSource, openMemoryImage } from '@cg/memory-image';
import {
  AddressSpace,
  Mapping,
  PAGE_SIZE,
  PhysicalMemory,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
  Cpu,
} from '@cg/pagetable';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CACHE_DISABLE, GLOBAL, HUGE, NX, PRESENT, TestImage, USER, WRITE } from './image.fixture.js';
import type { ImageFinding } from './findings.js';
import { walkImage, type ImageWalkOptions } from './walk-image.js';

const TABLE = PRESENT | WRITE | USER;
const KIB4 = 4096;
const MIB2 = 2 ** 21;
const GIB = 2 ** 30;

function findings(image: TestImage, options?: ImageWalkOptions, cr3 = 0x1000n): ImageFinding[] {
  return [...walkImage(image, cr3, { mode: '4-level' }, options)];
}

/** Frames 1 to 4 are the tables of the first 2 MiB; frame 1 is the top. */
function firstTables(frames = 64): TestImage {
  const image = new TestImage(frames);
  [1, 2, 3].forEach((table) => image.set(table, 0, table + 1, TABLE));
  return image;
}

describe('walkImage', () => {
  it('merges what is adjacent, virtually and physically, with the same permissions', () => {
    const image = firstTables();
    image.set(4, 1, 10, PRESENT | WRITE | USER);
    image.set(4, 2, 11, PRESENT | WRITE | USER);
    image.set(4, 3, 13, PRESENT | WRITE | USER);
    image.set(4, 4, 14, PRESENT | USER, NX);
    image.set(4, 5, 15, PRESENT | GLOBAL);
    image.set(4, 7, 16, PRESENT | GLOBAL);
    const seen = findings(image).map((found) => (found.kind === 'mapped' ? found : undefined));
    expect(seen.map((found) => [found?.start, found?.end, found?.physical])).toEqual([
      [0x1000, 0x3000, 0xa000],
      [0x3000, 0x4000, 0xd000],
      [0x4000, 0x5000, 0xe000],
      [0x5000, 0x6000, 0xf000],
      [0x7000, 0x8000, 0x10000],
    ]);
    const none = { writable: false, executable: true, user: false, global: false, device: false };
    expect(seen[0]).toMatchObject({ ...none, writable: true, user: true, pageSize: KIB4 });
    expect(seen[2]).toMatchObject({ ...none, executable: false, user: true });
    expect(seen[3]).toMatchObject({ ...none, global: true });
  });

  it('neighbours with equal flags, one of them reserved by an address bit', () => {
    const image = firstTables();
    image.set(4, 1, 10, PRESENT);
    image.set(4, 2, 2 ** 30, PRESENT);
    image.set(4, 3, 12, PRESENT);
    const paging = { mode: '4-level', physicalBits: 40 } as const;
    const seen = [...walkImage(image, 0x1000n, paging)];
    expect(seen.map((found) => [found.kind, found.start])).toEqual([
      ['mapped', 0x1000],
      ['damage', 0x2000],
      ['mapped', 0x3000],
    ]);
  });

  it('merges across tables, and finds pages of 2 MiB and 1 GiB, whose PAT bit is no address bit', () => {
    const image = new TestImage(8, 8 * GIB);
    image.set(1, 511, 2, TABLE);
    image.set(2, 510, 0, TABLE | HUGE);
    image.set(2, 511, 0x40000 + 1, TABLE | HUGE | GLOBAL);
    image.set(1, 0, 3, TABLE);
    image.set(3, 0, 4, TABLE);
    image.set(3, 1, 5, TABLE);
    image.set(4, 511, 0x200 + 1, TABLE | HUGE);
    image.set(5, 0, 0x400 + 1, TABLE | HUGE);
    expect(findings(image)).toMatchObject([
      { start: GIB - MIB2, end: GIB + MIB2, physical: 0x200000, pageSize: MIB2 },
      { start: 2 ** 48 - 2 * GIB, end: 2 ** 48 - GIB, physical: 0, pageSize: GIB, global: false },
      { start: 2 ** 48 - GIB, end: 2 ** 48, physical: GIB, pageSize: GIB, global: true },
    ]);
  });

  it('upper entries narrow the permissions of what is below them', () => {
    const image = firstTables();
    image.set(1, 0, 2, PRESENT | WRITE, NX);
    image.set(3, 0, 4, PRESENT | USER);
    image.set(4, 0, 9, PRESENT | WRITE | USER);
    expect(findings(image)).toMatchObject([{ writable: false, user: false, executable: false }]);
  });

  it('lists the clipped range only, and reads no table outside it', () => {
    const image = firstTables();
    image.set(1, 300, 5, TABLE);
    for (let page = 0; page < 8; page++) {
      image.set(4, page, 10 + page, TABLE);
    }
    expect(findings(image, { from: 0x2800, to: 0x4001 })).toMatchObject([
      { start: 0x2000, end: 0x5000, physical: 12 * KIB4 },
    ]);
    expect(image.reads).toBe(4);
    image.set(3, 1, 512, TABLE | HUGE);
    const large = Object.assign(new TestImage(64, GIB), { words: image.words, bytes: image.bytes });
    expect(findings(large, { from: MIB2 + KIB4, to: MIB2 + 3 * KIB4 })).toMatchObject([
      { start: MIB2 + KIB4, end: MIB2 + 3 * KIB4, physical: MIB2 + KIB4, pageSize: MIB2 },
    ]);
  });

  it('a loop is one finding that says where, and the walk goes on behind it', () => {
    const image = firstTables();
    image.set(3, 1, 1, TABLE);
    image.set(3, 2, 2, TABLE);
    image.set(3, 4, 2, TABLE);
    image.set(4, 0, 9, TABLE);
    image.set(3, 5, 4, PRESENT);
    const loop = { kind: 'damage', fault: 'loop', level: 2 };
    expect(findings(image)).toMatchObject([
      { kind: 'mapped', start: 0, end: KIB4 },
      { ...loop, start: MIB2, end: 3 * MIB2, entry: 0x3008, entries: 2, low: 0x1007, target: 0x1000 },
      { ...loop, start: 4 * MIB2, end: 5 * MIB2, entry: 0x3020, entries: 1, target: 0x2000 },
      { kind: 'mapped', start: 5 * MIB2, end: 5 * MIB2 + KIB4, writable: false, user: false },
    ]);
  });

  it('an entry that points at its own table is a self-map, as Windows has one, and no damage', () => {
    const image = firstTables();
    image.set(4, 0, 9, TABLE);
    image.set(1, 0x1ed, 1, PRESENT | WRITE, NX);
    const base = 0x1ed * 2 ** 39;
    expect(findings(image)).toMatchObject([
      { kind: 'mapped', start: 0 },
      { kind: 'self-map', start: base, end: base + 2 ** 39, level: 4, table: 0x1000, entry: 0x1f68 },
    ]);
  });

  it('a table that points at itself 512 times over is one line', () => {
    const image = new TestImage(2);
    for (let i = 0; i < 512; i++) {
      image.set(1, i, 1, TABLE);
    }
    expect(findings(image)).toMatchObject([{ kind: 'self-map', start: 0, end: 2 ** 48, entries: 512 }]);
    expect(image.reads).toBe(1);
  });

  it('2^36 pages in four tables: each table is listed once, its other places are said to be like it', () => {
    const image = new TestImage(6);
    for (let i = 0; i < 512; i++) {
      [1, 2, 3].forEach((table) => image.set(table, i, table + 1, TABLE));
      image.set(4, i, 5, TABLE);
    }
    const found = findings(image);
    expect(found).toHaveLength(512 + 3);
    expect(found.slice(512)).toMatchObject([
      { kind: 'shared', start: MIB2, end: GIB, level: 1, table: 0x4000, sameAs: 0 },
      { kind: 'shared', start: GIB, end: 2 ** 39, level: 2, table: 0x3000, sameAs: 0 },
      { kind: 'shared', start: 2 ** 39, end: 2 ** 48, level: 3, table: 0x2000, sameAs: 0 },
    ]);
    expect(image.reads).toBe(4);
  });

  it('a shared table is listed again where other permissions hold, and clipped where the range is', () => {
    const image = firstTables();
    image.set(4, 3, 9, TABLE);
    image.set(3, 1, 4, PRESENT | USER);
    image.set(3, 2, 4, TABLE);
    const range = { from: 0, to: 2 * MIB2 + 2 * KIB4 };
    expect(findings(image, range)).toMatchObject([
      { kind: 'mapped', writable: true },
      { kind: 'mapped', start: MIB2 + 3 * KIB4, writable: false },
      { kind: 'shared', start: 2 * MIB2, end: range.to, sameAs: 0 },
    ]);
    // The last of several repetitions is clipped by the range, so it does not repeat the whole table.
    image.set(3, 3, 4, TABLE);
    image.set(3, 4, 4, TABLE);
    expect(findings(image, { to: 4 * MIB2 + 2 * KIB4 }).slice(2)).toMatchObject([
      { kind: 'shared', start: 2 * MIB2, end: 4 * MIB2, span: MIB2, sameAs: 0 },
      { kind: 'shared', start: 4 * MIB2, end: 4 * MIB2 + 2 * KIB4, sameAs: 0 },
    ]);
    image.set(3, 3, 0, 0);
    image.set(3, 4, 0, 0);
    const cut = { from: 3 * KIB4, to: 3 * MIB2 };
    expect(findings(image, cut).map(({ kind }) => kind)).toEqual(['mapped', 'mapped', 'mapped']);
  });

  it('tables and cached memory outside the image are damage; uncached memory is a device', () => {
    const image = firstTables();
    image.set(4, 0, 64, TABLE);
    image.set(4, 1, 2 ** 39, TABLE);
    image.set(4, 3, 0xfee00, PRESENT | WRITE | CACHE_DISABLE, NX);
    image.set(3, 7, 64, TABLE);
    image.set(3, 8, 0x200, TABLE | HUGE);
    expect(findings(image)).toMatchObject([
      { fault: 'outside', level: 1, start: 0, end: 2 * KIB4, entry: 0x4000, entries: 2, target: 0x40000 },
      { kind: 'mapped', device: true, start: 3 * KIB4, physical: 0xfee00000 },
      { fault: 'outside', level: 2, start: 7 * MIB2, end: 9 * MIB2, entry: 0x3038, entries: 2 },
    ]);
  });

  it('reserved bits: PS in a PML4E, low address bits of huge pages', () => {
    const image = new TestImage(8, 8 * GIB);
    image.set(1, 0, 2, TABLE);
    image.set(1, 1, 2, TABLE | HUGE);
    image.set(2, 0, 3, TABLE);
    image.set(2, 1, 0x40200, TABLE | HUGE);
    image.set(3, 0, 0x202, TABLE | HUGE);
    image.set(3, 1, 0x400, TABLE | HUGE);
    expect(findings(image)).toMatchObject([
      { fault: 'reserved', level: 2, start: 0, entry: 0x3000 },
      { kind: 'mapped', start: MIB2, physical: 2 * MIB2 },
      { fault: 'reserved', level: 3, start: GIB, entry: 0x2008, low: 0x40200087 },
      { fault: 'reserved', level: 4, start: 2 ** 39, entry: 0x1008 },
    ]);
  });

  it('damage in a shared table is reported where the table is first listed, and not again', () => {
    const image = firstTables();
    image.set(4, 0, 9, TABLE);
    image.set(4, 1, 64, TABLE);
    image.set(3, 1, 4, TABLE);
    expect(findings(image)).toMatchObject([
      { kind: 'mapped', start: 0 },
      { kind: 'damage', fault: 'outside', start: KIB4, entries: 1 },
      { kind: 'shared', start: MIB2, end: 2 * MIB2, sameAs: 0 },
    ]);
  });

  it('a run of adjacent pages ends where the image does, or where the range is clipped', () => {
    const image = firstTables(12);
    for (let page = 0; page < 6; page++) {
      image.set(4, page, 8 + page, TABLE);
    }
    expect(findings(image)).toMatchObject([
      { kind: 'mapped', start: 0, end: 4 * KIB4, physical: 8 * KIB4 },
      { kind: 'damage', start: 4 * KIB4, end: 6 * KIB4, entries: 2 },
    ]);
    expect(findings(image, { from: KIB4, to: 3 * KIB4 })).toMatchObject([
      { kind: 'mapped', start: KIB4, end: 3 * KIB4, physical: 9 * KIB4 },
    ]);
  });

  it('ends at the limit of tables, and says so', () => {
    const image = firstTables();
    image.set(4, 0, 9, TABLE);
    image.set(3, 1, 5, TABLE);
    const found = findings(image, { maxTables: 4 });
    expect(found).toMatchObject([
      { kind: 'mapped' },
      { fault: 'limit', start: MIB2, end: 2 ** 48, entry: 0x3008 },
    ]);
  });

  it('refuses a CR3 outside the image, and ranges that make no sense', () => {
    const image = new TestImage(4);
    for (const cr3 of [0x4000n, 1n << 51n]) {
      expect(() => findings(image, {}, cr3)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
    for (const [from, to] of [
      [5, 5],
      [-1, 5],
      [0, 2 ** 48 + 1],
      [Number.NaN, 5],
    ]) {
      expect(() => findings(image, { from, to })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
    expect(findings(image, {}, 0xe00_0000_0000_1fffn)).toEqual([]);
  });

  it('finds exactly the pages that a CPU of @cg/pagetable has touched', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 2999 }), { maxLength: 60 }),
        async (pages) => {
          const memory = new PhysicalMemory(256 * PAGE_SIZE);
          const frames = memory.allocateFrames(64);
          const addressSpace = new AddressSpace(memory);
          const vma = addressSpace.map({
            length: 3000 * PAGE_SIZE,
            flags: VM_READ | VM_WRITE | VM_SHARED,
            mapping: new Mapping('object'),
            operations: {
              fault(fault) {
                fault.insertFrame(fault.address, frames[fault.page % 64], true);
                return 'noPage';
              },
            },
          });
          const cpu = new Cpu(memory);
          cpu.run(addressSpace);
          pages.forEach((page) => cpu.store8(vma.addressOf(page), 1));
          const image = await openMemoryImage(new BufferSource(memory.u8));
          const found = new Map<number, number>();
          for (const finding of walkImage(image, BigInt(addressSpace.tables.rootFrame * PAGE_SIZE), {
            mode: '4-level',
          })) {
            expect(finding).toMatchObject({ kind: 'mapped', writable: true, user: true });
            for (let at = finding.start; finding.kind === 'mapped' && at < finding.end; at += PAGE_SIZE) {
              found.set(vma.pageAt(at), (finding.physical + at - finding.start) / PAGE_SIZE);
            }
          }
          expect(found).toEqual(
            new Map(pages.toSorted((a, b) => a - b).map((page) => [page, frames[page % 64]])),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('random memory: ends, with findings in order that never overlap', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 2 ** 47 }), (seed, from) => {
        const image = new TestImage(12);
        let state = seed >>> 0;
        const random = (below: number) => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return Math.floor((state / 2 ** 32) * below);
        };
        for (let i = 0; i < 200; i++) {
          image.set(1 + random(9), random(12), random(14), random(512) | PRESENT, random(2) * NX);
        }
        let end = Math.floor(from / 4096) * 4096;
        for (const finding of walkImage(image, 0x1000n, { mode: '4-level' }, { from })) {
          expect(finding.start).toBeGreaterThanOrEqual(end);
          expect(finding.end).toBeGreaterThan(finding.start);
          end = finding.end;
        }
        expect(end).toBeLessThanOrEqual(2 ** 48);
      }),
      { numRuns: 100 },
    );
  });
});
