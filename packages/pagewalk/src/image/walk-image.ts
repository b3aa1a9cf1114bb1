import { ENTRIES_PER_TABLE, ENTRY_SPAN, PAGE_PRESENT, PAGE_SIZE, TOP_LEVEL } from '@cg/pagetable';
import { PageWalkError } from '../errors.js';
import { FindingMerger } from './finding-merger.js';
import {
  hasReservedBits,
  IS_DEVICE,
  IS_GLOBAL,
  isGlobal,
  isLeaf,
  isUncached,
  MAY_ALL,
  narrowed,
  targetOf,
} from './image-entry.js';
import type { ImageFinding, MemoryImage, TableFault } from './memory-image.js';

const ADDRESS_END = 2 ** 48;
const PHYSICAL_END = 2 ** 52;

/** What of an image to walk. */
export interface ImageWalkOptions {
  /** First virtual address, rounded down to its page; 0 if left out. 48 bits, without sign extension. */
  readonly from?: number;
  /** One past the last, rounded up; 2^48 if left out. */
  readonly to?: number;
  /** Tables to look at, at most; 2^20 if left out: enough for 2 TiB in pages of 4 KiB, all different. */
  readonly maxTables?: number;
}

/**
 * Walks the 4-level page tables in a memory image, and lists what they map, in the order of virtual
 * addresses. Damaged entries are findings too, and the walk goes on behind them.
 *
 * A table is walked once for each set of permissions that entries above leave it, and each other place that
 * shows it is a `shared` finding: time and memory are bounded by the tables that exist, whatever they say.
 * @param cr3 physical address of the top table; the low 12 bits of the register are no part of it
 * @throws PageWalkError EINVAL for a CR3 outside the image, or a range that makes no sense
 */
export function* walkImage(
  image: MemoryImage,
  cr3: number,
  options: ImageWalkOptions = {},
): Generator<ImageFinding, void, undefined> {
  const walker = new ImageWalker(image, cr3, options);
  for (let entry = walker.nextPresent(); entry >= 0; entry = walker.nextPresent()) {
    if (!walker.take(entry)) {
      yield walker.findings.take() as ImageFinding;
      walker.take(entry);
    }
  }
  const last = walker.findings.take();
  if (last !== undefined) {
    yield last;
  }
}

/** The walk's stack: one table of each level, since a walk goes down one path at a time. */
class ImageWalker {
  readonly findings = new FindingMerger();
  readonly #image: MemoryImage;
  readonly #from: number;
  readonly #to: number;
  readonly #maxTables: number;
  #tables = 0;
  #level = TOP_LEVEL;
  /** Where a walked table was first listed, by frame, level and permissions. */
  readonly #seen = new Map<number, number>();
  // By level, of the table that is walked there.
  readonly #words = ENTRY_SPAN.map(() => new Uint32Array(ENTRIES_PER_TABLE * 2));
  readonly #physical = ENTRY_SPAN.map(() => 0);
  readonly #base = ENTRY_SPAN.map(() => 0);
  readonly #permissions = ENTRY_SPAN.map(() => 0);
  readonly #next = ENTRY_SPAN.map(() => 0);
  readonly #stop = ENTRY_SPAN.map(() => 0);

  constructor(
    image: MemoryImage,
    cr3: number,
    { from = 0, to = ADDRESS_END, maxTables = 2 ** 20 }: ImageWalkOptions,
  ) {
    if (!(from >= 0 && from < to && to <= ADDRESS_END)) {
      throw new PageWalkError('EINVAL', `not a range of 48-bit addresses: ${from} to ${to}`, from, to);
    }
    const root = Math.floor(cr3 / PAGE_SIZE) * PAGE_SIZE;
    if (!(root >= 0 && root < PHYSICAL_END && root + PAGE_SIZE <= image.size)) {
      const said = `no table at 0x${root.toString(16)}: the image has ${image.size} bytes`;
      throw new PageWalkError('EINVAL', said, root, image.size);
    }
    this.#image = image;
    this.#from = Math.floor(from / PAGE_SIZE) * PAGE_SIZE;
    this.#to = Math.ceil(to / PAGE_SIZE) * PAGE_SIZE;
    this.#maxTables = maxTables;
    this.#open(root, TOP_LEVEL, 0, MAY_ALL);
  }

  /** The index of the next present entry in the table that is walked; -1 at the end of the walk. */
  nextPresent(): number {
    while (this.#level <= TOP_LEVEL) {
      const level = this.#level;
      const words = this.#words[level];
      for (let i = this.#next[level]; i < this.#stop[level]; i++) {
        if ((words[i * 2] & PAGE_PRESENT) !== 0) {
          this.#next[level] = i + 1;
          return i;
        }
      }
      this.#level++;
    }
    return -1;
  }

  /** Lists a present entry, or goes down to its table; false where the last finding must be taken first. */
  take(index: number): boolean {
    const level = this.#level;
    const low = this.#words[level][index * 2];
    const high = this.#words[level][index * 2 + 1];
    const span = ENTRY_SPAN[level];
    const base = this.#base[level] + index * span;
    const start = Math.max(base, this.#from);
    const end = Math.min(base + span, this.#to);
    const target = targetOf(low, high, level);
    const permissions = narrowed(this.#permissions[level], low, high);
    const leaf = isLeaf(low, level);
    const inside = target + (leaf ? span : PAGE_SIZE) <= this.#image.size;
    const fault = this.#judge(low, target, inside, leaf);
    const entry = this.#physical[level] + index * 8;
    if (fault !== undefined) {
      return this.findings.addDamage(fault, start, end, level, entry, low, high, target);
    }
    if (leaf) {
      const own = (isGlobal(low) ? IS_GLOBAL : 0) | (inside ? 0 : IS_DEVICE);
      return this.findings.addMapped(start, end, level, target + (start - base), permissions | own);
    }
    const key = (target / PAGE_SIZE) * 32 + (level - 1) * 8 + permissions;
    const first = this.#seen.get(key);
    if (first !== undefined) {
      return this.findings.addShared(start, end, level - 1, target, permissions, first + (start - base));
    }
    if (this.#tables >= this.#maxTables) {
      const taken = this.findings.addDamage('limit', start, this.#to, level, entry, low, high, target);
      this.#level = taken ? TOP_LEVEL + 1 : level;
      return taken;
    }
    // A table that the range cuts is not listed whole, so nothing can be said to be like it.
    if (start === base && end === base + span) {
      this.#seen.set(key, base);
    }
    this.#open(target, level - 1, base, permissions);
    return true;
  }

  #judge(low: number, target: number, inside: boolean, leaf: boolean): TableFault | undefined {
    const level = this.#level;
    if (hasReservedBits(low, level)) {
      return 'reserved';
    }
    if (!inside && !(leaf && isUncached(low))) {
      return 'outside';
    }
    for (let above = leaf ? TOP_LEVEL + 1 : level; above <= TOP_LEVEL; above++) {
      if (this.#physical[above] === target) {
        return 'loop';
      }
    }
    return undefined;
  }

  #open(physical: number, level: number, base: number, permissions: number): void {
    const span = ENTRY_SPAN[level];
    this.#image.read(physical, new Uint8Array(this.#words[level].buffer));
    this.#tables++;
    this.#level = level;
    this.#physical[level] = physical;
    this.#base[level] = base;
    this.#permissions[level] = permissions;
    this.#next[level] = Math.max(0, Math.floor((this.#from - base) / span));
    this.#stop[level] = Math.min(ENTRIES_PER_TABLE, Math.ceil((this.#to - base) / span));
  }
}
