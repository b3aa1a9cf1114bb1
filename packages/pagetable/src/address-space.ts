import { checkPageRange, formatAddress, PAGE_SIZE } from './address.js';
import { forkEntries, moveEntries, protectEntries } from './vma-entries.js';
import { PageTableError } from './errors.js';
import { splitAtEdges } from './leaf-visit.js';
import { LOCK_RANK } from './lock-ledger.js';
import { RwLock } from './locks.js';
import type { Mapping } from './mapping.js';
import { ENTRY_SPAN, PageTables } from './page-tables.js';
import type { PhysicalMemory } from './physical-memory.js';
import type { Tlb } from './tlb.js';
import {
  Vma,
  VM_MAYREAD,
  VM_READ,
  VM_WRITE,
  type RangeNotifier,
  type VmaAddressSpace,
  type VmaOperations,
} from './vma.js';
import { partOf, restOf, VmaList } from './vma-list.js';
import { zapRange } from './zap.js';

const ACCESS = VM_READ | VM_WRITE;

/** VM_MAYREAD and VM_MAYWRITE are this many bits above VM_READ and VM_WRITE. */
const MAY_SHIFT = Math.log2(VM_MAYREAD / VM_READ);

/** Pages of a mapping: their indices have 32 bits. */
const MAPPING_PAGES = 2 ** 32;

/** What to map, and where. */
export interface MapRequest {
  /** Bytes, a multiple of the page size. */
  readonly length: number;
  readonly flags: number;
  readonly mapping: Mapping;
  /** First mapped page of the mapping; 0 if left out. */
  readonly firstPage?: number;
  readonly operations: VmaOperations;
  /** Page-aligned start; if left out, that of the lowest gap that is large enough. */
  readonly address?: number;
}

/** What to move or resize. */
export interface RemapRequest {
  /** The range that is mapped now, within one VMA. */
  readonly address: number;
  readonly length: number;
  readonly newLength: number;
  /** The new place, free of VMAs; if left out, the old one, or else the lowest gap. */
  readonly newAddress?: number;
}

/**
 * One process's view of memory: page tables, VMAs, and the TLBs of the CPUs that run it.
 *
 * Changes take the lock for writing, and check everything that may fail first: if they throw, nothing has changed.
 * A VMA never changes its extent: to cut or grow one replaces it, and opens the new ones before it closes the old
 * one, so that a count of open VMAs does not reach zero in between.
 */
export class AddressSpace implements VmaAddressSpace {
  readonly lock: RwLock;
  readonly tables: PageTables;
  pendingTlbFlushes = 0;
  readonly #vmas = new VmaList();
  readonly #tlbs = new Set<Tlb>();
  readonly #notifiers = new Set<RangeNotifier>();
  #hasExited = false;

  /** @throws PageTableError ENOMEM if there is no free frame for the top table */
  constructor(memory: PhysicalMemory) {
    this.tables = new PageTables(memory);
    this.lock = new RwLock(`address space ${this.tables.rootFrame}`, LOCK_RANK.addressSpace, memory.locks);
  }

  /** The VMAs, by address. */
  get vmas(): readonly Vma[] {
    return this.#vmas.all;
  }

  get notifiers(): ReadonlySet<RangeNotifier> {
    return this.#notifiers;
  }

  addNotifier(notifier: RangeNotifier): void {
    this.#notifiers.add(notifier);
  }

  /** The VMA that contains `address`. */
  findVma(address: number): Vma | undefined {
    return this.#vmas.find(address);
  }

