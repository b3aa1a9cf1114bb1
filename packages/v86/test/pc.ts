import { createRequire } from 'node:module';
import { V86 } from 'v86';
import { afterEach, expect } from 'vitest';
import { attachSvga, type AttachedSvga, type AttachOptions } from '../src/index.js';

const running: V86[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.destroy()));
});

/** A PC of the real emulator that is off, with the device. */
export interface Pc {
  readonly emulator: V86;
  readonly attached: AttachedSvga;
}

/** A PC with 16 MiB whose BIOS is `rom`, and the device. It is destroyed after the test. */
export async function makePc(rom: ArrayBuffer, options?: AttachOptions): Promise<Pc> {
  const emulator = await makeEmulator(rom);
  return { emulator, attached: attachSvga(emulator, options) };
}

/** The same without the device. */
export async function makeEmulator(rom: ArrayBuffer): Promise<V86> {
  const emulator = new V86({
    wasm_path: createRequire(import.meta.url).resolve('v86/build/v86.wasm'),
    bios: { buffer: rom },
    memory_size: 16 * 2 ** 20,
    autostart: false,
    disable_speaker: true,
    log_level: 0,
  });
  running.push(emulator);
  await new Promise<void>((resolve) => {
    emulator.add_listener('emulator-ready', () => resolve());
  });
  return emulator;
}

/** Runs until a word of guest memory, the last one the BIOS stores, is not 0. */
export async function runUntil(emulator: V86, address: number): Promise<void> {
  await emulator.run();
  await expect.poll(() => word(emulator, address), { timeout: 20_000, interval: 10 }).not.toBe(0);
  await emulator.stop();
}

/** 32 bits of guest memory. */
export function word(emulator: V86, address: number): number {
  const bytes = emulator.read_memory(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}
