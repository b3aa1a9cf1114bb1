import {
  commandNames,
  CommandWriter,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_FIFO,
  SVGA_REG,
} from '../src/index.js';
import { writeCommandBufferHeader } from '../src/index.js';
import type { CommandFields, CommandName, SvgaDeviceOptions } from '../src/index.js';
import { executors } from '../src/commands/executors.js';
import { plainSurface, TestGuest } from './guest.js';
import { randomCommand, seededDraw } from './random-commands.js';
import type { Draw } from './random-commands.js';

const PAGES = 96;
const PAGE = 4096;
const IDS = 6;

const executed = commandNames.filter((_, i) => executors[i] !== undefined);

/** What moves bytes without doing away with objects: mostly these, so that a buffer gets far. */
const moving = executed.filter((name) =>
  /UPDATE|READBACK|COPY|BLT|DMA|CLEAR|MIP|TRANSFER|CONVERT/.test(name),
);

/** What a run of the fuzzer came to. */
export interface FuzzResult {
  readonly commands: number;
  readonly refused: number;
  readonly notExecuted: number;
  readonly bytesMoved: number;
}

const variants: readonly SvgaDeviceOptions[] = [
  { dx: true, sm41: true },
  { dx: true, completionDelay: 5 },
  {},
];

function edge(draw: Draw): number {
  return [draw(4), draw(70), draw(2 ** 20), draw(2 ** 32), 2 ** draw(32), 0xffff_ffff - draw(3)][draw(6)];
}

/** Values that get far enough into a command to be dangerous, by the end of a field's name. */
const likely: readonly (readonly [RegExp, (draw: Draw) => number])[] = [
  [
    /(sid|mobid|cid|shid|stid|gmrid|viewid|^src$|^dest$|elementlayoutid|blendid|soid|queryid|shaderid)$/i,
    (draw) => draw(IDS),
  ],
  [/^(type|ptDepth)$/, (draw) => draw(12)],
  [/^base(Address)?$/, (draw) => 20 + draw(PAGES - 20)],
  [/^(valid)?sizeInBytes$/i, (draw) => draw(8 * PAGE)],
  [/format$/i, (draw) => [1, 2, 2, 2, 9, 15, 37, 44, 68, 69, 98, 122, 123, 80][draw(14)]],
  [/^resourceDimension$/, (draw) => 1 + draw(8)],
  [/^(mipSlice|mostDetailedMip|firstArraySlice|numMipLevels|mipLevels|arraySize)$/, (draw) => draw(4)],
  [/(face|mipmap|subresource)$/i, (draw) => [0, 0, 0, draw(4)][draw(4)]],
  [/^multisampleCount$/, (draw) => [0, 0, 0, 2][draw(4)]],
  [/(x|y|z)$/i, (draw) => [0, 0, draw(8), draw(40)][draw(4)]],
  [/(^|box|dest|src)(w|h|d|width|height|depth)$/i, (draw) => 1 + draw(24)],
  [/(pitch|offset)/i, (draw) => 4 * draw(64)],
  [/^transfer$|^mode$|^readback$|^invertBox$/, (draw) => draw(3)],
];

function steer(draw: Draw, values: Record<string, unknown>): void {
  for (const [field, value] of Object.entries(values)) {
    if (Array.isArray(value)) {
      value.forEach(
        (part: unknown) =>
          typeof part === 'object' && part !== null && steer(draw, part as Record<string, unknown>),
      );
    } else if (typeof value === 'number' && draw(12) > 0) {
      const rule = likely.find(([name]) => name.test(field));
      if (rule !== undefined) {
        values[field] = rule[1](draw);
      }
    } else if (
      typeof value === 'number' &&
      draw(4) === 0 &&
      !/width|height|numPages|flags|size/i.test(field)
    ) {
      values[field] = edge(draw);
    }
  }
}

function commands(draw: Draw): Uint8Array {
  const writer = new CommandWriter();
  for (let i = draw(4); i >= 0; i--) {
    const { name, fields } = randomCommand(draw, [commandNames, executed, moving, moving][draw(4)]);
    const sized = /CURSOR|REMAP_GMR2|ESCAPE|DEFINE_SCREEN/.test(name);
    if (!sized) {
      steer(draw, fields as unknown as Record<string, unknown>);
    }
    try {
      writer.write(name, fields);
    } catch {
      // steering has made it impossible to encode
    }
  }
  const bytes = writer.bytes.slice();
  for (let i = draw(6) === 0 ? draw(4) : 0; i > 0 && bytes.length > 0; i--) {
    bytes[draw(bytes.length)] = draw(256);
  }
  return bytes;
}

function run<N extends CommandName>(guest: TestGuest, name: N, fields: CommandFields<N>): void {
  guest.run(name, fields);
}

