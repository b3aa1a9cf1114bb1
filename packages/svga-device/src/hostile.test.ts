import { describe, expect, it } from 'vitest';
import { noise, plainSurface, TestGuest } from '../test/guest.js';
import {
  commandNames,
  CommandWriter,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_STATUS,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
  definitionOf,
} from '@cg/svga-protocol';
import type { SvgaDeviceOptions } from './index.js';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { drawingCommands } from './commands/executors.js';

const PAGES = 64;
const PAGE = 4096;
const limits: SvgaDeviceOptions = {
  dx: true,
  maxImageBytes: 4 * 1024 * 1024,
  maxWorkBytes: 16 * 1024 * 1024,
};

/** A generator of hostile numbers; the seed is in every failure. */
class Chaos {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    // mulberry32: successive values must be independent, or whole kinds of commands never occur.
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  u32(): number {
    return this.pick([
      () => this.below(4),
      () => this.below(PAGES + 2),
      () => this.below(PAGES * PAGE * 2),
      () => this.below(2 ** 32),
      () => 2 ** this.below(32),
      () => 0xffff_ffff - this.below(3),
    ])();
  }

  bytes(length: number): Uint8Array {
    return noise(length, this.below(2 ** 32));
  }
}

const small = (chaos: Chaos): number => chaos.pick([0, 0, 1, 4, chaos.below(40)]);

const rarelyOne = (chaos: Chaos): number => chaos.pick([0, 0, 0, 0, 1]);

/** Values that reach the dangerous parts of a command, by field name; other fields take any number. */
const likely: Readonly<Record<string, (chaos: Chaos) => number>> = {
  sid: (chaos) => chaos.below(6),
  srcSid: (chaos) => chaos.below(4),
  destSid: (chaos) => chaos.below(4),
  mobid: (chaos) => chaos.below(6),
  type: (chaos) => chaos.below(7),
  ptDepth: (chaos) => chaos.below(8),
  base: (chaos) => chaos.below(PAGES + 1),
  baseAddress: (chaos) => chaos.below(PAGES + 1),
  sizeInBytes: (chaos) => chaos.below(20 * PAGE),
  validSizeInBytes: (chaos) => chaos.below(600),
  format: (chaos) => chaos.pick([2, 2, 2, 2, 2, 15, 37, 44, chaos.below(160)]),
  surfaceFlags: (chaos) => chaos.below(2),
  numMipLevels: (chaos) => 1 + chaos.below(5),
  multisampleCount: (chaos) => chaos.pick([0, 0, 0, 2]),
  arraySize: (chaos) => chaos.below(9),
  context: (chaos) => chaos.below(2),
  face: rarelyOne,
  mipmap: rarelyOne,
  subResource: (chaos) => chaos.below(4),
  srcFace: rarelyOne,
  srcMipmap: rarelyOne,
  destFace: rarelyOne,
  destMipmap: rarelyOne,
  z: rarelyOne,
  w: (chaos) => 1 + small(chaos),
  h: (chaos) => 1 + small(chaos),
  d: (chaos) => chaos.pick([1, 1, 1, 0, 2]),
  srcz: rarelyOne,
};
const executed = commandNames.filter(
  (_, i) => drawingCommands.executors[i] !== undefined && !definitionOf(commandNames[i]).hasTail,
);
const moving: readonly CommandName[] = [
  'UPDATE_GB_IMAGE',
  'UPDATE_GB_SURFACE',
  'READBACK_GB_IMAGE',
  'READBACK_GB_SURFACE',
  'DX_UPDATE_SUBRESOURCE',
  'SURFACE_COPY',
  'BIND_GB_SURFACE',
  'WRITE_ZERO_SURFACE',
  'WRITE_ZERO_SURFACE',
];

