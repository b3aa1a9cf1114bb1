import type { PhysicalMemory } from '@cg/memory-image';
import { readU32, SVGA3D_MOBFMT } from '@cg/svga-protocol';

const PAGE_BYTES = 4096;

/** What is read of the memory of a guest. */
export type GuestPages = Pick<PhysicalMemory, 'read'>;

/** A MOB: where its list of pages is, and how many bytes it has. */
export interface Mob {
  readonly ptDepth: number;
  readonly base: number;
  readonly bytes: number;
}

/** The levels of page lists of a format, and the bytes of a page number in them. */
const shapes: ReadonlyMap<number, readonly [number, 4 | 8]> = new Map<number, readonly [number, 4 | 8]>([
  [SVGA3D_MOBFMT.PTDEPTH_0, [0, 4]],
  [SVGA3D_MOBFMT.PTDEPTH_1, [1, 4]],
  [SVGA3D_MOBFMT.PTDEPTH_2, [2, 4]],
  [SVGA3D_MOBFMT.RANGE, [0, 4]],
  [SVGA3D_MOBFMT.PTDEPTH64_0, [0, 8]],
  [SVGA3D_MOBFMT.PTDEPTH64_1, [1, 8]],
  [SVGA3D_MOBFMT.PTDEPTH64_2, [2, 8]],
]);

/** Bytes of a MOB from `offset` on; undefined if they are not in it, or not in the memory at hand. */
export function readMob(memory: GuestPages, mob: Mob, offset: number, bytes: number): Uint8Array | undefined {
  if (offset + bytes > mob.bytes) {
    return undefined;
  }
  const into = new Uint8Array(bytes);
  for (let done = 0; done < bytes;) {
    const at = offset + done;
    const inPage = at % PAGE_BYTES;
    const length = Math.min(bytes - done, PAGE_BYTES - inPage);
    const page = pageOf(memory, mob, Math.floor(at / PAGE_BYTES));
    if (page === undefined || !memory.read(page * PAGE_BYTES + inPage, into.subarray(done, done + length))) {
      return undefined;
    }
    done += length;
  }
  return into;
}

/** The number of the guest page that holds page `index` of a MOB. */
function pageOf(memory: GuestPages, { ptDepth, base }: Mob, index: number): number | undefined {
  const shape = shapes.get(ptDepth);
  if (shape === undefined) {
    return undefined;
  }
  const [depth, entryBytes] = shape;
  if (depth === 0) {
    return ptDepth === SVGA3D_MOBFMT.RANGE ? base + index : index === 0 ? base : undefined;
  }
  const perPage = PAGE_BYTES / entryBytes;
  let page: number | undefined = base;
  for (let level = depth - 1; level >= 0 && page !== undefined; level--) {
    const entry = Math.floor(index / perPage ** level) % perPage;
    page = pageNumber(memory, page * PAGE_BYTES + entry * entryBytes, entryBytes);
  }
  return page;
}

function pageNumber(memory: GuestPages, address: number, bytes: 4 | 8): number | undefined {
  const entry = new Uint8Array(8);
  return memory.read(address, entry.subarray(0, bytes))
    ? readU32(entry, 0) + readU32(entry, 4) * 2 ** 32
    : undefined;
}
