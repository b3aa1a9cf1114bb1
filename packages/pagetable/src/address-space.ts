import { checkPageRange, formatAddress, PAGE_SIZE, USER_ADDRESS_END } from './address.js';
import { PageTableError } from './errors.js';
import { RwLock } from './locks.js';
import type { Mapping } from './mapping.js';
import { PageTables } from './page-tables.js';
import type { PhysicalMemory } from './physical-memory.js';
import type { Tlb } from './tlb.js';
import { Vma, type RangeNotifier, type VmaAddressSpace, type VmaOperations } from './vma.js';
import { zapRange } from './zap.js';

/** Where the first mapping goes if nobody asks for an address: clear of 0, as in a real process. */
const MMAP_BASE = 0x10000000;

/** What to map, and where. */
export interface MapRequest {
  /** Bytes, a multiple of the page size. */
  readonly length: number;
  readonly flags: number;
  readonly mapping: Mapping;
  /** First page of the mapping to show; 0 if left out. */
  readonly firstPage?: number;
  readonly operations: VmaOperations;
  /** Page-aligned start; the lowest gap that is large enough if left out. */
  readonly address?: number;
}

/** One process's view of memory: page tables, VMAs, and the TLBs of the CPUs that run it. */
export class AddressSpace implements VmaAddressSpace {
  readonly lock: RwLock;
  readonly tables: PageTables;
  pendingTlbFlushes = 0;
  readonly #vmas: Vma[] = [];
  readonly #tlbs = new Set<Tlb>();
  readonly #notifiers = new Set<RangeNotifier>();

  /** @throws PageTableError ENOMEM where no frame is left for the top table */
  constructor(memory: PhysicalMemory) {
    this.tables = new PageTables(memory);
    this.lock = new RwLock(`address space ${this.tables.rootFrame}`, 1, memory.locks);
  }

  /** The VMAs, by address. */
  get vmas(): readonly Vma[] {
    return this.#vmas;
  }

  get notifiers(): Iterable<RangeNotifier> {
    return this.#notifiers;
  }

  addNotifier(notifier: RangeNotifier): void {
    this.#notifiers.add(notifier);
  }

  /** The VMA that holds `address`. */
  findVma(address: number): Vma | undefined {
    return this.#vmas.find((vma) => address >= vma.start && address < vma.end);
  }

  /**
   * Makes a VMA; entries come with the first access.
   * @throws PageTableError EINVAL for a misaligned, outlying or taken range, ENOMEM where no gap is large enough
   */
  map(request: MapRequest): Vma {
    const start = request.address ?? this.#findGap(request.length);
    checkPageRange(start, request.length);
    const end = start + request.length;
    const taken = this.#vmas.find((vma) => start < vma.end && end > vma.start);
    if (taken !== undefined) {
      const said = `${formatAddress(start)}-${formatAddress(end)}`;
      throw new PageTableError('EINVAL', `${said} overlaps the VMA at ${formatAddress(taken.start)}`, {
        address: start,
        length: request.length,
      });
    }
    const { flags, mapping, operations, firstPage = 0 } = request;
    const vma = new Vma({ addressSpace: this, start, end, flags, mapping, firstPage, operations });
    mapping.attach(vma);
    this.#vmas.push(vma);
    this.#vmas.sort((a, b) => a.start - b.start);
    return vma;
  }

  /** Removes a whole VMA and its entries; dirty ones are reported to the mapping's observer (E1). */
  unmap(vma: Vma): void {
    const index = this.#vmas.indexOf(vma);
    if (index < 0) {
      throw new PageTableError('EINVAL', `no VMA of this address space at ${formatAddress(vma.start)}`, {
        address: vma.start,
      });
    }
    zapRange(vma, vma.start, vma.end);
    vma.mapping.detach(vma);
    this.#vmas.splice(index, 1);
  }

  /** Ends the address space: every VMA goes as in `unmap`, then the tables are freed. No CPU may run it. */
  exit(): void {
    if (this.#tlbs.size > 0) {
      throw new PageTableError('EDEADLK', `${this.#tlbs.size} CPUs still run this address space`);
    }
    while (this.#vmas.length > 0) {
      this.unmap(this.#vmas[0]);
    }
    this.tables.free();
  }

  flushTlbRange(start: number, end: number): void {
    for (const tlb of this.#tlbs) {
      tlb.flushRange(start, end);
    }
  }

  /** For the CPU: it runs this address space from now on. */
  enter(tlb: Tlb): void {
    this.#tlbs.add(tlb);
  }

  /** For the CPU: it runs this address space no more. */
  leave(tlb: Tlb): void {
    this.#tlbs.delete(tlb);
  }

  #findGap(length: number): number {
    let start = MMAP_BASE;
    for (const vma of this.#vmas) {
      if (vma.start - start >= length) {
        break;
      }
      // One page stays free between neighbours, so that running off an end faults.
      start = Math.max(start, vma.end + PAGE_SIZE);
    }
    if (start + length > USER_ADDRESS_END) {
      throw new PageTableError('ENOMEM', `no gap of ${length} bytes in the address space`, { length });
    }
    return start;
  }
}
