import { ENTRIES_PER_TABLE, type PhysicalMemory, type WasmMemory } from '@cg/pagetable';
import type { CleanedRun } from '../clean-entries.js';
import { KERNEL_BASE64 } from './kernel-binary.js';

/** Tables that can be cleaned in one call: there is room for the record of so many. */
export const MOST_TABLES = 64;

/** What clean.wat exports. */
interface Exports {
  readonly clean: (entryByte: number, count: number, foundByte: number) => number;
  readonly cleanTables: (upperByte: number, tables: number, foundByte: number) => number;
}

/** As much of WebAssembly, and of what decodes it, as is used here: the package has no types of its host. */
interface Host {
  readonly atob: (text: string) => string;
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (
      module: object,
      imports: { host: { memory: WasmMemory } },
    ) => { readonly exports: Exports };
  };
}

/** Null where the host cannot compile it. */
let module: object | null | undefined;
const kernels = new WeakMap<WasmMemory, CleanKernel>();

/**
 * `cleanEntries` in WebAssembly, whose vectors hold two entries, on the tables of one memory: see clean.wat. It is
 * compiled at the first use.
 */
export class CleanKernel {
  // The functions themselves: a property of the module's exports is slow to read.
  readonly #clean: Exports['clean'];
  readonly #cleanTables: Exports['cleanTables'];
  /** Where they leave their record: behind the simulated memory. It is zero between two calls. */
  readonly #foundByte: number;
  readonly #found: Int32Array;

  private constructor({ clean, cleanTables }: Exports, { buffer }: WasmMemory, foundByte: number) {
    this.#clean = clean;
    this.#cleanTables = cleanTables;
    this.#foundByte = foundByte;
    this.#found = new Int32Array(buffer, foundByte, (MOST_TABLES * ENTRIES_PER_TABLE) / 32);
  }

  /**
   * The kernel of a memory; undefined if that is no WebAssembly.Memory, or the host compiles no such module: it knows
   * no vectors, or a page's content security policy forbids code from strings.
   */
  static of({ wasm, u8 }: PhysicalMemory): CleanKernel | undefined {
    if (wasm === undefined) {
      return undefined;
    }
    const known = kernels.get(wasm);
    if (known !== undefined) {
      return known;
    }
    const { WebAssembly } = globalThis as unknown as Host;
    module = module === undefined ? compile() : module;
    if (module === null) {
      return undefined;
    }
    const { exports } = new WebAssembly.Instance(module, { host: { memory: wasm } });
    const kernel = new CleanKernel(exports, wasm, u8.length);
    kernels.set(wasm, kernel);
    return kernel;
  }

  /** As `cleanEntries`, for at most as many entries as a table has. */
  clean(entry: number, count: number, bits: Uint32Array, firstBit: number, run: CleanedRun): void {
    run.changed = this.#clean(entry * 4, count, this.#foundByte);
    if (run.changed > 0) {
      this.#record(count, bits, firstBit, run);
    }
  }

  /** As `clean`, for all entries of up to `MOST_TABLES` tables, from the upper entry at word `upper` on. */
  cleanTables(upper: number, tables: number, bits: Uint32Array, firstBit: number, run: CleanedRun): void {
    run.changed = this.#cleanTables(upper * 4, tables, this.#foundByte);
    if (run.changed > 0) {
      this.#record(tables * ENTRIES_PER_TABLE, bits, firstBit, run);
    }
  }

  /** Adds what was found to the bits, and notes its first and last one. */
  #record(count: number, bits: Uint32Array, firstBit: number, run: CleanedRun): void {
    const found = this.#found;
    const words = (count + 31) >>> 5;
    const shift = firstBit & 31;
    const index = firstBit >>> 5;
    let first = 0;
    while (found[first] === 0) {
      first++;
    }
    let last = words - 1;
    while (found[last] === 0) {
      last--;
    }
    if (shift === 0) {
      for (let i = first; i <= last; i++) {
        bits[index + i] |= found[i];
      }
    } else {
      for (let i = first; i <= last; i++) {
        bits[index + i] |= found[i] << shift;
        // No word follows the bitmap's last one, nor is any bit left for it.
        const rest = found[i] >>> (32 - shift);
        if (rest !== 0) {
          bits[index + i + 1] |= rest;
        }
      }
    }
    run.first = first * 32 + 31 - Math.clz32(found[first] & -found[first]);
    run.end = last * 32 + 32 - Math.clz32(found[last]);
    found.fill(0, first, last + 1);
  }
}

function compile(): object | null {
  const { WebAssembly, atob } = globalThis as unknown as Host;
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), (byte) => byte.charCodeAt(0)));
  } catch {
    return null;
  }
}
