/** A guest with the device and one without, in turns. Everything in calls is JSON; bytes are base64 texts. */
/// <reference lib="dom" />
import { CommandWriter, SVGA_FIFO, SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';
import { V86 } from 'v86';
import { attachSvgaScreen, type SvgaScreen } from '../../src/index.js';

interface Work {
  readonly wasm: string;
  readonly bios: string;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

async function makeEmulator({ wasm, bios }: Work): Promise<V86> {
  const module = bytesOf(wasm);
  const emulator = new V86({
    wasm_fn: async (imports) => (await WebAssembly.instantiate(module, imports)).instance.exports,
    bios: { buffer: bytesOf(bios).buffer },
    memory_size: 32 * 2 ** 20,
    autostart: false,
    disable_speaker: true,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-ready', () => resolve()));
  return emulator;
}

const RING = 4096;

/** Enables a screen of this size as a driver for the framebuffer does. @returns what updates a part of it */
function showFramebuffer({ device }: SvgaScreen, width: number, height: number) {
  const write = (register: number, value: number): void => {
    device.writePort(SVGA_PORT.INDEX, register);
    device.writePort(SVGA_PORT.VALUE, value);
  };
  write(SVGA_REG.WIDTH, width);
  write(SVGA_REG.HEIGHT, height);
  write(SVGA_REG.BITS_PER_PIXEL, 32);
  write(SVGA_REG.ENABLE, 1);
  device.fifo.set([RING, device.fifo.byteLength, RING, RING], SVGA_FIFO.MIN);
  write(SVGA_REG.CONFIG_DONE, 1);
  return (part: number): void => {
    const writer = new CommandWriter();
    writer.write('UPDATE', { x: 0, y: 0, width: part, height: part });
    device.vram.fill(performance.now(), 0, 4 * part);
    let next = device.fifo[SVGA_FIFO.NEXT_CMD];
    for (const word of new Uint32Array(writer.bytes.slice().buffer)) {
      device.fifo[next / 4] = word;
      next = next + 4 === device.fifo[SVGA_FIFO.MAX] ? RING : next + 4;
    }
    device.fifo[SVGA_FIFO.NEXT_CMD] = next;
    write(SVGA_REG.SYNC, 1);
  };
}

let pcs: { readonly alone: V86; readonly attached: V86; readonly screen: SvgaScreen };
let update: (part: number) => void;

/** Makes a PC without the device, and one with it, and with a screen of 1280 × 800. @returns the canvas's width */
async function makePcs(work: Work): Promise<number> {
  const [alone, attached] = [await makeEmulator(work), await makeEmulator(work)];
  const canvas = document.body.appendChild(document.createElement('canvas'));
  const screen = attachSvgaScreen(attached, canvas);
  pcs = { alone, attached, screen };
  update = showFramebuffer(screen, 1280, 800);
  screen.paint();
  return canvas.width;
}

let frames = 0;
let isDrawing = false;

/** Changes a part of the screen in each frame of the page. */
function draw(): void {
  if (isDrawing) {
    frames++;
    update(64);
    requestAnimationFrame(draw);
  }
}

const emulatorOf = (name: string): V86 => (name === 'alone' ? pcs.alone : pcs.attached);

async function begin({ name }: { name: string }): Promise<void> {
  await emulatorOf(name).run();
  isDrawing = name === 'drawing';
  draw();
}

/** Instructions and drawn frames so far. */
function count({ name }: { name: string }): { instructions: number; frames: number } {
  return { instructions: emulatorOf(name).get_instruction_counter() >>> 0, frames };
}

/** @returns what the device has refused */
async function end({ name }: { name: string }): Promise<string> {
  isDrawing = false;
  await emulatorOf(name).stop();
  return pcs.screen.device.lastError?.message ?? '';
}

Object.assign(globalThis, { makePcs, begin, count, end });