function hostileFields(chaos: Chaos, name: CommandName): Record<string, unknown> {
  const { body, tail } = definitionOf(name);
  const box = tail.boxes?.struct;
  const fill = (struct: typeof body): Record<string, number> => {
    const values = { ...struct.read(new DataView(new ArrayBuffer(struct.bytes)), 0) } as Record<
      string,
      number
    >;
    for (const field of Object.keys(values)) {
      values[field] = chaos.below(25) === 0 ? chaos.u32() : (likely[field] ?? small)(chaos);
    }
    return values;
  };
  const boxes = box === undefined ? [] : Array.from({ length: chaos.pick([1, 1, 0, 3]) }, () => fill(box));
  return { ...fill(body), boxes };
}

function hostileCommands(chaos: Chaos): Uint8Array {
  const writer = new CommandWriter();
  for (let i = chaos.below(5); i >= 0; i--) {
    const name = chaos.pick(chaos.below(3) === 0 ? executed : moving);
    writer.write(name, hostileFields(chaos, name) as unknown as CommandFields<CommandName>);
  }
  const bytes = writer.bytes.slice();
  if (chaos.below(4) === 0) {
    bytes[chaos.below(bytes.length)] = chaos.below(256);
  }
  return bytes;
}

/** Page lists that mostly lead somewhere, and sometimes do not. */
function scatterPageLists(chaos: Chaos, guest: TestGuest): void {
  const words = new Uint32Array(guest.memory.buffer);
  for (let i = 0; i < 200; i++) {
    words[chaos.below(words.length)] = chaos.u32();
  }
  for (let page = 8; page < PAGES; page += 3) {
    for (let i = 0; i < 40; i++) {
      words[page * 1024 + i] = chaos.below(20) === 0 ? chaos.u32() : chaos.below(PAGES);
    }
  }
}

/**
 * Tables, and MOBs and surfaces with ids 0 to 5 that commands can hit; what is there already stays as it is.
 */
function offerTargets(chaos: Chaos, guest: TestGuest): void {
  for (const [type, page] of [
    [0, 3],
    [1, 4],
  ]) {
    const table = { type, baseAddress: page, sizeInBytes: PAGE, ptDepth: 0 };
    guest.run('SET_OTABLE_BASE64', { ...table, validSizeInBytes: PAGE });
  }
  for (let id = 0; id < 6; id++) {
    const ptDepth = chaos.pick([1, 2, 3, 5, 6]);
    guest.run('DEFINE_GB_MOB64', {
      mobid: id,
      ptDepth,
      base: 8 + 3 * chaos.below(15),
      sizeInBytes: 5 * PAGE,
    });
    const surface = hostileFields(
      chaos,
      'DEFINE_GB_SURFACE_V2',
    ) as unknown as CommandFields<'DEFINE_GB_SURFACE_V2'>;
    const size = { width: 1 + chaos.below(40), height: 1 + chaos.below(40), depth: 1 + chaos.below(3) };
    const plain = id < 3 ? { format: 2, multisampleCount: 0, width: 40, height: 20 } : {};
    guest.run('DEFINE_GB_SURFACE_V2', { ...surface, ...size, ...plain, sid: id });
    guest.run('BIND_GB_SURFACE', { sid: id, mobid: id });
  }
}

/** The device still works for a guest that starts it properly. */
function expectWorking(guest: TestGuest): void {
  guest.writeRegister(SVGA_REG.ENABLE, 0);
  guest.startAt(PAGES - 1);
  guest.fillMob(guest.defineSurface({ ...plainSurface, width: 16, height: 16 }, 1024), noise(1024));
  guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  expect(guest.device.image(1, 0)).toEqual(noise(1024));
}

/** Runs `attack` with many seeds, and returns the first that fails. */
function firstFailure(count: number, attack: (chaos: Chaos) => void): string | undefined {
  for (let seed = 1; seed <= count; seed++) {
    try {
      attack(new Chaos(seed * 7919));
    } catch (error) {
      return `seed ${seed}: ${(error as Error).stack}`;
    }
  }
  return undefined;
}

