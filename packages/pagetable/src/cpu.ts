import { formatAddress, PAGE_SIZE, USER_ADDRESS_END } from './address.js';
import type { AddressSpace } from './address-space.js';
import { frameOfEntry, PAGE_ACCESSED, PAGE_DIRTY, PAGE_PRESENT, PAGE_RW, PAGE_USER } from './entry-bits.js';
import { PageTableError } from './errors.js';
import { handlePageFault } from './page-fault.js';
import { WORDS_PER_FRAME, type PhysicalMemory } from './physical-memory.js';
import { Tlb, TLB_DIRTY, TLB_TAG_SHIFT, TLB_WRITABLE } from './tlb.js';

/** How often one access may fault before its handlers are taken to be going in circles (B8). */
const MAX_FAULTS_PER_ACCESS = 64;

/** Below this many bytes a copy goes byte by byte: cheaper than making two views. */
const SHORT_COPY = 96;

/** What a CPU counted. */
export interface CpuStatistics {
  /** Faults taken on loads. */
  readFaults: number;
  /** Faults taken on stores, on missing and on read-only entries alike. */
  writeFaults: number;
  /** Walks of the page tables, each after a TLB miss or for a dirty bit. */
  walks: number;
}

/**
 * A CPU in user mode: loads and stores at virtual addresses, through its own TLB and the page tables of
 * the address space that it runs (rules 2.1, 2.2, 2.5).
 *
 * Every access throws PageTableError: EFAULT outside every VMA, EACCES against a VMA's permissions,
 * ENOMEM, or what a handler throws. A bulk store that throws has stored the pages before the one at fault.
 */
export class Cpu {
  readonly tlb: Tlb;
  readonly statistics: CpuStatistics = { readFaults: 0, writeFaults: 0, walks: 0 };
  readonly #u8: Uint8Array;
  readonly #u32: Uint32Array;
  #addressSpace: AddressSpace | undefined;

  constructor(
    readonly memory: PhysicalMemory,
    tlbSlots?: number,
  ) {
    this.tlb = new Tlb(tlbSlots);
    this.#u8 = memory.u8;
    this.#u32 = memory.u32;
  }

  /** The address space that the CPU runs. */
  get addressSpace(): AddressSpace | undefined {
    return this.#addressSpace;
  }

  /** Loads CR3: everything cached of the last address space is dropped. */
  run(addressSpace: AddressSpace | undefined): void {
    addressSpace?.enter(this.tlb);
    if (addressSpace !== this.#addressSpace) {
      this.#addressSpace?.leave(this.tlb);
    }
    this.tlb.flush();
    this.#addressSpace = addressSpace;
  }

  load8(address: number): number {
    return this.#u8[this.#loadFrame(address) * PAGE_SIZE + pageOffset(address)];
  }

  store8(address: number, value: number): void {
    this.#u8[this.#storeFrame(address) * PAGE_SIZE + pageOffset(address)] = value;
  }

  /** Loads a little-endian word; it may be unaligned and cross a page. */
  load32(address: number): number {
    const offset = pageOffset(address);
    if ((offset & 3) === 0) {
      return this.#u32[this.#loadFrame(address) * WORDS_PER_FRAME + (offset >>> 2)];
    }
    const bytes = this.load8(address) | (this.load8(address + 1) << 8) | (this.load8(address + 2) << 16);
    return (bytes | (this.load8(address + 3) << 24)) >>> 0;
  }

  /** Stores a little-endian word; it may be unaligned and cross a page. */
  store32(address: number, value: number): void {
    const offset = pageOffset(address);
    if ((offset & 3) !== 0) {
      this.#storeUnaligned(address, value);
      return;
    }
    this.#u32[this.#storeFrame(address) * WORDS_PER_FRAME + (offset >>> 2)] = value;
  }

