import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AccessProgram, ENDED, GO, ROUNDS, type MoveBytes, type WordBytes } from './access-program.js';
import { makePc, runUntil, word } from './pc.js';

/** Guest memory that the programs use. */
const RAM = { name: 'ram', base: 0x2_0000, bytes: 0x3000 } as const;
const VRAM = { name: 'vram', base: 0xe800_0000, bytes: 2 ** 18 } as const;
const FIFO = { name: 'fifo', base: 0xec00_0000, bytes: 2 ** 17 } as const;
const AREAS = [RAM, VRAM, FIFO] as const;
const DEVICE = { vramBytes: VRAM.bytes, fifoBytes: FIFO.bytes };

const PAGE_SIZE = 4096;
const MOST_COUNT = 9;

const WIDTHS = [1, 2, 4, 8, 10, 16] as const;

/**
 * v86 interprets code until a page of it has run some 200,000 instructions, and then compiles it; the two load and
 * store in different ways. This many instructions of a program run before the run that counts.
 */
const INTERPRETED = 0;
const COMPILED = 400_000;
const PAGE_INSTRUCTIONS = 300;

type AreaName = (typeof AREAS)[number]['name'];
type Memory = Record<AreaName, Uint8Array>;

interface Place {
  readonly area: (typeof AREAS)[number];
  readonly offset: number;
}

type Access =
  | { readonly kind: 'move'; readonly bytes: MoveBytes; readonly from: Place; readonly to: Place }
  | {
      readonly kind: 'movs';
      readonly bytes: WordBytes;
      readonly count: number;
      readonly from: Place;
      readonly to: Place;
    }
  | { readonly kind: 'xor'; readonly bytes: WordBytes; readonly to: Place; readonly value: number };

/** The rule: all three areas are plain arrays of bytes; past their ends nothing is stored, and 0xFF is loaded. */
function applyTo(memory: Memory, access: Access): void {
  const { to, bytes } = access;
  const target = memory[to.area.name];
  if (access.kind === 'xor') {
    for (let i = 0; i < bytes; i++) {
      target[to.offset + i] ^= access.value >>> (8 * i);
    }
    return;
  }
  const source = memory[access.from.area.name];
  const count = access.kind === 'movs' ? access.count : 1;
  for (let i = 0; i < count; i++) {
    const start = access.from.offset + i * bytes;
    const loaded = new Uint8Array(bytes).fill(0xff);
    loaded.set(source.subarray(start, start + bytes));
    const at = to.offset + i * bytes;
    target.set(loaded.subarray(0, target.length - at), at);
  }
}

function address({ area, offset }: Place): number {
  return area.base + offset;
}

function programOf(accesses: readonly Access[]): AccessProgram {
  const program = new AccessProgram();
  for (const access of accesses) {
    const to = address(access.to);
    if (access.kind === 'xor') {
      program.xor(access.bytes, to, access.value);
    } else if (access.kind === 'movs') {
      program.moveString(access.bytes, access.count, address(access.from), to);
    } else {
      program.move(access.bytes, address(access.from), to);
    }
  }
  return program;
}

/**
 * Bytes below 0x80. v86 0.5.462 extends the sign of the lower half into the upper one in a load of 64 bits from
 * any device (README); without a sign these loads too are right.
 */
function fillAreas(): Memory {
  const fill = (bytes: number, step: number): Uint8Array =>
    Uint8Array.from({ length: bytes }, (_, i) => (i * step + (i >> 8) * 11) % 0x80);
  return { ram: fill(RAM.bytes, 37), vram: fill(VRAM.bytes, 41), fifo: fill(FIFO.bytes, 43) };
}

/** The content of the areas after a program has run in the real emulator. */
async function runInEmulator(accesses: readonly Access[], before: Memory, warmUp: number): Promise<Memory> {
  const { emulator, attached } = await makePc(programOf(accesses).finish(), DEVICE);
  const { vram, fifo } = attached.device;
  const fifoBytes = new Uint8Array(fifo.buffer, fifo.byteOffset, fifo.byteLength);
  emulator.write_memory(before.ram, RAM.base);
  vram.set(before.vram);
  fifoBytes.set(before.fifo);
  const rounds = warmUp / Math.min(accesses.length, PAGE_INSTRUCTIONS);
  if (rounds > 0) {
    await emulator.run();
    await expect
      .poll(() => word(emulator, ROUNDS), { timeout: 20_000, interval: 10 })
      .toBeGreaterThan(rounds);
  }
  emulator.write_memory(Uint8Array.of(1), GO);
  await runUntil(emulator, ENDED);
  return {
    ram: emulator.read_memory(RAM.base, RAM.bytes).slice(),
    vram: vram.slice(),
    fifo: fifoBytes.slice(),
  };
}

