/** A PC whose device draws by WebGPU, and its screen in a page. What the guest would send is submitted from here. */
import {
  CommandWriter,
  SVGA_CB_FLAG,
  SVGA_COTABLE,
  SVGA_OTABLE,
  SVGA_REG,
  SVGA3D_MOBFMT,
  SVGA3D_RESOURCE,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { canShowScreens, rendererDevice, WebGpuRenderer } from '@cg/svga-webgpu';
import { attachSvgaScreen, type SvgaScreen } from '@cg/v86';
import { V86 } from 'v86';

const PAGE = 4096;
/** Where the commands, the tables and the pixels of the surface are in guest memory. */
const COMMANDS = 16 * 2 ** 20;
const TABLES = COMMANDS + 16 * PAGE;
const PIXELS = COMMANDS + 64 * PAGE;
/** B8G8R8A8_UNORM of the header files. */
const FORMAT = 142;
/** Ids of MOBs: the tables of the context from here on, and the pixels. */
const TABLE_MOBS = 10;
const PIXEL_MOB = 1;

const canvas = document.body.appendChild(document.createElement('canvas'));
let screen: SvgaScreen;
let memory: Uint8Array;
let errors: string[] = [];
/** Buffers that were mapped: all of what is read back from the GPU. */
let mapped = 0;

const offscreen = (width: number, height: number): OffscreenCanvas => new OffscreenCanvas(width, height);

async function makeRenderer(): Promise<{ renderer: WebGpuRenderer; shows: boolean }> {
  const shows = await canShowScreens(navigator.gpu, offscreen);
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) {
    throw new Error('no adapter');
  }
  const device = await adapter.requestDevice(rendererDevice(adapter));
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function count(...args) {
    mapped++;
    return mapAsync.apply(this, args);
  };
  return { renderer: new WebGpuRenderer(device, { makeCanvas: shows ? offscreen : undefined }), shows };
}

function write(register: number, value: number): void {
  screen.device.writePort(0, register);
  screen.device.writePort(1, value);
}

/** Submits commands, and waits until they are done. */
async function submit(...commands: (readonly [CommandName, object])[]): Promise<void> {
  const writer = new CommandWriter();
  commands.forEach(([name, fields]) => writer.write(name, fields as CommandFields<CommandName>));
  memory.set(writer.bytes, COMMANDS + 64);
  const isOfDevice = commands[0][0].startsWith('DC_');
  const flags = isOfDevice ? 0 : SVGA_CB_FLAG.DX_CONTEXT;
  writeCommandBufferHeader(memory.subarray(COMMANDS), { length: writer.length, pa: COMMANDS + 64, flags });
  write(SVGA_REG.COMMAND_LOW, COMMANDS + (isOfDevice ? 0x3f : 0));
  while (screen.device.isWaiting) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (screen.device.lastError !== undefined) {
    throw screen.device.lastError;
  }
}

