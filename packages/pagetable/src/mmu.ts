import type { EventStream } from '@cg/collections';
import { formatAddress, PAGE_SIZE, USER_ADDRESS_END } from './address.js';
import type { AddressSpace } from './address-space.js';
import type { CpuEvent } from './cpu-event.js';
import {
  frameOfEntry,
  frameOfLeaf,
  LEAF_PAGES,
  PAGE_ACCESSED,
  PAGE_DIRTY,
  PAGE_GLOBAL,
  PAGE_PRESENT,
  PAGE_RW,
  PAGE_USER,
} from './entry-bits.js';
import { PageTableError } from './errors.js';
import { handlePageFault } from './page-fault.js';
import { ENTRY_SPAN, type PageTables } from './page-tables.js';
import { WORDS_PER_FRAME, type PhysicalMemory } from './physical-memory.js';
import { Tlb, TLB_DIRTY, TLB_GLOBAL, TLB_WRITABLE } from './tlb.js';

/** Most faults of one access; beyond, its handlers are considered to loop (B8). */
export const MAX_FAULTS_PER_ACCESS = 64;

/** Bytes that a leaf table maps. */
const REGION = ENTRY_SPAN[2];

/** Counters of a CPU. */
export interface CpuStatistics {
  /** Faults taken on loads. */
  readFaults: number;
  /** Faults taken on stores, on missing and on read-only entries alike. */
  writeFaults: number;
  /** Walks of the page tables, each after a TLB miss or for a dirty bit. */
  walks: number;
}

/**
 * The part of a CPU that translates addresses to frames: its TLB, the walk of the tables of the address space it
 * runs, and the faults where they do not allow an access (rules 2.1, 2.2, 2.5).
 */
export class Mmu {
  readonly tlb: Tlb;
  readonly statistics: CpuStatistics = { readFaults: 0, writeFaults: 0, walks: 0 };
  /** The holder's name for its faults' locks. */
  readonly name: string;
  readonly #events: EventStream<CpuEvent>;
  #addressSpace: AddressSpace | undefined;

  /** @param tlbSlots a power of two, 1024 if left out */
  constructor(
    readonly memory: PhysicalMemory,
    tlbSlots?: number,
  ) {
    this.tlb = new Tlb(tlbSlots);
    this.name = `cpu ${memory.tlbs.length}`;
    this.#events = memory.events;
    memory.tlbs.push(this.tlb);
  }

  /** The address space that the CPU runs. */
  get addressSpace(): AddressSpace | undefined {
    return this.#addressSpace;
  }

  /**
   * Loads CR3: drops the cached translations of the last address space, except global ones.
   * @throws PageTableError EINVAL if the address space has exited
   */
  run(addressSpace: AddressSpace | undefined): void {
    addressSpace?.enter(this.tlb);
    if (this.#addressSpace !== addressSpace) {
      this.#addressSpace?.leave(this.tlb);
    }
    this.tlb.flushForSwitch();
    this.#addressSpace = addressSpace;
  }

  /** The frame for a load; its translation is then cached. */
  loadFrame(address: number): number {
    const { tlb } = this;
    const slot = tlb.slotOf(address);
    const hit = tlb.loadTags[slot] === address - (address & (PAGE_SIZE - 1));
    return hit ? tlb.frames[slot] : this.#walk(address, 'load');
  }

  /** The frame for a store; its translation is then cached as writable and dirty. */
  storeFrame(address: number): number {
    const { tlb } = this;
    const slot = tlb.slotOf(address);
    const page = address - (address & (PAGE_SIZE - 1));
    if (tlb.storeTags[slot] === page) {
      return tlb.frames[slot];
    }
    const frame = this.storableFrame(slot, page);
    return frame < 0 ? this.#walk(address, 'store') : frame;
  }

  /**
   * The frame for a store to a page that the TLB does not have as storable, where the cached leaf table has a writable
   * small entry for it: the walk that needs no look at the other tables, and cannot fault. Most first stores after a
   * scan are of this kind.
   * @param slot the page's slot of the TLB
   * @returns -1 in any other case, with nothing changed
   */
  protected storableFrame(slot: number, page: number): number {
    const { tlb } = this;
    const inRegion = page & (REGION - 1);
    if (tlb.tableRegion !== page - inRegion || this.#events.tell !== undefined) {
      return -1;
    }
    const { u32, frames } = this.memory;
    const entry = tlb.table + 2 * (inRegion >>> 12);
    const low = u32[entry];
    const needed = PAGE_PRESENT | PAGE_USER | PAGE_RW;
    if ((low & (tlb.tableBits | PAGE_PRESENT) & needed) !== needed || (low & PAGE_GLOBAL) !== 0) {
      return -1;
    }
    const frame = frameOfEntry(low, u32[entry + 1]);
    if (frame >= frames) {
      return -1;
    }
    this.statistics.walks++;
    u32[entry] = low | PAGE_ACCESSED | PAGE_DIRTY;
    tlb.insertStorable(slot, page, frame);
    return frame;
  }