/** Tables, MOBs, surfaces, contexts and screens with small ids, for commands to hit. */
function offerTargets(draw: Draw, guest: TestGuest): void {
  for (let type = 0; type < 6; type++) {
    const table = { type, baseAddress: 4 + type, sizeInBytes: PAGE, validSizeInBytes: PAGE, ptDepth: 0 };
    run(guest, 'SET_OTABLE_BASE64', table);
  }
  for (let id = 0; id < IDS; id++) {
    const ptDepth = [1, 2, 3, 5, 6][draw(5)];
    run(guest, 'DEFINE_GB_MOB64', { mobid: id, ptDepth, base: 20 + draw(60), sizeInBytes: 6 * PAGE });
    const format = [2, 2, 37, 80, 68, 15][id];
    const size = id === 2 ? { width: 4096, height: 1 } : { width: 1 + draw(40), height: 1 + draw(40) };
    const numMipLevels = id === 2 ? 1 : 1 + draw(3);
    run(guest, 'DEFINE_GB_SURFACE_V2', { ...plainSurface, ...size, sid: id, format, numMipLevels });
    run(guest, 'BIND_GB_SURFACE', { sid: id, mobid: id });
    run(guest, 'DX_DEFINE_CONTEXT', { cid: id });
    const type = draw(12);
    run(guest, 'DX_SET_COTABLE', { cid: id, mobid: draw(IDS), type, validSizeInBytes: draw(PAGE) });
    run(guest, 'DEFINE_GB_SCREENTARGET', {
      stid: id,
      width: 1 + draw(64),
      height: 1 + draw(64),
      xRoot: 0,
      yRoot: 0,
      flags: 0,
      dpi: 0,
    });
    run(guest, 'BIND_GB_SCREENTARGET', { stid: id, sid: id, face: 0, mipmap: 0 });
  }
}

function scatter(draw: Draw, guest: TestGuest): void {
  const words = new Uint32Array(guest.memory.buffer);
  for (let page = 20; page < PAGES; page += 2) {
    for (let i = 0; i < 24; i++) {
      words[page * 1024 + i] = draw(20) === 0 ? edge(draw) : draw(PAGES);
    }
  }
}

function viaRing(draw: Draw, guest: TestGuest): void {
  const { fifo } = guest.device;
  const min = draw(8) === 0 ? edge(draw) : 2048;
  const stream = commands(draw);
  fifo[SVGA_FIFO.MIN] = min;
  fifo[SVGA_FIFO.MAX] = draw(12) === 0 ? edge(draw) : fifo.byteLength;
  const start = draw(12) === 0 ? edge(draw) : fifo.byteLength - 4 * (1 + draw(20));
  fifo[SVGA_FIFO.STOP] = start;
  const bytes = new Uint8Array(fifo.buffer);
  let at = start;
  for (let i = 0; i < stream.length; i++) {
    bytes[at++] = stream[i];
    at = at >= fifo.byteLength ? min : at;
  }
  fifo[SVGA_FIFO.NEXT_CMD] = draw(12) === 0 ? edge(draw) : at - (at % 4);
  guest.writeRegister(SVGA_REG.SYNC, 1);
  guest.readRegister(SVGA_REG.BUSY);
}

function noise(draw: Draw, guest: TestGuest): void {
  for (let i = draw(20); i >= 0; i--) {
    guest.device.writePort([0, 1, 1, 8, draw(16)][draw(5)], draw(2) === 0 ? draw(90) : edge(draw));
    guest.device.readPort([0, 1, 8, draw(16)][draw(4)]);
  }
  const header = SVGA_CB_HEADER_BYTES * draw(PAGES * 64);
  const fields = {
    flags: draw(8),
    length: draw(PAGE),
    pa: draw(PAGES * PAGE),
    offset: draw(8),
    dxContext: draw(8),
  };
  writeCommandBufferHeader(guest.memory.subarray(header), fields);
  guest.writeRegister(SVGA_REG.COMMAND_HIGH, draw(10) === 0 ? edge(draw) : 0);
  guest.writeRegister(SVGA_REG.COMMAND_LOW, header + [0, 1, 2, 0x3f][draw(4)]);
}

function snapshots(draw: Draw, guest: TestGuest): void {
  const snapshot = guest.device.snapshot();
  for (let i = draw(3); i > 0; i--) {
    snapshot[draw(Math.min(snapshot.length, 20_000))] = draw(256);
  }
  try {
    guest.device.restore(snapshot);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EBADMSG') {
      throw error;
    }
  }
}

function start(guest: TestGuest): void {
  guest.writeRegister(SVGA_REG.ENABLE, 1);
  guest.writeRegister(SVGA_REG.CONFIG_DONE, 1);
  guest.startContext(true);
}

/** One life of a hostile guest. Throws whatever the device throws, which must be nothing. */
export function fuzzOnce(seed: number, rounds = 30): FuzzResult {
  const draw = seededDraw(seed);
  const limits = { maxImageBytes: 2 ** 21, maxWorkBytes: 2 ** 21, vramBytes: 2 ** 16, fifoBytes: 2 ** 15 };
  const guest = new TestGuest({ ...limits, ...variants[seed % variants.length] }, PAGES);
  start(guest);
  let time = 0;
  for (let round = 0; round < rounds; round++) {
    scatter(draw, guest);
    if (round % 3 === 0) {
      offerTargets(draw, guest);
    }
    const flags = draw(4) > 0 ? SVGA_CB_FLAG.DX_CONTEXT : 0;
    switch (draw(12)) {
      case 0:
        noise(draw, guest);
        break;
      case 1:
        snapshots(draw, guest);
        break;
      case 2:
      case 3:
        viaRing(draw, guest);
        break;
      case 4:
        guest.memory.set(
          Uint8Array.from({ length: PAGE }, () => draw(256)),
          PAGE * draw(PAGES),
        );
        break;
      default:
        guest.submit(commands(draw), { context: [0, 0, 0, 1, 0x3f][draw(5)], flags, pa: PAGE });
    }
    guest.device.advance((time += draw(4)));
    guest.device.screenTarget(draw(IDS));
    guest.device.image(draw(IDS), draw(8));
    void guest.device.pointer;
    start(guest);
  }
  const {
    commands: done,
    errors,
    notExecuted,
    bytesCopied,
    bytesReadBack,
    bytesUploaded,
  } = guest.device.statistics;
  const bytesMoved = bytesCopied + bytesReadBack + bytesUploaded;
  return { commands: done, refused: errors, notExecuted, bytesMoved };
}
