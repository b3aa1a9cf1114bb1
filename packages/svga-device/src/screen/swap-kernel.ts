import { SWAP_BASE64 } from './swap-binary.js';

/** Bytes of one call: the nearest caches hold them while they are copied in, exchanged, and copied out. */
const BLOCK_BYTES = 32_768;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly swap: (length: number) => void;
}

/** As much of WebAssembly, and of what decodes it, as is used here: the package has no types of its host. */
interface Host {
  readonly atob: (text: string) => string;
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: Exports };
  };
}

/** The conversion of swap.wat, in a memory of its own. */
export class SwapKernel {
  // The function itself: a property of the module's exports is slow to read.
  readonly #swap: Exports['swap'];
  readonly #block: Uint8Array;

  private constructor({ memory, swap }: Exports) {
    this.#swap = swap;
    this.#block = new Uint8Array(memory.buffer, 0, BLOCK_BYTES);
  }

  /** Undefined where the host knows no WebAssembly or no vectors, or a page forbids code from strings. */
  static make(): SwapKernel | undefined {
    const { WebAssembly, atob } = globalThis as unknown as Host;
    try {
      const binary = Uint8Array.from(atob(SWAP_BASE64), (character) => character.charCodeAt(0));
      return new SwapKernel(new WebAssembly.Instance(new WebAssembly.Module(binary)).exports);
    } catch {
      return undefined;
    }
  }

  /** Converts a run of texels, at any address. @param bytes 4 for each */
  convert(from: Uint8Array, start: number, to: Uint8Array, at: number, bytes: number): void {
    for (let done = 0; done < bytes; done += BLOCK_BYTES) {
      const length = Math.min(BLOCK_BYTES, bytes - done);
      this.#block.set(from.subarray(start + done, start + done + length));
      this.#swap(length);
      to.set(length === BLOCK_BYTES ? this.#block : this.#block.subarray(0, length), at + done);
    }
  }
}