/**
 * Runs accesses in the emulator and on plain arrays.
 * @returns the differences, as whole arrays of this size are unreadable
 */
async function compare(accesses: readonly Access[], warmUp: number): Promise<string[]> {
  const memory = fillAreas();
  const result = await runInEmulator(accesses, memory, warmUp);
  accesses.forEach((access) => applyTo(memory, access));
  return AREAS.flatMap(({ name }) => {
    const wrong = [...memory[name].keys()].filter((i) => result[name][i] !== memory[name][i]);
    return wrong.length === 0 ? [] : [`${name}: ${wrong.length} bytes, the first at ${wrong[0]}`];
  });
}

/** Offsets about the first bytes of an area, its page borders, v86's unit of 128 KiB, and its last bytes. */
function placeFor(bytes: number): fc.Arbitrary<Place> {
  return fc.constantFrom(...AREAS).chain((area) => {
    const borders = [0, PAGE_SIZE, 2 ** 17, area.bytes].filter((border) => border <= area.bytes);
    return fc
      .record({ border: fc.constantFrom(...borders), away: fc.integer({ min: -40, max: 40 }) })
      .map(({ border, away }) => Math.min(Math.max(border + away, 0), area.bytes - bytes))
      .map((offset) => ({ area, offset }));
  });
}

const wordBytes = fc.constantFrom<WordBytes>(1, 2, 4);

const anyAccess: fc.Arbitrary<Access> = fc.oneof(
  fc.constantFrom(...WIDTHS).chain((bytes) =>
    fc.record({
      kind: fc.constant('move' as const),
      bytes: fc.constant(bytes),
      from: placeFor(bytes),
      to: placeFor(bytes),
    }),
  ),
  fc.tuple(wordBytes, fc.integer({ min: 1, max: MOST_COUNT })).chain(([bytes, count]) =>
    fc.record({
      kind: fc.constant('movs' as const),
      bytes: fc.constant(bytes),
      count: fc.constant(count),
      from: placeFor(bytes * count),
      to: placeFor(bytes * count),
    }),
  ),
  wordBytes.chain((bytes) =>
    fc.record({
      kind: fc.constant('xor' as const),
      bytes: fc.constant(bytes),
      to: placeFor(bytes),
      value: fc.integer({ min: 0, max: 2 ** (8 * bytes - 1) - 1 }).map((value) => value & 0x7f7f_7f7f),
    }),
  ),
);

describe.each([
  ['interpreted', INTERPRETED],
  ['compiled', COMPILED],
])('VRAM and FIFO memory, to %s code', (_how, warmUp) => {
  it('are plain bytes, for any width, offset and order of loads and stores', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyAccess, { minLength: 1, maxLength: 600, size: 'max' }),
        async (accesses) => {
          expect(await compare(accesses, warmUp)).toEqual([]);
        },
      ),
      { numRuns: 2, seed: 462 },
    );
  });

  it('take loads and stores of every width at every offset of a word', async () => {
    const accesses = [...WIDTHS.entries()].flatMap(([row, bytes]) =>
      [0, 1, 2, 3].flatMap((offset) =>
        [VRAM, FIFO].flatMap((area, i): Access[] => {
          const at = 64 * (8 * row + 2 * offset + i);
          return [
            { kind: 'move', bytes, from: { area, offset: at + offset }, to: { area: RAM, offset: at } },
            {
              kind: 'move',
              bytes,
              from: { area: RAM, offset: at + 32 },
              to: { area, offset: at + 32 + offset },
            },
          ];
        }),
      ),
    );
    expect(await compare(accesses, warmUp)).toEqual([]);
  });

  it('end where their BAR ends: an access across the end keeps the bytes inside', async () => {
    const straddles = WIDTHS.flatMap((bytes) =>
      [VRAM, FIFO].flatMap((area) =>
        Array.from({ length: bytes - 1 }, (_, i) => ({ bytes, end: { area, offset: area.bytes - 1 - i } })),
      ),
    );
    const loads = straddles.map(({ bytes, end }, i): Access => {
      return { kind: 'move', bytes, from: end, to: { area: RAM, offset: 16 * i } };
    });
    const stores = straddles.map(({ bytes, end }): Access => {
      return { kind: 'move', bytes, from: { area: RAM, offset: 0x2000 }, to: end };
    });
    expect(await compare([...loads, ...stores], warmUp)).toEqual([]);
  });
});
