import { setFlagsFromString } from 'node:v8';
import { GuestError } from '../guest-error.js';
import { PAGE_BYTES, type PageRuns } from './page-runs.js';
import { wasm } from './web-assembly.js';

/** Of a WebAssembly memory, which grows by them. */
const WASM_PAGE_BYTES = 65_536;

/** The name of the table of functions. */
const TABLE = '__indirect_function_table';

/** The functions of generated code follow those that v86.wasm itself has in its table. */
const FIRST_GENERATED = 1024;

/** Of a loaded core: what ends sooner is not worth that its code is optimized. */
const BASELINE_MILLISECONDS = 10_000;

/** v86 writes below, when it is made without a kernel: its BIOS. */
const LOW_MEMORY_BYTES = 2 ** 20;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Exports of v86.wasm. v86 and its generated code call these, and others. */
export interface CoreExports {
  readonly memory: WasmMemory;
  main_loop(): number;
  allocate_memory(bytes: number): number;
  svga_allocate_memory(bytes: number): number;
  zero_memory(address: number, bytes: number): void;
  is_memory_zeroed(address: number, bytes: number): number;
  jit_clear_cache_js(): void;
  codegen_finalize_finished(index: number, address: number, flags: number): void;
}

/** What v86 gives to v86.wasm. */
export interface CoreImports {
  readonly env: object;
}

/** The part of it that has to do with generated code. */
interface CodeImports {
  readonly [TABLE]: { set(index: number, value: unknown): void };
  codegen_finalize(index: number, address: number, flags: number, code: number, bytes: number): void;
  jit_clear_func(index: number): void;
}

/** Addresses in the memory, which v86 asks for when it is made, and keeps. */
interface Places {
  readonly ram: number;
  readonly ramBytes: number;
  readonly videoMemory: number;
}

/** What a core holds. */
export interface CoreContent {
  readonly places: Places;
  /** Modules of generated code, by the index of their function. */
  readonly code: ReadonlyMap<number, Uint8Array>;
}

/** The content of a core that runs. */
export interface CoreImage extends CoreContent {
  readonly memory: Uint8Array;
}

/** The content of a core, in a file. */
export interface StoredCore extends CoreContent {
  readonly memoryBytes: number;
  /** The pages of the memory that are not zero. */
  readonly runs: PageRuns;
  /** Reads these pages to their places. @throws GuestError where they are damaged */
  readInto(memory: Uint8Array): void;
}

/**
 * The instance of v86.wasm: its memory, with the guest's, and the code that its compiler has generated of the guest's.
 *
 * A state of v86's own has no generated code, and is restored to a memory that is filled with zeros first. With a core,
 * v86 saves and restores the rest alone; code that the guest had run often then needs not be interpreted, until it is
 * generated again.
 */
export class EmulatorCore {
  /** Keep the modules of generated code, which an image needs. */
  keepsCode = false;
  #isBaseline = false;
  #optimizing: NodeJS.Timeout | undefined;
  /** v86 leaves memory and generated code as they are. */
  #isOwn = false;
  #places: Places = { ram: 0, ramBytes: 0, videoMemory: 0 };
  #unfinished = 0;
  readonly #code = new Map<number, Uint8Array>();
  #imports!: CodeImports;
  #exports!: CoreExports;

  /** What v86.wasm is given instead. */
  imports({ env, ...others }: CoreImports): CoreImports {
    const imports = env as CodeImports;
    this.#imports = imports;
    const finalize: CodeImports['codegen_finalize'] = (index, address, flags, code, bytes) => {
      this.#unfinished++;
      if (this.keepsCode) {
        this.#code.set(index, new Uint8Array(this.#exports.memory.buffer, code >>> 0, bytes).slice());
      }
      imports.codegen_finalize(index, address, flags, code, bytes);
    };
    const clear: CodeImports['jit_clear_func'] = (index) => {
      this.#code.delete(index);
      imports.jit_clear_func(index);
    };
    return { ...others, env: { ...env, codegen_finalize: finalize, jit_clear_func: clear } };
  }

