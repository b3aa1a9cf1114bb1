/** The emulator with the device's screen in a page. Everything in calls is JSON; bytes are base64 texts. */
/// <reference lib="dom" />
import {
  CommandWriter,
  SVGA_OTABLE,
  SVGA_REG,
  SVGA3D_MOBFMT,
  SVGA3D_SURFACE,
  encodeCommand,
} from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { V86 } from 'v86';
import { attachSvgaScreen } from '../../src/index.js';
import type { SvgaScreen } from '../../src/index.js';
import { writeCommandBufferHeader } from '@cg/svga-protocol';

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

interface Pc {
  readonly emulator: V86;
  readonly screen: SvgaScreen;
  readonly canvas: HTMLCanvasElement;
}

let pc: Pc;

/** Makes a PC with this BIOS, and runs it. */
async function startPc({ wasm, bios, size }: { wasm: string; bios: string; size: [number, number] }) {
  const module = bytesOf(wasm);
  const emulator = new V86({
    wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).instance.exports,
    bios: { buffer: bytesOf(bios).buffer },
    memory_size: 32 * 2 ** 20,
    autostart: false,
    disable_speaker: true,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-ready', () => resolve()));
  const canvas = document.body.appendChild(document.createElement('canvas'));
  const screen = attachSvgaScreen(emulator, canvas);
  screen.requestSize(...size);
  pc = { emulator, screen, canvas };
  await emulator.run();
  return navigator.userAgent;
}

function word(address: number): number {
  return new DataView(pc.emulator.read_memory(address, 4).slice().buffer).getUint32(0, true);
}

/** Waits until a word of memory has a value, and the frame behind that. */
async function waitFor({ address, value }: { address: number; value: number }): Promise<void> {
  while (word(address) !== value) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await frame();
}

/** The work that was asked for before is done. */
const frame = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

/** The canvas's own pixels. */
function pixels(): { width: number; height: number; data: string } {
  const { width, height } = pc.canvas;
  const data = pc.canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
  let text = '';
  for (let at = 0; at < data.length; at += 4096) {
    text += String.fromCharCode(...data.slice(at, at + 4096));
  }
  return { width, height, data: btoa(text) };
}

function requestSize([width, height]: [number, number]): void {
  pc.screen.requestSize(width, height);
}

/** Saves and restores the PC so many times. @returns the bytes of the state, and whether it still runs */
async function restore({ times }: { times: number }): Promise<{ bytes: number; isRunning: boolean }> {
  const state = await pc.screen.saveState();
  for (let i = 0; i < times; i++) {
    pc.canvas.width = 1;
    await pc.screen.restoreState(state);
  }
  await frame();
  return { bytes: state.length, isRunning: pc.emulator.is_running() };
}

/** Moves the mouse over the canvas, with a cursor of 2 × 2 white pixels. */
async function showCursor({ x, y }: { x: number; y: number }): Promise<void> {
  await pc.emulator.stop();
  const { device } = pc.screen;
  const write = (register: number, value: number): void => {
    device.writePort(0, register);
    device.writePort(1, value);
  };
  const shape = { id: 0, hotspotX: 1, hotspotY: 1, width: 2, height: 2 };
  const pixels = new Uint8Array(16).fill(255);
  const bytes = encodeCommand('DEFINE_ALPHA_CURSOR', { ...shape, pixels });
  const [, max, next] = device.fifo;
  if (next + bytes.length < max) {
    new Uint8Array(device.fifo.buffer).set(bytes, next);
    device.fifo[2] = next + bytes.length;
  }
  write(SVGA_REG.SYNC, 1);
  write(SVGA_REG.CURSOR_X, x);
  write(SVGA_REG.CURSOR_Y, y);
  write(SVGA_REG.CURSOR_ON, 1);
  await frame();
}

const PAGE = 4096;
/** Where the commands and the surface of `measure` are in guest memory. */
const COMMANDS = 16 * 2 ** 20;
const TABLES = COMMANDS + 16 * PAGE;
const PIXELS = COMMANDS + 32 * PAGE;

/** Shows a screen target of this size. @returns guest memory, and what makes updates of parts of it */
function showTarget({ width, height }: Record<'width' | 'height', number>) {
  const { device } = pc.screen;
  const memory = pc.emulator as unknown as { v86: { cpu: { mem8: Uint8Array } } };
  const mem = memory.v86.cpu.mem8;
  const write = (register: number, value: number): void => {
    device.writePort(0, register);
    device.writePort(1, value);
  };
  const submit = (...commands: (readonly [CommandName, object])[]): void => {
    const writer = new CommandWriter();
    commands.forEach(([name, fields]) => writer.write(name, fields as CommandFields<CommandName>));
    mem.set(writer.bytes, COMMANDS + 64);
    writeCommandBufferHeader(mem.subarray(COMMANDS), { length: writer.length, pa: COMMANDS + 64 });
    write(SVGA_REG.COMMAND_LOW, COMMANDS + (commands[0][0].startsWith('DC_') ? 0x3f : 0));
  };
  submit(['DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0 }]);
  const ptDepth = SVGA3D_MOBFMT.PTDEPTH_0;
  for (const [i, type] of [SVGA_OTABLE.MOB, SVGA_OTABLE.SURFACE, SVGA_OTABLE.SCREENTARGET].entries()) {
    const baseAddress = TABLES / PAGE + i;
    submit(['SET_OTABLE_BASE64', { type, baseAddress, sizeInBytes: PAGE, validSizeInBytes: 0, ptDepth }]);
  }
  const sizeInBytes = 4 * width * height;
  const surface = {
    sid: 1,
    surfaceFlags: SVGA3D_SURFACE.SCREENTARGET,
    format: 1,
    numMipLevels: 1,
    multisampleCount: 0,
    autogenFilter: 0,
  };
  submit(
    ['DEFINE_GB_MOB64', { mobid: 1, ptDepth: SVGA3D_MOBFMT.RANGE, base: PIXELS / PAGE, sizeInBytes }],
    ['DEFINE_GB_SURFACE', { ...surface, width, height, depth: 1 }],
    ['BIND_GB_SURFACE', { sid: 1, mobid: 1 }],
    ['DEFINE_GB_SCREENTARGET', { stid: 0, width, height, xRoot: 0, yRoot: 0, flags: 0, dpi: 0 }],
    ['BIND_GB_SCREENTARGET', { stid: 0, sid: 1, face: 0, mipmap: 0 }],
  );
  /** A function that updates a part of the screen: it submits commands that a driver has written already. */
  const updateOf = (w: number, h: number): (() => void) => {
    const writer = new CommandWriter();
    writer.write('UPDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0, x: 0, y: 0, z: 0, w, h, d: 1 });
    writer.write('UPDATE_GB_SCREENTARGET', { stid: 0, x: 0, y: 0, w, h });
    const commands = writer.bytes.slice();
    return () => {
      mem.set(commands, COMMANDS + 64);
      writeCommandBufferHeader(mem.subarray(COMMANDS), { length: commands.length, pa: COMMANDS + 64 });
      write(SVGA_REG.COMMAND_LOW, COMMANDS);
      pc.screen.paint();
    };
  };
  return { mem, updateOf };
}

/** How often a work is done in one measurement. */
const AT_ONCE = 10;

/**
 * Milliseconds until pixels are in the canvas: an update of a screen from guest memory, putImageData of as many bytes,
 * and a plain copy of these, which an update contains three times. A canvas may put drawing off: each measurement looks
 * at it once.
 */
async function measure({
  width,
  height,
  part,
  rounds,
}: Record<'width' | 'height' | 'part' | 'rounds', number>) {
  await pc.emulator.stop();
  const { device } = pc.screen;
  const { mem, updateOf } = showTarget({ width, height });
  const sizeInBytes = 4 * width * height;
  mem.fill(0x5a, PIXELS, PIXELS + sizeInBytes);
  const context = pc.canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = new ImageData(new Uint8ClampedArray(sizeInBytes).fill(255), width, height);
  const copy = new Uint8Array(sizeInBytes);
  const works = {
    full: updateOf(width, height),
    part: updateOf(part, part),
    put: () => context.putImageData(image, 0, 0, 0, 0, width, height),
    putPart: () => context.putImageData(image, 0, 0, 0, 0, part, part),
    copy: () => copy.set(mem.subarray(PIXELS, PIXELS + sizeInBytes)),
  };
  works.full();
  const last = [...context.getImageData(width - 1, height - 1, 1, 1).data];
  const names = Object.keys(works) as (keyof typeof works)[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now(); // in steps of 0.1 ms
      for (let i = 0; i < AT_ONCE; i++) {
        mem[PIXELS + i] = round;
        image.data[i] = round;
        works[name]();
      }
      context.getImageData(0, 0, 1, 1);
      times[name].push((performance.now() - start) / AT_ONCE);
    }
  }
  const found = names.map((name) => {
    const sorted = times[name].toSorted((a, b) => a - b);
    return [name, { least: sorted[0], median: sorted[sorted.length >> 1] }];
  });
  return { ...Object.fromEntries(found), last, error: device.lastError?.message };
}

Object.assign(globalThis, { startPc, waitFor, pixels, requestSize, restore, showCursor, measure });
