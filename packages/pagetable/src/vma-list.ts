import { formatAddress, PAGE_SIZE, USER_ADDRESS_END } from './address.js';
import { PageTableError } from './errors.js';
import { Vma } from './vma.js';

/** Start of the first mapping without a requested address: away from 0, as in a real process. */
const MMAP_BASE = 0x10000000;

/** The VMAs of an address space, by address; no two overlap. */
export class VmaList {
  #vmas: Vma[] = [];

  get all(): readonly Vma[] {
    return this.#vmas;
  }

  /** The VMA that contains `address`. */
  find(address: number): Vma | undefined {
    const vma = this.#vmas[this.#firstEndingAfter(address)];
    return vma !== undefined && vma.start <= address ? vma : undefined;
  }

  /** The VMAs that have an address in `[start, end)`. */
  overlapping(start: number, end: number): Vma[] {
    const first = this.#firstEndingAfter(start);
    let last = first;
    while (last < this.#vmas.length && this.#vmas[last].start < end) {
      last++;
    }
    return this.#vmas.slice(first, last);
  }

  /** The free range around `[start, end)`: from the end of the VMA before to the start of the next. */
  surroundings(start: number, end: number): { readonly floor: number; readonly ceiling: number } {
    const next = this.#firstEndingAfter(start);
    const floor = next === 0 ? 0 : this.#vmas[next - 1].end;
    const after = this.#vmas.slice(next).find((vma) => vma.start >= end);
    return { floor, ceiling: after?.start ?? USER_ADDRESS_END };
  }

  /** Replaces the VMAs `gone` by `come`. */
  replace(gone: readonly Vma[], come: readonly Vma[]): void {
    this.#vmas = [...this.#vmas.filter((vma) => !gone.includes(vma)), ...come];
    this.#vmas.sort((a, b) => a.start - b.start);
  }

  /** @throws PageTableError EINVAL if `[start, end)` is occupied */
  checkFree(start: number, end: number): void {
    const [taken] = this.overlapping(start, end);
    if (taken !== undefined) {
      const range = `${formatAddress(start)}-${formatAddress(end)}`;
      throw new PageTableError('EINVAL', `${range} overlaps the VMA at ${formatAddress(taken.start)}`, {
        address: start,
        length: end - start,
      });
    }
  }

  /**
   * The start of the lowest gap with room for `length` bytes.
   * @throws PageTableError ENOMEM if no gap is large enough
   */
  findGap(length: number): number {
    let start = MMAP_BASE;
    for (const vma of this.#vmas) {
      // One page stays free between neighbours, so that an overrun faults.
      if (vma.start - start >= length + PAGE_SIZE) {
        break;
      }
      start = Math.max(start, vma.end + PAGE_SIZE);
    }
    if (start + length > USER_ADDRESS_END) {
      throw new PageTableError('ENOMEM', `no gap of ${length} bytes in the address space`, { length });
    }
    return start;
  }

  #firstEndingAfter(address: number): number {
    let low = 0;
    let high = this.#vmas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#vmas[middle].end > address) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}

/** A VMA for a part of `vma`, with the same pages at the same addresses. */
export function partOf(vma: Vma, start: number, end: number): Vma {
  return vma.start === start && vma.end === end
    ? vma
    : new Vma({
        addressSpace: vma.addressSpace,
        start,
        end,
        flags: vma.flags,
        mapping: vma.mapping,
        firstPage: vma.pageAt(start),
        operations: vma.operations,
      });
}

/** The rest of a VMA without `[start, end)`: nothing, one VMA, or two. */
export function restOf(vma: Vma, start: number, end: number): Vma[] {
  return [
    ...(vma.start < start ? [partOf(vma, vma.start, start)] : []),
    ...(vma.end > end ? [partOf(vma, end, vma.end)] : []),
  ];
}
