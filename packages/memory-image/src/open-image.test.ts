import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BufferSource } from './byte-source.js';
import {
  writeElfCore,
  writeFlattened,
  writeLime,
  writeNote,
  writeWindowsBitmap,
  writeWindowsFull,
  type WrittenRange,
} from './image-writers.fixture.js';
import type { MemoryImage } from './memory-image.js';
import { openMemoryImage } from './open-image.js';

const CR3 = 0x1ad000;

function open(bytes: Uint8Array): Promise<MemoryImage> {
  return openMemoryImage(new BufferSource(bytes));
}

const WRITERS: Readonly<Record<string, (ranges: readonly WrittenRange[]) => Uint8Array>> = {
  elf: (ranges) => writeElfCore(ranges),
  lime: (ranges) => writeLime(ranges),
  'windows, full': (ranges) => writeWindowsFull(CR3, ranges),
  'windows, bitmap': (ranges) => writeWindowsBitmap(CR3, ranges),
};

/** Up to five ranges of whole pages, with holes or without, each page with its number. */
const someRanges = fc
  .array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 5 })
  .map((shapes) => {
    let page = 0;
    return shapes.map(([hole, pages]) => {
      const physical = (page + hole) * 4096;
      const bytes = new Uint8Array(pages * 4096);
      for (let i = 0; i < pages; i++) {
        bytes.fill(page + hole + i + 1, i * 4096, (i + 1) * 4096);
      }
      page += hole + pages;
      return { physical, bytes };
    });
  });

/** The same memory as a plain array: the byte of each address, -1 in holes. */
function plainMemory(ranges: readonly WrittenRange[]): Int16Array {
  const last = ranges[ranges.length - 1];
  const plain = new Int16Array(last.physical + last.bytes.length + 8192).fill(-1);
  ranges.forEach(({ physical, bytes }) => plain.set(bytes, physical));
  return plain;
}

describe('openMemoryImage', () => {
  for (const [name, write] of Object.entries(WRITERS)) {
    it(`${name}: has each byte where it was, and no other`, async () => {
      await fc.assert(
        fc.asyncProperty(
          someRanges,
          fc.nat({ max: 130_000 }),
          fc.integer({ min: 1, max: 9000 }),
          async (ranges, at, length) => {
            const plain = plainMemory(ranges);
            const image = await open(write(ranges));
            const start = at % plain.length;
            const wanted = plain.subarray(start, Math.min(start + length, plain.length));
            const into = new Uint8Array(wanted.length);
            const isHeld = !wanted.includes(-1);
            expect(image.read(start, into)).toBe(isHeld);
            if (isHeld) {
              expect(Buffer.compare(into, Uint8Array.from(wanted))).toBe(0);
            }
            const held = plain.findIndex((byte, i) => i >= start && byte >= 0);
            expect(image.nextHeld(start)).toBe(held < 0 ? Infinity : held);
            expect(image.nextHole(start)).toBe(plain.findIndex((byte, i) => i >= start && byte < 0));
            expect(image.end).toBe(plain.length - 8192);
          },
        ),
        { numRuns: 60 },
      );
    });
  }

  it('a byte can be found in the file where it lies there as it was', async () => {
    const ranges = [
      { physical: 0x3000, bytes: new Uint8Array(4096).fill(3) },
      { physical: 0x9000, bytes: new Uint8Array(8192).fill(9) },
    ];
    for (const write of Object.values(WRITERS)) {
      const file = write(ranges);
      const image = await open(file);
      expect(file[image.fileOffset(0x3fff) ?? 0]).toBe(3);
      expect(file[(image.fileOffset(0xa001) ?? 0) - 0x1001]).toBe(9);
      expect(image.fileOffset(0x4000)).toBeUndefined();
    }
  });

  it('what no format claims is raw, an empty file too', async () => {
    const image = await open(new Uint8Array(5000).fill(1));
    expect([image.format, image.end, image.nextHole(0)]).toEqual(['raw', 5000, 5000]);
    expect((await open(new Uint8Array(0))).end).toBe(0);
  });

  it('a map says where the parts of a raw file belong, whatever their bytes look like', async () => {
    const bytes = new Uint8Array(0x3000);
    bytes.set([0x7f, 0x45, 0x4c, 0x46]);
    bytes[0x2000] = 7;
    const map = [
      { physical: 0x1_0000_0000, offset: 0x2000, size: 0x1000 },
      { physical: 0, offset: 0, size: 0x1000 },
    ];
    const image = await openMemoryImage(new BufferSource(bytes), { map });
    expect([image.format, image.end]).toEqual(['raw', 0x1_0000_1000]);
    expect(image.fileOffset(0x1_0000_0000)).toBe(0x2000);
    expect(image.read(0x1000, new Uint8Array(1))).toBe(false);
  });

  it('a flattened file stands for what its records write, the last of them winning', async () => {
    const record = fc.tuple(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 60 }), fc.nat({ max: 254 }));
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
        // A segment of an ELF core shows the bytes of the file that is written in pieces.
        const core = writeElfCore([{ physical: 0, bytes: new Uint8Array(300) }]);
        const plain = Uint8Array.from(core);
        const pieces = [{ offset: 0, bytes: core }];
        for (const [at, length, value] of records) {
          const offset = core.length - 300 + at;
          pieces.push({ offset, bytes: new Uint8Array(length).fill(value + 1) });
          plain.fill(value + 1, offset, offset + length);
        }
        const into = new Uint8Array(300);
        expect((await open(writeFlattened(pieces))).read(0, into)).toBe(true);
        expect(Buffer.compare(into, plain.subarray(core.length - 300))).toBe(0);
      }),
    );
  });
});