  /**
   * Makes a VMA; its pages are mapped at their first access.
   * @throws PageTableError EINVAL for a misaligned, out-of-range or occupied range, ENOMEM if no gap is large
   * enough
   */
  map(request: MapRequest): Vma {
    const { flags, length, mapping, operations, firstPage = 0 } = request;
    const start = request.address ?? this.#vmas.findGap(length);
    checkPageRange(start, length);
    checkMapped(firstPage, start, length);
    const end = start + length;
    this.#vmas.checkFree(start, end);
    const vma = new Vma({ addressSpace: this, start, end, flags, mapping, firstPage, operations });
    this.#changing([], () => {
      mapping.attach(vma);
      this.#vmas.replace([], [vma]);
      operations.open?.(vma);
    });
    return vma;
  }

  /** Removes a whole VMA and its entries; dirty ones are reported to the mapping's observer (E1). */
  unmap(vma: Vma): void {
    if (!this.#vmas.all.includes(vma)) {
      throw new PageTableError('EINVAL', `no VMA of this address space at ${formatAddress(vma.start)}`, {
        address: vma.start,
      });
    }
    this.unmapRange(vma.start, vma.end - vma.start);
  }

  /**
   * Unmaps a range (munmap): removes entries as `unmap` does, unused tables, and VMAs or parts of them. Gaps in the
   * range are allowed.
   * @throws PageTableError EINVAL for an invalid range, ENOMEM if a huge leaf cannot be split
   */
  unmapRange(start: number, length: number): void {
    checkPageRange(start, length);
    const end = start + length;
    const touched = this.#vmas.overlapping(start, end);
    this.#changing(touched, () => {
      splitAtEdges(this.tables, start, end);
      for (const vma of touched) {
        zapRange(vma, Math.max(start, vma.start), Math.min(end, vma.end));
        this.#exchange(vma, restOf(vma, start, end));
      }
      this.#freeTables(start, end);
    });
  }

  /**
   * Changes the permissions of a range (mprotect). Entries lose permissions at once, keep accessed and dirty bits,
   * and become writable only with the next store, through the VMA's handlers.
   * @param access VM_READ, VM_WRITE, both, or 0
   * @throws PageTableError EINVAL for an invalid range or access, EFAULT if a page has no VMA, EACCES if a VMA
   * gains what its VM_MAYREAD or VM_MAYWRITE does not allow, ENOMEM if a huge leaf cannot be split
   */
  protect(start: number, length: number, access: number): void {
    checkPageRange(start, length);
    const end = start + length;
    const touched = this.#vmas.overlapping(start, end);
    this.#checkProtect(touched, start, end, access);
    this.#changing(touched, () => {
      splitAtEdges(this.tables, start, end);
      for (const vma of touched) {
        const part = partOf(vma, Math.max(start, vma.start), Math.min(end, vma.end));
        part.flags = (vma.flags & ~ACCESS) | access;
        if (part !== vma) {
          this.#exchange(vma, [...restOf(vma, start, end), part]);
        }
        protectEntries(part);
      }
    });
  }

  /**
   * Moves or resizes a mapped range (mremap). Entries move with their accessed and dirty state, so no write is lost;
   * what a smaller range leaves behind is removed as by `unmapRange`.
   * @returns the VMA that contains the range now
   * @throws PageTableError EINVAL for an invalid range, or an occupied one; EFAULT if the range is not within one
   * VMA; ENOMEM without a gap, or frames for tables
   */
  remap(request: RemapRequest): Vma {
    const { address, length, newLength, newAddress } = request;
    checkPageRange(address, length);
    checkPageRange(newAddress ?? address, newLength);
    const vma = this.#vmas.find(address);
    const end = address + length;
    if (vma === undefined || end > vma.end) {
      const message = `${formatAddress(address)} + ${length} is not within one VMA`;
      throw new PageTableError('EFAULT', message, { address, length });
    }
    checkMapped(vma.pageAt(address), newAddress ?? address, newLength);
    if (newAddress !== undefined) {
      this.#vmas.checkFree(newAddress, newAddress + newLength);
      return this.#move(vma, request, newAddress);
    }
    if (newLength <= length) {
      if (newLength < length) {
        this.unmapRange(address + newLength, length - newLength);
      }
      return this.#vmas.find(address) ?? vma;
    }
    if (end === vma.end && this.#vmas.overlapping(end, address + newLength).length === 0) {
      const grown = partOf(vma, vma.start, address + newLength);
      this.#changing([vma], () => this.#exchange(vma, [grown]));
      return grown;
    }
    return this.#move(vma, request, this.#vmas.findGap(newLength));
  }

  /**
   * Copies the address space, as fork does: the same VMAs, shared pages shared, private ones copied on the next store
   * of either side. The parent keeps its dirty entries.
   * @throws PageTableError ENOMEM if frames for tables are missing; the partial child is removed then
   */
  fork(): AddressSpace {
    const child = new AddressSpace(this.tables.memory);
    try {
      this.#changing(this.vmas, () => {
        for (const vma of this.vmas) {
          const { start, end, flags, mapping, firstPage, operations } = vma;
          const copy = new Vma({ addressSpace: child, start, end, flags, mapping, firstPage, operations });
          mapping.replace([], [copy]);
          child.#vmas.replace([], [copy]);
          operations.open?.(copy);
          forkEntries(vma, copy);
        }
      });
    } catch (error) {
      child.exit();
      throw error;
    }
    return child;
  }

  /**
   * Ends the address space: removes every VMA as `unmap` does, then frees the tables.
   * @throws PageTableError EDEADLK if a CPU still runs it, EINVAL the second time
   */
  exit(): void {
    this.#checkAlive();
    if (this.#tlbs.size > 0) {
      throw new PageTableError('EDEADLK', `${this.#tlbs.size} CPUs still run this address space`);
    }
    checkUnlocked(this.vmas);
    while (this.vmas.length > 0) {
      this.unmap(this.vmas[0]);
    }
    this.tables.free();
    this.#hasExited = true;
  }

  flushTlbRange(start: number, end: number): void {
    for (const tlb of this.tables.memory.tlbs) {
      if (tlb.globals > 0 || this.#tlbs.has(tlb)) {
        tlb.flushRange(start, end);
      }
    }
  }

  cleanTlbPages(base: number, bits: Uint32Array, from: number, to: number): void {
    for (const tlb of this.tables.memory.tlbs) {
      if (tlb.globals > 0 || this.#tlbs.has(tlb)) {
        tlb.cleanPages(base, bits, from, to);
      }
    }
  }

  forgetTlbTable(address: number): void {
    const region = address - (address % ENTRY_SPAN[2]);
    for (const tlb of this.#tlbs) {
      tlb.forgetTableOf(region);
    }
  }

  /** Drops everything, global translations too, from the TLB of every CPU that runs this address space. */
  flushTlb(): void {
    for (const tlb of this.#tlbs) {
      tlb.flush();
    }
  }

  /** For the CPU: it begins to run this address space. */
  enter(tlb: Tlb): void {
    this.#checkAlive();
    this.#tlbs.add(tlb);
  }

  /** For the CPU: it stops running this address space. */
  leave(tlb: Tlb): void {
    this.#tlbs.delete(tlb);
  }

  #move(vma: Vma, { address, length, newLength }: RemapRequest, newAddress: number): Vma {
    const end = address + length;
    const { flags, mapping, operations } = vma;
    const target = { start: newAddress, end: newAddress + newLength, firstPage: vma.pageAt(address) };
    const moved = new Vma({ addressSpace: this, flags, mapping, operations, ...target });
    const kept = Math.min(length, newLength);
    const rest = restOf(vma, address, end);
    this.#changing([vma], () => {
      splitAtEdges(this.tables, address, end);
      try {
        mapping.replace([vma], [...rest, moved], () => {
          moveEntries(partOf(vma, address, end), moved, kept);
          zapRange(vma, address + kept, end);
        });
      } catch (error) {
        this.#freeTables(moved.start, moved.end);
        throw error;
      }
      this.#vmas.replace([vma], [...rest, moved]);
      openAndClose(vma, [...rest, moved]);
      this.#freeTables(address, end);
    });
    return moved;
  }

  #checkProtect(touched: readonly Vma[], start: number, end: number, access: number): void {
    if ((access & ACCESS) !== access) {
      const message = `not an access: 0x${access.toString(16)}`;
      throw new PageTableError('EINVAL', message, { address: start, length: end - start });
    }
    let covered = start;
    for (const { start: from, end: to, flags } of touched) {
      if (from > covered) {
        break;
      }
      const gained = access & ~flags;
      if ((gained & ~(flags >>> MAY_SHIFT)) !== 0) {
        const message = `the VMA at ${formatAddress(from)} may not be given access 0x${gained.toString(16)}`;
        throw new PageTableError('EACCES', message, { address: from });
      }
      covered = to;
    }
    if (covered < end) {
      throw new PageTableError('EFAULT', `no VMA at ${formatAddress(covered)}`, { address: covered });
    }
  }

  /** Runs a change of VMAs under the lock, after checking that the locks of their mappings are available. */
  #changing(touched: readonly Vma[], change: () => void): void {
    this.#checkAlive();
    this.lock.acquireWrite();
    try {
      checkUnlocked(touched);
      change();
    } finally {
      this.lock.releaseWrite();
    }
  }

  #exchange(vma: Vma, come: readonly Vma[]): void {
    vma.mapping.replace([vma], come);
    this.#vmas.replace([vma], come);
    openAndClose(vma, come);
  }

  #freeTables(start: number, end: number): void {
    for (const tlb of this.#tlbs) {
      tlb.forgetTable();
    }
    const { floor, ceiling } = this.#vmas.surroundings(start, end);
    this.tables.freeTablesOver(start, end, floor, ceiling);
  }

  #checkAlive(): void {
    if (this.#hasExited) {
      throw new PageTableError('EINVAL', `the ${this.lock.name} has exited`);
    }
  }
}

/** Tells the memory's owner that other VMAs have replaced one. */
function openAndClose(gone: Vma, come: readonly Vma[]): void {
  const { operations } = gone;
  come.forEach((vma) => operations.open?.(vma));
  operations.close?.(gone);
}

/** @throws PageTableError EDEADLK if the lock of a VMA's mapping is held */
function checkUnlocked(vmas: readonly Vma[]): void {
  for (const { mapping } of vmas) {
    mapping.lock.acquireWrite();
    mapping.lock.releaseWrite();
  }
}

/** @throws PageTableError EINVAL if a mapping cannot have `length` bytes from a page on */
function checkMapped(firstPage: number, address: number, length: number): void {
  if (!Number.isInteger(firstPage) || firstPage < 0 || firstPage + length / PAGE_SIZE > MAPPING_PAGES) {
    const message = `a mapping has no ${length} bytes from page ${firstPage} on`;
    throw new PageTableError('EINVAL', message, { address, length });
  }
}
