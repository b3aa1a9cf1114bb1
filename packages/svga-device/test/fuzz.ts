import {
  commandNames,
  CommandWriter,
  encodeCommand,
  SVGA3D_INVALID_ID,
  SVGA_CAP,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_FIFO,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import type { SvgaDeviceOptions } from '../src/index.js';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { drawingCommands } from '../src/commands/executors.js';
import { plainSurface, TestGuest } from './guest.js';
import { RecordingDraws } from './recording-renderer.js';
import { randomCommand, seededDraw } from '@cg/svga-protocol/random-commands';
import type { Draw } from '@cg/svga-protocol/random-commands';
import type { WorkMeter } from './work-meter.js';

const PAGES = 96;
const PAGE = 4096;
const IDS = 6;
const COTABLES = 12;

/** Formats of the surfaces that are offered, by id: two alike, a buffer, depth, and blocks. */
const formats = [2, 2, 37, 80, 68, 15];
const BUFFER_ID = 2;

const executed = commandNames.filter((_, i) => drawingCommands.executors[i] !== undefined);

/** What moves bytes, or says where they are, without destroying objects: mostly these, so that a buffer gets far. */
const moving = executed.filter((name) =>
  [
    /UPDATE|READBACK|COPY|BLT|DMA|CLEAR|MIP|TRANSFER|CONVERT|ZERO|INVALIDATE/,
    /BIND_GB_SURFACE|DX_DRAW|DX_SET_|DX_.*QUERY/,
  ].some((pattern) => pattern.test(name)),
);

/** What sets state, draws and counts. */
const drawing = commandNames.filter((name) =>
  /^DX_(SET|DRAW|BEGIN|END|BIND_SHADER|DEFINE_.*STATE)/.test(name),
);

/** What a run of the fuzzer came to. */
export interface FuzzResult {
  readonly commands: number;
  readonly refused: number;
  readonly notExecuted: number;
  readonly draws: number;
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
  [/(sid|mobid|cid|shid|stid|gmrid|viewid|^src$|^dest$|soid|queryid|shaderid)$/i, (draw) => draw(IDS)],
  [/(elementlayoutid|blendid|depthstencilid|rasterizerid|samplerid)$/i, (draw) => draw(IDS)],
  [/^(type|ptDepth)$/, (draw) => [draw(12), 1 + draw(3)][draw(2)]],
  [
    /^(start|base|vertex|index|instance|count).*(count|location|buffer|view|sampler|slot)$|^slot$/i,
    (draw) => draw(5),
  ],
  [/^topology$/, (draw) => draw(12)],
  [/^base(Address)?$/, (draw) => 20 + draw(PAGES - 20)],
  [/^(valid)?sizeInBytes$/i, (draw) => draw(8 * PAGE)],
  [/format$/i, (draw) => [1, 2, 2, 2, 9, 15, 37, 44, 68, 69, 98, 122, 123, 80][draw(14)]],
  [/^resourceDimension$/, (draw) => 1 + draw(8)],
  [/^(mipSlice|mostDetailedMip|firstArraySlice|numMipLevels|mipLevels|arraySize)$/, (draw) => draw(4)],
  [/(face|mipmap|subresource)$/i, (draw) => [0, 0, 0, draw(4)][draw(4)]],
  [/^multisampleCount$/, (draw) => [0, 0, 0, 2][draw(4)]],
  [/z$/i, (draw) => [0, 0, 0, 0, 0, draw(3)][draw(6)]],
  [/(x|y)$/i, (draw) => [0, 0, 0, draw(4), draw(8), draw(40)][draw(6)]],
  [/^(d|depth)$|(box|dest|src)d$/i, (draw) => [1, 1, 1, 1, 1, 1 + draw(3)][draw(6)]],
  [/(^|box|dest|src)(w|h|width|height)$/i, (draw) => 1 + draw([4, 4, 8, 24][draw(4)])],
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

/** @param favoured commands to take half of all from; none leaves the draw as it is without */
function commands(draw: Draw, favoured: readonly CommandName[]): Uint8Array {
  const writer = new CommandWriter();
  for (let i = draw(4); i >= 0; i--) {
    const names = favoured.length > 0 && draw(2) === 0 ? favoured : undefined;
    const { name, fields } = randomCommand(draw, names ?? [commandNames, executed, moving, moving][draw(4)]);
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

/** Submits one command for DX context 0, where the device has DX. */
function run<N extends CommandName>(guest: TestGuest, name: N, fields: CommandFields<N>): void {
  const hasDx = (guest.readRegister(SVGA_REG.CAPABILITIES) & SVGA_CAP.DX) !== 0;
  guest.submit(encodeCommand(name, fields), { flags: hasDx ? SVGA_CB_FLAG.DX_CONTEXT : 0 });
  waitForNext(guest);
}

/** Lets time pass until the next thing is done, where the device takes time. */
function waitForNext(guest: TestGuest): void {
  guest.device.advance(guest.device.nextDue ?? 0);
}

/** One view of each kind of a surface in DX context 0. */
function offerViews(guest: TestGuest, id: number): void {
  const isBuffer = id === BUFFER_ID;
  const view = {
    sid: id,
    format: isBuffer ? 1 : formats[id],
    resourceDimension: isBuffer ? 1 : 3,
    mipSlice: 0,
    firstArraySlice: isBuffer ? 16 : 0,
    arraySize: 1,
  };
  const { mipSlice: mostDetailedMip, ...shown } = view;
  const resource = { ...shown, mostDetailedMip, mipLevels: 2 };
  run(guest, 'DX_DEFINE_SHADERRESOURCE_VIEW', { shaderResourceViewId: id, ...resource });
  run(guest, 'DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: id, ...view });
  run(guest, 'DX_DEFINE_DEPTHSTENCIL_VIEW', { depthStencilViewId: id, ...view, flags: 0 });
  run(guest, 'DX_DEFINE_UA_VIEW', { uaViewId: id, ...view });
}

const noViews = Array.from({ length: 128 }, () => SVGA3D_INVALID_ID);

/** Shaders, and the state that draws need, in DX context 0. What of it is hostile comes later. */
function offerDraws(draw: Draw, guest: TestGuest): void {
  for (const type of [1, 2, 3]) {
    run(guest, 'DX_DEFINE_SHADER', { shaderId: type, type, sizeInBytes: 4 * (2 + draw(40)) });
    run(guest, 'DX_BIND_SHADER', { cid: 0, shid: type, mobid: draw(IDS), offsetInBytes: 4 * draw(64) });
    run(guest, 'DX_SET_SHADER', { shaderId: type < 3 || draw(4) === 0 ? type : SVGA3D_INVALID_ID, type });
    const buffer = {
      slot: draw(3),
      type,
      sid: BUFFER_ID,
      offsetInBytes: 256 * draw(4),
      sizeInBytes: 16 * draw(64),
    };
    run(guest, 'DX_SET_SINGLE_CONSTANT_BUFFER', buffer);
    run(guest, 'DX_SET_SHADER_RESOURCES', { startView: 0, type, shaderResourceViewIds: noViews });
    const shaderResourceViewIds = Array.from({ length: [0, 1, draw(3)][draw(3)] }, () => draw(IDS));
    run(guest, 'DX_SET_SHADER_RESOURCES', { startView: draw(3), type, shaderResourceViewIds });
  }
  run(guest, 'DX_SET_STREAMOUTPUT', { soid: SVGA3D_INVALID_ID });
  run(guest, 'DX_SET_TOPOLOGY', { topology: 1 + draw(10) });
  const buffers = [{ sid: BUFFER_ID, stride: draw(40), offset: draw(64) }];
  run(guest, 'DX_SET_VERTEX_BUFFERS', { startBuffer: 0, buffers });
  run(guest, 'DX_SET_INDEX_BUFFER', { sid: BUFFER_ID, format: [77, 89][draw(2)], offset: draw(64) });
  run(guest, 'DX_SET_RENDERTARGETS', {
    depthStencilViewId: SVGA3D_INVALID_ID,
    renderTargetViewIds: [draw(2)],
  });
  run(guest, 'DX_DEFINE_QUERY', { queryId: 0, type: draw(8), flags: 0 });
}

/** Draws of state that may be complete, and then of what else comes up. */
function drawSome(draw: Draw, guest: TestGuest): void {
  offerDraws(draw, guest);
  const vertices = { vertexCountPerInstance: draw(100), startVertexLocation: draw(10) };
  run(guest, 'DX_DRAW_INSTANCED', { ...vertices, instanceCount: draw(4), startInstanceLocation: draw(4) });
  for (let i = draw(6); i > 0; i--) {
    guest.submit(commands(draw, drawing), { flags: SVGA_CB_FLAG.DX_CONTEXT, pa: PAGE });
    waitForNext(guest);
  }
}

/** What is shown, drawn with and pointed at: screen, context, shader, GMR; and a cursor. */
function offerOthers(draw: Draw, guest: TestGuest, id: number): void {
  const [width, height] = [1 + draw(64), 1 + draw(64)];
  const screen = { stid: id, width, height, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 };
  run(guest, 'DEFINE_GB_SCREENTARGET', screen);
  run(guest, 'BIND_GB_SCREENTARGET', { stid: id, sid: id, face: 0, mipmap: 0 });
  run(guest, 'DEFINE_GB_CONTEXT', { cid: id });
  run(guest, 'DEFINE_GB_SHADER', { shid: id, type: 1, sizeInBytes: 64 });
  run(guest, 'DEFINE_GMR2', { gmrId: id, numPages: 2 });
  const descriptors = [20 + draw(PAGES - 20), draw(PAGES + 1)];
  run(guest, 'REMAP_GMR2', { gmrId: id, flags: 0, offsetPages: 0, numPages: 2, descriptors });
  const pixels = Uint8Array.from({ length: 4 }, () => draw(256));
  run(guest, 'DEFINE_ALPHA_CURSOR', { id: 0, hotspotX: 0, hotspotY: 0, width: 1, height: 1, pixels });
}

/** Objects of every kind with small ids, for commands to hit. */
function offerTargets(draw: Draw, guest: TestGuest): void {
  for (let type = 0; type < 6; type++) {
    const table = { type, baseAddress: 4 + type, sizeInBytes: PAGE, validSizeInBytes: PAGE, ptDepth: 0 };
    run(guest, 'SET_OTABLE_BASE64', table);
  }
  for (let id = 0; id < IDS; id++) {
    const ptDepth = [1, 2, 3, 5, 6][draw(5)];
    run(guest, 'DEFINE_GB_MOB64', { mobid: id, ptDepth, base: 20 + draw(60), sizeInBytes: 6 * PAGE });
    const format = formats[id];
    const isBuffer = id === BUFFER_ID;
    const size = isBuffer ? { width: 4096, height: 1 } : { width: 4 + draw(40), height: 4 + draw(40) };
    const numMipLevels = isBuffer ? 1 : 1 + draw(3);
    run(guest, 'DEFINE_GB_SURFACE_V2', { ...plainSurface, ...size, sid: id, format, numMipLevels });
    run(guest, 'BIND_GB_SURFACE', { sid: id, mobid: id });
    run(guest, 'DX_DEFINE_CONTEXT', { cid: id });
  }
  for (let type = 0; type < COTABLES; type++) {
    run(guest, 'DX_SET_COTABLE', { cid: 0, mobid: type % IDS, type, validSizeInBytes: 0 });
  }
  for (let id = 0; id < IDS; id++) {
    offerViews(guest, id);
    offerOthers(draw, guest, id);
  }
  offerDraws(draw, guest);
}

function scatter(draw: Draw, guest: TestGuest): void {
  const words = new Uint32Array(guest.memory.buffer);
  for (let page = 20; page < PAGES; page += 2) {
    for (let i = 0; i < 24; i++) {
      words[page * 1024 + i] = draw(20) === 0 ? edge(draw) : draw(PAGES);
    }
  }
}

function viaRing(draw: Draw, guest: TestGuest, favoured: readonly CommandName[]): void {
  const { fifo } = guest.device;
  const min = draw(8) === 0 ? edge(draw) : 2048;
  const stream = commands(draw, favoured);
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
    guest.writePort([0, 1, 1, 8, draw(16)][draw(5)], draw(2) === 0 ? draw(90) : edge(draw));
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

/** What the device says of itself it must take again; only damage may be refused, by EBADMSG. */
function snapshots(draw: Draw, guest: TestGuest): void {
  const snapshot = guest.look(() => guest.device.snapshot());
  const damages = guest.isPatient ? 0 : draw(3); // times stand in it: the same damage would be another one
  for (let i = damages; i > 0; i--) {
    snapshot[draw(Math.min(snapshot.length, 20_000))] = draw(256);
  }
  try {
    guest.device.restore(snapshot);
  } catch (error) {
    if (damages === 0 || (error as { code?: string }).code !== 'EBADMSG') {
      throw error;
    }
  }
}

function start(guest: TestGuest): void {
  guest.writeRegister(SVGA_REG.ENABLE, 1);
  guest.writeRegister(SVGA_REG.CONFIG_DONE, 1);
  guest.startContext(true);
}

type MakeGuest = (options: SvgaDeviceOptions, pages: number) => TestGuest;

/** A hostile guest that lives round by round; two of one seed live alike. */
export class HostileGuest {
  #draw: Draw;
  readonly #seed: number;
  #guest: TestGuest;
  #round = 0;
  readonly #favoured: readonly CommandName[];

  readonly #makeGuest: MakeGuest;

  /** @param favoured commands that it prefers; two guests live alike where these are the same as well */
  constructor(
    seed: number,
    favoured: readonly CommandName[] = [],
    makeGuest: MakeGuest = (options, pages) => new TestGuest(options, pages),
  ) {
    this.#seed = seed;
    this.#favoured = favoured;
    this.#makeGuest = makeGuest;
    this.#draw = seededDraw(seed);
    this.#guest = this.#boot();
    start(this.#guest);
  }

  get guest(): TestGuest {
    return this.#guest;
  }

  /** Makes objects of every kind, whatever the round. */
  offer(): void {
    offerTargets(this.#draw, this.#guest);
  }

  /** Draws anew from a seed. */
  reseed(seed: number): void {
    this.#draw = seededDraw(seed);
  }

  /** Goes on in another machine, as it was in `other` when `snapshot` was taken. */
  resume(other: HostileGuest, snapshot: Uint8Array): void {
    this.#guest = this.#boot();
    this.#guest.memory.set(other.guest.memory);
    this.#guest.device.restore(snapshot);
    this.#round = other.#round;
  }

  /** Throws whatever the device throws, which must be nothing. */
  live(): void {
    const draw = this.#draw;
    const guest = this.#guest;
    scatter(draw, guest);
    if (this.#round++ % 10 === 0) {
      offerTargets(draw, guest);
    }
    if (this.#round % 3 === 0) {
      drawSome(draw, guest);
    }
    act(draw, guest, this.#favoured);
    if (draw(3) > 0) {
      waitForNext(guest);
      if (guest.isPatient) {
        guest.wait();
      }
    }
    guest.look(() => {
      guest.device.screenTarget(draw(IDS));
      guest.device.image(draw(IDS), draw(8));
    });
    void guest.device.pointer;
    start(guest);
  }

  #boot(): TestGuest {
    const limits = { maxImageBytes: 2 ** 21, maxWorkBytes: 2 ** 25, vramBytes: 2 ** 16, fifoBytes: 2 ** 15 };
    return this.#makeGuest({ ...limits, ...variants[this.#seed % variants.length] }, PAGES);
  }
}

function act(draw: Draw, guest: TestGuest, favoured: readonly CommandName[]): void {
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
      viaRing(draw, guest, favoured);
      break;
    case 4:
      guest.memory.set(
        Uint8Array.from({ length: PAGE }, () => draw(256)),
        PAGE * draw(PAGES),
      );
      break;
    default:
      guest.submit(commands(draw, favoured), { context: [0, 0, 0, 1, 0x3f][draw(5)], flags, pa: PAGE });
  }
}

/** How a life is lived. */
export interface FuzzOptions {
  readonly rounds?: number;
  readonly favoured?: readonly CommandName[];
  readonly meter?: WorkMeter;
}

/** What a renderer may rely on. */
function checkStates(draws: RecordingDraws['draws']): void {
  for (const { state } of draws) {
    const { vertex, pixel, geometry, targets, viewports } = state;
    const shaders = [vertex, pixel, geometry].flatMap((stage) => (stage === undefined ? [] : [stage.shader]));
    const views = [vertex, pixel, geometry].flatMap((stage) => [...(stage?.views ?? [])]);
    const isWhole =
      shaders.every(({ tokens }) => tokens.length >= 2) &&
      viewports.length <= 16 &&
      targets.every((each) => each === undefined || each.mip < each.surface.layout.mips.length) &&
      views.every(
        (view) => view?.kind !== 'texture' || view.firstLayer + view.layers <= view.surface.layout.layers,
      );
    if (!isWhole) {
      throw new Error(`not what a renderer may rely on: ${JSON.stringify(state)}`);
    }
  }
}

/** One life of a hostile guest. */
export function fuzzOnce(seed: number, { rounds = 30, favoured, meter }: FuzzOptions = {}): FuzzResult {
  // Every other one draws.
  const renderer = seed % 2 === 0 ? new RecordingDraws() : undefined;
  const hostile = new HostileGuest(
    seed,
    favoured,
    (options, pages) => new TestGuest(options, pages, renderer),
  );
  meter?.watch(hostile.guest);
  for (let round = 0; round < rounds; round++) {
    hostile.live();
  }
  checkStates(renderer?.draws ?? []);
  const { commands: done, errors, ...rest } = hostile.guest.device.statistics;
  const { notExecuted, draws, bytesCopied, bytesReadBack, bytesUploaded } = rest;
  const bytesMoved = bytesCopied + bytesReadBack + bytesUploaded;
  return { commands: done, refused: errors, notExecuted, draws, bytesMoved };
}
