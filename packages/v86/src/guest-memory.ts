import type { GuestMemory } from '@cg/svga-device';
import type { EmulatorCpu } from './emulator.js';

/** Guest-physical memory of an emulator: bytes of its WebAssembly memory, whose buffer changes when it grows. */
export class EmulatorMemory implements GuestMemory {
  readonly bytes: number;
  readonly #cpu: EmulatorCpu;
  #buffer: ArrayBuffer | undefined;
  #all = new Uint8Array();

  constructor(cpu: EmulatorCpu) {
    this.#cpu = cpu;
    this.bytes = cpu.mem8.length;
  }

  view(address: number, length: number): Uint8Array {
    const { buffer } = this.#cpu.wasm_memory;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#all = new Uint8Array(buffer, this.#cpu.mem8.byteOffset, this.bytes);
    }
    return this.#all.subarray(address, address + length);
  }
}
