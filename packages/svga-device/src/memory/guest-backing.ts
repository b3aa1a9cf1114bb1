import { SvgaDeviceError } from '../errors.js';
import { isInMemory, PAGE_SIZE } from './guest-memory.js';
import type { GuestMemory } from './guest-memory.js';
import { SVGA3D_MOBFMT } from '@cg/svga-protocol';

interface PageTableShape {
  /** Levels of pages of page numbers between the base and the data. */
  readonly depth: 0 | 1 | 2;
  /** Bytes of a page number in them. */
  readonly entryBytes: 4 | 8;
}

const shapes: ReadonlyMap<number, PageTableShape> = new Map<number, PageTableShape>([
  [SVGA3D_MOBFMT.PTDEPTH_0, { depth: 0, entryBytes: 4 }],
  [SVGA3D_MOBFMT.PTDEPTH_1, { depth: 1, entryBytes: 4 }],
  [SVGA3D_MOBFMT.PTDEPTH_2, { depth: 2, entryBytes: 4 }],
  [SVGA3D_MOBFMT.RANGE, { depth: 0, entryBytes: 4 }],
  [SVGA3D_MOBFMT.PTDEPTH64_0, { depth: 0, entryBytes: 8 }],
  [SVGA3D_MOBFMT.PTDEPTH64_1, { depth: 1, entryBytes: 8 }],
  [SVGA3D_MOBFMT.PTDEPTH64_2, { depth: 2, entryBytes: 8 }],
]);

/**
 * Guest pages that form one run of bytes: a MOB, or an object table. Immutable. It only holds where the page list
 * begins; the list itself stays in guest memory and is read when the bytes are used, so that a MOB costs the device
 * nothing per page.
 */
export class GuestBacking {
  readonly depth: 0 | 1 | 2;
  readonly entryBytes: 4 | 8;

  /**
   * @param format an SVGA3D_MOBFMT: what `base` is the page number of
   * @param bytes size of the run
   * @throws SvgaDeviceError EINVAL for another format, no bytes, or more than the format can list; EFAULT if the
   * first page of the list, or any page of a range, lies outside guest memory
   */
  constructor(
    memory: GuestMemory,
    readonly format: number,
    readonly base: number,
    readonly bytes: number,
  ) {
    const shape = shapes.get(format);
    if (shape === undefined) {
      throw new SvgaDeviceError('EINVAL', 'not a MOB format', { format });
    }
    this.depth = shape.depth;
    this.entryBytes = shape.entryBytes;
    const isRange = format === SVGA3D_MOBFMT.RANGE;
    const pages = Math.ceil(bytes / PAGE_SIZE);
    if (bytes === 0 || (!isRange && pages > (PAGE_SIZE / shape.entryBytes) ** shape.depth)) {
      throw new SvgaDeviceError('EINVAL', 'size is not one the MOB format can list', { format, bytes });
    }
    if (!isInMemory(memory, base * PAGE_SIZE, (isRange ? pages : 1) * PAGE_SIZE)) {
      throw new SvgaDeviceError('EFAULT', 'base is outside guest memory', { format, base, bytes });
    }
  }
}