  /** Walks the tables, with faults as needed, and caches the result. */
  #walk(address: number, access: 'load' | 'store'): number {
    const addressSpace = this.#addressSpace;
    if (
      addressSpace === undefined ||
      !(address >= 0 && address < USER_ADDRESS_END && Math.floor(address) === address)
    ) {
      throw new PageTableError('EFAULT', `${access} at ${address}, outside user space`, { address, access });
    }
    if (this.#events.tell !== undefined) {
      this.#tellMiss(address, access);
    }
    for (let faults = 0; faults < MAX_FAULTS_PER_ACCESS; faults++) {
      this.statistics.walks++;
      const entry = this.#leafEntry(addressSpace.tables, address);
      const frame = entry < 0 ? -1 : this.#useEntry(addressSpace, entry, address, access);
      if (frame >= 0) {
        return frame;
      }
      this.#fault(addressSpace, address, access);
    }
    const times = `${MAX_FAULTS_PER_ACCESS} times`;
    const message = `${access} at ${formatAddress(address)} still faults, ${times}`;
    throw new PageTableError('ELOOP', message, { address, access });
  }

  /** A separate method, as `#fault` is, to keep the walk small and fast. */
  #tellMiss(address: number, access: 'load' | 'store'): void {
    this.#events.tell?.({ kind: 'tlb-miss', cpu: this.name, address, access });
  }

  #fault(addressSpace: AddressSpace, address: number, access: 'load' | 'store'): void {
    if (access === 'store') {
      this.statistics.writeFaults++;
    } else {
      this.statistics.readFaults++;
    }
    if (this.#events.tell === undefined) {
      handlePageFault(addressSpace, address, access, this.name);
    } else {
      this.#tellFault(addressSpace, address, access);
    }
  }

  #tellFault(addressSpace: AddressSpace, address: number, access: 'load' | 'store'): void {
    const events = this.#events;
    const { name: cpu } = this;
    events.tell?.({ kind: 'fault-starts', cpu, address, access });
    try {
      handlePageFault(addressSpace, address, access, cpu);
    } catch (error) {
      events.tell?.({ kind: 'fault-failed', cpu, address, access, error });
      throw error;
    }
    events.tell?.({ kind: 'fault-done', cpu, address, access });
  }

  /** The leaf entry for an address, through the cached leaf table if possible; -1 as `walkAsHardware`. */
  #leafEntry(tables: PageTables, address: number): number {
    const { tlb } = this;
    const inRegion = address & (REGION - 1);
    if (tlb.tableRegion === address - inRegion) {
      tables.walkedLevel = 1;
      tables.walkedBits = tlb.tableBits;
      return tlb.table + 2 * (inRegion >>> 12);
    }
    const entry = tables.walkAsHardware(address);
    if (entry >= 0 && tables.walkedLevel === 1) {
      tlb.tableRegion = address - inRegion;
      tlb.table = entry - (entry % WORDS_PER_FRAME);
      tlb.tableBits = tables.walkedBits;
    }
    return entry;
  }

  /** Marks a leaf accessed (and dirty) and caches it; -1 if the tables do not allow the access. */
  #useEntry({ tables }: AddressSpace, entry: number, address: number, access: 'load' | 'store'): number {
    const { u32, frames } = this.memory;
    const low = u32[entry];
    const store = access === 'store';
    const allowed = low & (PAGE_PRESENT | (tables.walkedBits & (PAGE_RW | PAGE_USER)));
    const needed = PAGE_PRESENT | PAGE_USER | (store ? PAGE_RW : 0);
    if ((allowed & needed) !== needed) {
      return -1;
    }
    const level = tables.walkedLevel;
    // Nearly all leaves are small: they avoid the division.
    const frame =
      level === 1
        ? frameOfEntry(low, u32[entry + 1])
        : frameOfLeaf(low, u32[entry + 1], level) + (Math.floor(address / PAGE_SIZE) % LEAF_PAGES[level]);
    if (frame >= frames) {
      const message = `${access} at ${formatAddress(address)}: its entry names frame ${frame} of ${frames}`;
      throw new PageTableError('EFAULT', message, { address, access, frame });
    }
    const marked = low | PAGE_ACCESSED | (store ? PAGE_DIRTY : 0);
    u32[entry] = marked;
    const writable = (allowed & PAGE_RW) === 0 ? 0 : TLB_WRITABLE;
    const dirty = (marked & PAGE_DIRTY) === 0 ? 0 : TLB_DIRTY;
    this.tlb.insert(address, frame, writable | dirty | ((marked & PAGE_GLOBAL) === 0 ? 0 : TLB_GLOBAL));
    return frame;
  }
}
