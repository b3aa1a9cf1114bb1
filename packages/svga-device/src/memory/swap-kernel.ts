import { SWAP_BASE64 } from './swap-binary.js';

/** Bytes of one call: the nearest caches hold them while they are copied in, exchanged, and copied out. */
const BLOCK_BYTES = 16_384;

const WASM_PAGE = 65_536;

/** As much of a WebAssembly.Memory as is used here. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

interface Exports {
  readonly swap: (from: number, to: number, length: number) => void;
}

/** As much of WebAssembly, and of what decodes it, as is used here: the package has no types of its host. */
interface Host {
  readonly atob: (text: string) => string;
  readonly WebAssembly: {
    readonly Memory: new (pages: { initial: number; maximum: number }) => WasmMemory;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (
      module: object,
      imports: { host: { memory: WasmMemory } },
    ) => { readonly exports: Exports };
  };
}

/** Those with room in their memory, by its buffer. */
const kernels = new WeakMap<ArrayBufferLike, SwapKernel>();

/**
 * The conversion of swap.wat, in a memory of its own. Texels that are in its room, or go there, are not copied
 * besides; others go through a block at the start of the memory.
 */
export class SwapKernel {
  /** Zeros at first, for any use. */
  readonly room: Uint8Array<ArrayBuffer>;
  // The function itself: a property of the module's exports is slow to read.
  readonly #swap: Exports['swap'];
  readonly #block: Uint8Array;

  private constructor({ swap }: Exports, { buffer }: WasmMemory) {
    this.#swap = swap;
    this.#block = new Uint8Array(buffer, 0, BLOCK_BYTES);
    this.room = new Uint8Array(buffer, WASM_PAGE);
    kernels.set(buffer, this);
  }

  /**
   * Undefined where the host knows no WebAssembly or no vectors, or has no such memory, or a page forbids code from
   * strings.
   * @param roomBytes a multiple of 64 KiB
   */
  static make(roomBytes = 0): SwapKernel | undefined {
    const { WebAssembly, atob } = globalThis as unknown as Host;
    const pages = 1 + roomBytes / WASM_PAGE;
    try {
      const binary = Uint8Array.from(atob(SWAP_BASE64), (character) => character.charCodeAt(0));
      const module = new WebAssembly.Module(binary);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      return new SwapKernel(new WebAssembly.Instance(module, { host: { memory } }).exports, memory);
    } catch {
      return undefined;
    }
  }

  /** The kernel in whose room these bytes are. */
  static of({ buffer }: Uint8Array): SwapKernel | undefined {
    return kernels.get(buffer);
  }

  /**
   * Converts a run of texels, at any address, to the same place or to one that has none of them.
   * @param bytes 4 for each
   * @throws RangeError if an array does not have them
   */
  convert(from: Uint8Array, start: number, to: Uint8Array, at: number, bytes: number): void {
    if (!(start >= 0 && at >= 0 && start + bytes <= from.length && at + bytes <= to.length)) {
      throw new RangeError('texels outside their array');
    }
    const { buffer } = this.room;
    const source = from.buffer === buffer ? from.byteOffset + start : undefined;
    const target = to.buffer === buffer ? to.byteOffset + at : undefined;
    for (let done = 0; done < bytes; done += BLOCK_BYTES) {
      const length = Math.min(BLOCK_BYTES, bytes - done);
      if (source === undefined) {
        this.#block.set(from.subarray(start + done, start + done + length));
      }
      this.#swap(source === undefined ? 0 : source + done, target === undefined ? 0 : target + done, length);
      if (target === undefined) {
        to.set(length === BLOCK_BYTES ? this.#block : this.#block.subarray(0, length), at + done);
      }
    }
  }
}