  /** What v86 is given instead. */
  exports(exports: CoreExports): CoreExports {
    this.#exports = exports;
    return {
      ...exports,
      allocate_memory: (ramBytes) => {
        const ram = exports.allocate_memory(ramBytes);
        this.#places = { ...this.#places, ram: ram >>> 0, ramBytes };
        return ram;
      },
      svga_allocate_memory: (bytes) => {
        const videoMemory = exports.svga_allocate_memory(bytes);
        this.#places = { ...this.#places, videoMemory: videoMemory >>> 0 };
        return videoMemory;
      },
      zero_memory: (address, bytes) => {
        if (!this.#isOwn) {
          exports.zero_memory(address, bytes);
        }
      },
      is_memory_zeroed: (address, bytes) => (this.#isOwn ? 1 : exports.is_memory_zeroed(address, bytes)),
      jit_clear_cache_js: () => {
        if (!this.#isOwn) {
          exports.jit_clear_cache_js();
        }
      },
      codegen_finalize_finished: (index, address, flags) => {
        this.#unfinished--;
        exports.codegen_finalize_finished(index, address, flags);
      },
    };
  }

  /** Runs `save_state` or `restore_state` of v86 without the core's content. */
  async withoutContent<T>(work: () => Promise<T>): Promise<T> {
    this.#isOwn = true;
    try {
      return await work();
    } finally {
      this.#isOwn = false;
    }
  }

  /** The content, in which the memory is not a copy. The emulator is paused. */
  async image(): Promise<CoreImage> {
    // Code is generated at once, and compiled later: until then the memory says so.
    while (this.#unfinished > 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const memory = new Uint8Array(this.#exports.memory.buffer);
    return { places: this.#places, code: this.#code, memory };
  }

  /**
   * Replaces the content. v86 was made without a kernel, and has not run.
   * @throws GuestError where it is damaged, or of another v86
   */
  async load(stored: StoredCore): Promise<void> {
    if (JSON.stringify(stored.places) !== JSON.stringify(this.#places)) {
      throw new GuestError('its memory is arranged otherwise');
    }
    const { memory } = this.#exports;
    this.keepsCode = true;
    stored.code.forEach((module, index) => this.#code.set(index, module));
    this.#isBaseline = true;
    setCompilation('baseline');
    const compiled = this.#compile();
    memory.grow(Math.max(0, stored.memoryBytes - memory.buffer.byteLength) / WASM_PAGE_BYTES);
    const bytes = new Uint8Array(memory.buffer);
    this.#clearBetween(bytes, stored.runs);
    stored.readInto(bytes);
    // Node ends where only V8 compiles.
    const alive = setInterval(() => {}, 1000);
    await compiled.finally(() => clearInterval(alive));
    this.#optimizing = setTimeout(() => void this.#optimize(), BASELINE_MILLISECONDS).unref();
  }

  /** Ends what goes on by itself. */
  end(): void {
    clearTimeout(this.#optimizing);
    if (this.#isBaseline) {
      this.#isBaseline = false;
      setCompilation('optimized');
    }
  }

  /** The same code again, which V8 optimizes. */
  async #optimize(): Promise<void> {
    this.end();
    await this.#compile();
    this.keepsCode = false;
    this.#code.clear();
  }

  /** Compiles the kept modules, and puts their functions to their places. */
  async #compile(): Promise<void> {
    const imports = { e: { ...this.#exports, m: this.#exports.memory } };
    const table = this.#imports[TABLE];
    await Promise.all(
      [...this.#code].map(async ([index, module]) => {
        const { instance } = await wasm.instantiate<Readonly<Record<'f', unknown>>>(module, imports);
        // Meanwhile the place can be given to other code, or to none.
        if (this.#code.get(index) === module) {
          table.set(FIRST_GENERATED + index, instance.exports.f);
        }
      }),
    );
  }

  /** Clears what is between the runs, and is not zero already: a first access to a page takes long. */
  #clearBetween(bytes: Uint8Array, runs: PageRuns): void {
    const { ram, ramBytes } = this.#places;
    let end = 0;
    for (const [page, pages] of [...runs, [bytes.length / PAGE_BYTES, 0]]) {
      const start = page * PAGE_BYTES;
      bytes.fill(0, end, Math.max(end, Math.min(start, ram + LOW_MEMORY_BYTES)));
      bytes.fill(0, Math.min(start, Math.max(end, ram + ramBytes)), start);
      end = start + pages * PAGE_BYTES;
    }
  }
}

/**
 * How V8 compiles generated code from now on. By itself it leaves a function to the first call, for which the guest
 * then waits; and soon it optimizes each one, which takes up to seconds, as they are long, and all cores.
 */
export function setCompilation(how: 'baseline' | 'optimized'): void {
  const no = how === 'baseline' ? 'no-' : '';
  setFlagsFromString('--no-wasm-lazy-compilation');
  setFlagsFromString(`--${no}wasm-dynamic-tiering`);
  setFlagsFromString(`--${no}wasm-tier-up`);
}