const base64 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** A PC that does nothing, with a screen of this size. @returns whether the renderer shows screens itself */
async function start({ wasm, width, height }: { wasm: string; width: number; height: number }) {
  const bios = new Uint8Array(65_536).fill(0xf4);
  const emulator = new V86({
    wasm_fn: async (imports) => (await WebAssembly.instantiate(base64(wasm), imports)).instance.exports,
    bios: { buffer: bios.buffer },
    memory_size: 32 * 2 ** 20,
    autostart: false,
    disable_speaker: true,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-ready', () => resolve()));
  const { renderer, shows } = await makeRenderer();
  screen = attachSvgaScreen(emulator, canvas, { dx: true, renderer, cursor: 'drawn' });
  memory = (emulator as unknown as { v86: { cpu: { mem8: Uint8Array } } }).v86.cpu.mem8;
  write(SVGA_REG.ENABLE, 1);
  write(SVGA_REG.CONFIG_DONE, 1);
  await submit(['DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 }]);
  await define(width, height);
  return shows;
}

async function define(width: number, height: number): Promise<void> {
  const ptDepth = SVGA3D_MOBFMT.RANGE;
  let page = TABLES / PAGE;
  const mob = (mobid: number, base: number, sizeInBytes: number) =>
    submit(['DEFINE_GB_MOB64', { mobid, ptDepth, base, sizeInBytes }]);
  for (const type of Object.values(SVGA_OTABLE)) {
    const table = { sizeInBytes: PAGE, validSizeInBytes: 0, ptDepth: SVGA3D_MOBFMT.PTDEPTH_0 };
    await submit(['SET_OTABLE_BASE64', { type, baseAddress: page++, ...table }]);
  }
  await submit(['DX_DEFINE_CONTEXT', { cid: 0 }]);
  for (const type of Object.values(SVGA_COTABLE)) {
    await mob(TABLE_MOBS + type, page++, PAGE);
    await submit(['DX_SET_COTABLE', { cid: 0, mobid: TABLE_MOBS + type, type, validSizeInBytes: 0 }]);
  }
  await mob(PIXEL_MOB, PIXELS / PAGE, 4 * width * height);
  const plain = { surfaceFlags: 0, numMipLevels: 1, multisampleCount: 0, autogenFilter: 0, arraySize: 0 };
  const view = {
    resourceDimension: SVGA3D_RESOURCE.TEXTURE2D,
    mipSlice: 0,
    firstArraySlice: 0,
    arraySize: 1,
  };
  await submit(
    ['DEFINE_GB_SURFACE_V2', { sid: 1, format: FORMAT, width, height, depth: 1, ...plain }],
    ['BIND_GB_SURFACE', { sid: 1, mobid: PIXEL_MOB }],
    ['DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 1, sid: 1, format: FORMAT, ...view }],
    ['DEFINE_GB_SCREENTARGET', { stid: 0, width, height, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 }],
    ['BIND_GB_SCREENTARGET', { stid: 0, sid: 1, face: 0, mipmap: 0 }],
  );
}

type Rect = Record<'h' | 'w' | 'x' | 'y', number>;

/** The guest clears the surface to a colour of 0s and 1s, and shows a part of it. */
async function clear({ color: [r, g, b], ...rect }: Rect & { color: number[] }): Promise<void> {
  await submit(
    ['DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 1, r, g, b, a: 0 }],
    ['UPDATE_GB_SCREENTARGET', { stid: 0, ...rect }],
  );
}

/** The guest stores bytes of one value to a part of the surface, and shows that part. */
async function store({ value, ...rect }: Rect & { value: number }): Promise<void> {
  memory.fill(value, PIXELS, PIXELS + 4 * canvas.width * canvas.height);
  await submit(
    ['UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, z: 0, d: 1, ...rect }],
    ['UPDATE_GB_SCREENTARGET', { stid: 0, ...rect }],
  );
}

/** Shows a white pointer of 2 × 2 pixels. */
async function pointAt({ x, y }: { x: number; y: number }): Promise<void> {
  const pixels = new Uint8Array(16).fill(255);
  await submit(['DEFINE_ALPHA_CURSOR', { id: 0, hotspotX: 0, hotspotY: 0, width: 2, height: 2, pixels }]);
  write(SVGA_REG.CURSOR_X, x);
  write(SVGA_REG.CURSOR_Y, y);
  write(SVGA_REG.CURSOR_ON, 1);
}

/** The canvas's pixels at these places, as colours, and what was read back so far. */
async function look({ places }: { places: readonly [number, number][] }) {
  screen.paint();
  const before = mapped;
  await new Promise((resolve) => setTimeout(resolve, 20)); // nothing is late
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const colors = places.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3).join());
  return { colors, mapped: Math.max(before, mapped), errors };
}

/** Whether the canvas is what the device has, once all of that is read back. */
async function isSame(): Promise<boolean> {
  await screen.device.settle();
  screen.paint();
  const { pixels } = screen.device.screenTarget(0) ?? { pixels: new Uint8ClampedArray() };
  const { data } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
    0,
    0,
    canvas.width,
    canvas.height,
  );
  return data.length === pixels.length && data.every((value, i) => value === pixels[i]);
}

/** Restores the device to what it is: v86 restores no PC whose BIOS has done nothing. */
async function restore(): Promise<void> {
  await screen.device.settle();
  screen.restore(screen.snapshot());
}

Object.assign(globalThis, { start, clear, store, pointAt, look, isSame, restore });