  /** Copies `source` to memory at `address`. */
  storeBytes(address: number, source: Uint8Array): void {
    const { length } = source;
    for (let done = 0; done < length;) {
      const frame = this.#storeFrame(address + done);
      const offset = pageOffset(address + done);
      let chunk = Math.min(PAGE_SIZE - offset, length - done);
      // Pages that lie in adjacent frames and need no walk go in one copy. A walk may end in a handler
      // that changes the pages before it, so these must be stored by then.
      for (let next = frame + 1; done + chunk < length; next++) {
        if (this.#hit(address + done + chunk, TLB_WRITABLE | TLB_DIRTY) !== next) {
          break;
        }
        chunk += Math.min(PAGE_SIZE, length - done - chunk);
      }
      copy(source, done, this.#u8, frame * PAGE_SIZE + offset, chunk);
      done += chunk;
    }
  }

  /** Copies memory at `address` to `target`, all of it. */
  loadBytes(address: number, target: Uint8Array): void {
    const { length } = target;
    for (let done = 0; done < length;) {
      const frame = this.#loadFrame(address + done);
      const offset = pageOffset(address + done);
      const chunk = Math.min(PAGE_SIZE - offset, length - done);
      copy(this.#u8, frame * PAGE_SIZE + offset, target, done, chunk);
      done += chunk;
    }
  }

  #storeUnaligned(address: number, value: number): void {
    // A store that crosses into a page that faults must not have stored its first part yet.
    this.#storeFrame(address + 3);
    this.#storeFrame(address);
    for (let i = 0; i < 4; i++) {
      this.store8(address + i, (value >>> (8 * i)) & 0xff);
    }
  }

  /** The frame that the TLB has for `address` with at least `state`; -1 where it has none. */
  #hit(address: number, state: number): number {
    const { tlb } = this;
    const slot = tlb.slotOf(address);
    const word = tlb.words[slot];
    return word >>> TLB_TAG_SHIFT === tlb.tagOf(address) && (word & state) === state ? tlb.frames[slot] : -1;
  }

  #loadFrame(address: number): number {
    const frame = this.#hit(address, 0);
    return frame >= 0 ? frame : this.#walk(address, 'load');
  }

  #storeFrame(address: number): number {
    const frame = this.#hit(address, TLB_WRITABLE | TLB_DIRTY);
    return frame >= 0 ? frame : this.#walk(address, 'store');
  }

  /** Walks the tables, faulting as often as it takes, and caches what it found. */
  #walk(address: number, access: 'load' | 'store'): number {
    const addressSpace = this.#addressSpace;
    if (addressSpace === undefined || !(address >= 0 && address < USER_ADDRESS_END)) {
      throw new PageTableError('EFAULT', `${access} at ${address}, outside user space`, { address, access });
    }
    for (let faults = 0; faults < MAX_FAULTS_PER_ACCESS; faults++) {
      this.statistics.walks++;
      const entry = addressSpace.tables.walkAsHardware(address);
      const frame = entry < 0 ? -1 : this.#useEntry(entry, address, access);
      if (frame >= 0) {
        return frame;
      }
      if (access === 'store') {
        this.statistics.writeFaults++;
      } else {
        this.statistics.readFaults++;
      }
      handlePageFault(addressSpace, address, access, entry);
    }
    throw new PageTableError(
      'ELOOP',
      `${access} at ${formatAddress(address)} still faults, ${MAX_FAULTS_PER_ACCESS} times`,
      {
        address,
        access,
      },
    );
  }

  /** Marks a PTE accessed (and dirty) and caches it; -1 where it does not allow the access. */
  #useEntry(entry: number, address: number, access: 'load' | 'store'): number {
    const low = this.#u32[entry];
    const store = access === 'store';
    const needed = PAGE_PRESENT | PAGE_USER | (store ? PAGE_RW : 0);
    if ((low & needed) !== needed) {
      return -1;
    }
    const marked = low | PAGE_ACCESSED | (store ? PAGE_DIRTY : 0);
    this.#u32[entry] = marked;
    const frame = frameOfEntry(marked, this.#u32[entry + 1]);
    const state = (marked & PAGE_RW ? TLB_WRITABLE : 0) | (marked & PAGE_DIRTY ? TLB_DIRTY : 0);
    this.tlb.insert(address, frame, state);
    return frame;
  }
}

function pageOffset(address: number): number {
  return (address >>> 0) & (PAGE_SIZE - 1);
}

function copy(source: Uint8Array, from: number, target: Uint8Array, to: number, length: number): void {
  if (length < SHORT_COPY) {
    for (let i = 0; i < length; i++) {
      target[to + i] = source[from + i];
    }
  } else {
    target.set(source.subarray(from, from + length), to);
  }
}