describe('an ELF core', () => {
  it('has no memory where a segment has more in memory than in the file: QEMU writes so at the VGA hole', async () => {
    const core = writeElfCore([{ physical: 0x1000, bytes: new Uint8Array(4096).fill(1) }]);
    // p_memsz of the second header.
    new DataView(core.buffer).setBigUint64(64 + 56 + 40, 0x200000n, true);
    const image = await open(core);
    expect([image.end, image.nextHole(0x1000)]).toEqual([0x2000, 0x2000]);
    expect(image.read(0x2000, new Uint8Array(1))).toBe(false);
  });
});

describe('registers', () => {
  it('a Windows dump has the directory base of one CPU, in long mode', async () => {
    const ranges = [{ physical: 0, bytes: new Uint8Array(4096) }];
    for (const write of [writeWindowsFull, writeWindowsBitmap]) {
      expect((await open(write(CR3, ranges))).cpus).toEqual([
        { source: 'Windows', cr3: BigInt(CR3), inLongMode: true },
      ]);
    }
  });

  it("VirtualBox's notes have CR0, CR3, CR4 and EFER of each CPU", async () => {
    const state = new BigUint64Array(70);
    [state[36], state[38], state[39], state[61]] = [0x80050033n, 0x2a0a006n, 0x6f0n, 0xd01n];
    const note = writeNote('VBCPU', 0xb01, new Uint8Array(state.buffer));
    const core = writeNote('VBCORE', 0xb00, new Uint8Array(24));
    expect((await open(writeElfCore([], Buffer.concat([core, note, note])))).cpus).toEqual(
      Array.from({ length: 2 }, () => ({
        source: 'VirtualBox',
        cr0: 0x80050033n,
        cr3: 0x2a0a006n,
        cr4: 0x6f0n,
        efer: 0xd01n,
      })),
    );
  });

  it("a crashed Linux tells its own tables where no CPU's registers are kept", async () => {
    const text = [
      'OSRELEASE=6.1.0-51-amd64',
      'SYMBOL(init_uts_ns)=ffffffff9661c440',
      'SYMBOL(swapper_pg_dir)=ffffffff9660e000',
      'NUMBER(phys_base)=-268435456',
      'NUMBER(pgtable_l5_enabled)=1',
      '',
    ].join('\n');
    const note = writeNote('VMCOREINFO', 0, new TextEncoder().encode(text));
    expect((await open(writeElfCore([], note))).cpus).toEqual([
      { source: 'VMCOREINFO', cr3: 0x660e000n, cr0: 0x80000001n, cr4: 0x1020n, inLongMode: true },
    ]);
    const without = new TextEncoder().encode(text.replace('swapper_pg_dir', 'other'));
    expect((await open(writeElfCore([], writeNote('VMCOREINFO', 0, without)))).cpus).toEqual([]);
  });
});