describe('a hostile guest', () => {
  it('gets from senseless commands an error status, and never a view outside memory', () => {
    let completed = 0;
    let uploaded = 0;
    let readBack = 0;
    let copied = 0;
    const failure = firstFailure(45, (chaos) => {
      const guest = new TestGuest(limits, PAGES).start();
      for (let round = 0; round < 25; round++) {
        scatterPageLists(chaos, guest);
        offerTargets(chaos, guest);
        const context = chaos.below(8) === 0 ? SVGA_CB_CONTEXT.DEVICE : SVGA_CB_CONTEXT.CONTEXT_0;
        const { status, errorOffset } = guest.submit(hostileCommands(chaos), { context });
        expect(errorOffset).toBeLessThan(8192);
        completed += status === SVGA_CB_STATUS.COMPLETED ? 1 : 0;
        guest.startContext(true);
      }
      const { bytesUploaded, bytesReadBack, bytesCopied } = guest.device.statistics;
      uploaded += bytesUploaded;
      readBack += bytesReadBack;
      copied += bytesCopied;
      expectWorking(guest);
    });
    expect(failure).toBeUndefined();
    // The attack must reach the dangerous parts to be meaningful.
    expect(completed).toBeGreaterThan(50);
    expect(Math.min(uploaded, readBack)).toBeGreaterThan(100_000);
    expect(copied).toBeGreaterThan(0);
  });

  it('gets no further with noise: in ports, headers, commands and memory', () => {
    const failure = firstFailure(30, (chaos) => {
      const guest = new TestGuest(limits, PAGES).start();
      for (let round = 0; round < 40; round++) {
        guest.memory.set(chaos.bytes(PAGE), chaos.below(PAGES) * PAGE);
        guest.device.writePort(
          chaos.pick([0, 1, 8, chaos.below(16)]),
          chaos.pick([chaos.below(80), chaos.u32()]),
        );
        guest.device.readPort(chaos.pick([0, 1, 8, chaos.u32()]));
        const header = chaos.below(PAGES * 64) * SVGA_CB_HEADER_BYTES;
        if (chaos.below(2) === 0) {
          const noIrq = chaos.below(2) * SVGA_CB_FLAG.NO_IRQ;
          writeCommandBufferHeader(guest.memory.subarray(header), {
            flags: noIrq,
            length: chaos.below(PAGE),
            pa: chaos.below(PAGES * PAGE),
          });
        }
        guest.writeRegister(SVGA_REG.COMMAND_HIGH, chaos.below(10) === 0 ? chaos.u32() : 0);
        guest.writeRegister(SVGA_REG.COMMAND_LOW, header + chaos.pick([0, 0, 0, 1, 0x3f]));
        guest.device.image(chaos.u32(), chaos.u32());
        guest.writeRegister(SVGA_REG.ENABLE, 1);
        guest.writeRegister(SVGA_REG.CONFIG_DONE, 1);
        guest.startContext(true);
      }
      expectWorking(guest);
    });
    expect(failure).toBeUndefined();
  });

  it('cannot make the device work without bound: a buffer full of large updates ends early', () => {
    const guest = new TestGuest({ maxWorkBytes: 8 * 1024 * 1024 }, PAGES).start();
    // One MOB page is used for all pages of a megabyte: every entry of its list is 0.
    guest.must('DEFINE_GB_MOB64', { mobid: 1, ptDepth: 1, base: 20, sizeInBytes: 1024 * 1024 });
    guest.must('DEFINE_GB_SURFACE', { ...plainSurface, format: 37, width: 1024 * 1024, height: 1 });
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    const writer = new CommandWriter();
    while (writer.length < 12_000) {
      writer.write('UPDATE_GB_SURFACE', { sid: 1 });
    }
    const pa = 40 * PAGE;
    expect(guest.submit(writer.bytes, { pa }).status).toBe(SVGA_CB_STATUS.COMMAND_ERROR);
    expect(guest.device.lastError).toMatchObject({ code: 'E2BIG' });
    expect(guest.device.statistics.bytesUploaded).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(guest.device.readPort(SVGA_PORT.IRQSTATUS)).not.toBe(0);
  });
});
