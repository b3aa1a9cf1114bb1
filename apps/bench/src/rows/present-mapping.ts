import {
  AddressSpace,
  Cpu,
  entryHigh,
  entryLow,
  ENTRIES_PER_TABLE,
  Mapping,
  PAGE_DIRTY,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_SIZE,
  PAGE_USER,
  PhysicalMemory,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@cg/pagetable';

/** Frames for the levels above the leaf tables, frame 0, and the one page that every entry maps. */
const FRAMES_BESIDE_TABLES = 16;

/**
 * A mapping that one process maps whole, with every entry present; one CPU runs it. Only entries matter here, so they
 * all map the same frame, and memory is little more than the tables.
 */
export class PresentMapping {
  readonly mapping = new Mapping('bench');
  readonly pageCount: number;
  readonly #memory: PhysicalMemory;
  /** Word index of each leaf table's first entry. */
  readonly #tables: Uint32Array;
  readonly #frame: number;
  readonly #start: number;
  readonly #cpu: Cpu;

  constructor(tables: number) {
    this.pageCount = tables * ENTRIES_PER_TABLE;
    this.#memory = new PhysicalMemory(
      (tables + Math.ceil(tables / ENTRIES_PER_TABLE) + FRAMES_BESIDE_TABLES) * PAGE_SIZE,
    );
    this.#frame = this.#memory.allocateFrame();
    const addressSpace = new AddressSpace(this.#memory);
    const { start } = addressSpace.map({
      length: this.pageCount * PAGE_SIZE,
      flags: VM_READ | VM_WRITE | VM_SHARED | VM_MAYWRITE,
      mapping: this.mapping,
      operations: { fault: () => 'sigbus' },
    });
    this.#start = start;
    this.#cpu = new Cpu(this.#memory);
    this.#cpu.run(addressSpace);
    this.#tables = Uint32Array.from({ length: tables }, (_, table) =>
      addressSpace.tables.findOrCreate(start + table * ENTRIES_PER_TABLE * PAGE_SIZE),
    );
  }

  /** Writes every entry: present and writable, and dirty where `dirty` holds 1. */
  setEntries(dirty: Uint8Array): void {
    const { u32 } = this.#memory;
    const clean = entryLow(this.#frame, PAGE_PRESENT | PAGE_RW | PAGE_USER);
    const high = entryHigh(this.#frame);
    for (let table = 0, page = 0; table < this.#tables.length; table++) {
      const first = this.#tables[table];
      for (let i = 0; i < ENTRIES_PER_TABLE; i++, page++) {
        u32[first + i * 2] = dirty[page] === 1 ? clean | PAGE_DIRTY : clean;
        u32[first + i * 2 + 1] = high;
      }
    }
  }

  /** Stores to each page with `dirty` 1 by the CPU, which sets the bits of all levels. */
  store(dirty: Uint8Array): void {
    for (let page = dirty.indexOf(1); page >= 0; page = dirty.indexOf(1, page + 1)) {
      this.#cpu.store8(this.#start + page * PAGE_SIZE, 1);
    }
  }

  /** The number of dirty entries. */
  countDirty(): number {
    const { u32 } = this.#memory;
    let dirty = 0;
    for (const first of this.#tables) {
      for (let i = 0; i < ENTRIES_PER_TABLE; i++) {
        dirty += (u32[first + i * 2] & PAGE_DIRTY) === 0 ? 0 : 1;
      }
    }
    return dirty;
  }
}
