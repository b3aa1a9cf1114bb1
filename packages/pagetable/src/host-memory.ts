/** As much of a WebAssembly.Memory as packages use that have no types of their host. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

/** What the memory of a machine is made of. */
export interface HostMemory {
  /** Zeros, at least as many bytes as were asked for. */
  readonly buffer: ArrayBuffer;
  /** The owner of `buffer`, if it belongs to a WebAssembly.Memory. */
  readonly wasm: WasmMemory | undefined;
}

/** Bytes of a page of WebAssembly; a memory has at most 65,536 of them, 4 GiB. */
const WASM_PAGE = 65536;

/** Bytes after those asked for, which WebAssembly code that works on them has to itself. */
const WORK_BYTES = 4096;

interface WasmHost {
  readonly WebAssembly?: {
    readonly Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
  };
}

/**
 * Host memory that WebAssembly code can work on, with `WORK_BYTES` after its end; an ArrayBuffer of exactly `bytes`
 * where the host has no WebAssembly, or has no such memory of this size.
 * @throws RangeError if the host has neither
 */
export function allocateHostMemory(bytes: number): HostMemory {
  const { WebAssembly } = globalThis as WasmHost;
  const pages = Math.ceil((bytes + WORK_BYTES) / WASM_PAGE);
  if (WebAssembly !== undefined) {
    try {
      const wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
      return { buffer: wasm.buffer, wasm };
    } catch {
      // More than 4 GiB, or no address space for it.
    }
  }
  return { buffer: new ArrayBuffer(bytes), wasm: undefined };
}
