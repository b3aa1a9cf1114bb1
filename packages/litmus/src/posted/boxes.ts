import type { SubresourceBox, SurfaceLayout } from '@cg/surface-layout';
import type { Step } from './variant.js';

/**
 * Differences of the posted dirty boxes:
 * - `D1`: an origin that moves down keeps the old length, so the old end is lost;
 * - `D3`: rows and slices of a multisample surface are taken to be as many times longer;
 * - `D4`: a planar image is taken for consecutive blocks; the device accepts planar images only whole, so it refuses
 *   the resulting boxes.
 */
export type BoxHabit = 'D1' | 'D3' | 'D4';

/** A place in a surface; as an end, one past the last block in every direction, and one past its subresource. */
interface Place {
  readonly subresource: number;
  readonly at: readonly [x: number, y: number, z: number];
}

/** Origin and size, in texels, by direction: x, y, z. */
interface Extent {
  readonly origin: [number, number, number];
  readonly size: [number, number, number];
}

const Z = 2;

/** One box per subresource, stored as origin and size. */
export class PostedBoxes {
  readonly #layout: SurfaceLayout;
  readonly #habits: ReadonlySet<BoxHabit>;
  readonly #boxes = new Map<number, Extent>();
  readonly #samples: number;

  constructor(layout: SurfaceLayout, habits: ReadonlySet<BoxHabit>) {
    this.#layout = layout;
    this.#habits = habits;
    this.#samples = habits.has('D3') ? layout.samples : 1;
  }

  get isEmpty(): boolean {
    return this.#boxes.size === 0;
  }

  clear(): void {
    this.#boxes.clear();
  }

  /** Adds the bytes [start, end) of the surface's backing; what lies outside it is ignored. */
  addRange(start: number, end: number): void {
    const first = Math.max(start, 0);
    const last = Math.min(end, this.#layout.bytes) - 1;
    if (first > last) {
      return;
    }
    const { samples } = this.#layout;
    if (samples > 1 && !this.#habits.has('D3')) {
      this.#addWhole(0, this.#layout.subresourceCount);
      return;
    }
    const from = this.#locate(first);
    const to = this.#endAfter(this.#locate(last));
    if (this.#layout.format.planar && !this.#habits.has('D4')) {
      this.#addWhole(from.subresource, to.subresource);
    } else if (from.subresource + 1 === to.subresource) {
      this.#add(from, to);
    } else {
      this.#add(from, this.#endOf(from.subresource));
      this.#addWhole(from.subresource + 1, to.subresource - 1);
      this.#add({ subresource: to.subresource - 1, at: [0, 0, 0] }, to);
    }
  }

  /** Every box, including those that no device accepts: outside their mip, or with a size that has wrapped. */
  kept(): SubresourceBox[] {
    const kept = [...this.#boxes].toSorted(([a], [b]) => a - b);
    return kept.map(
      ([
        subresource,
        {
          origin: [x, y, z],
          size,
        },
      ]) => {
        const [width, height, depth] = size.map((length) => length >>> 0);
        return { subresource, x, y, z, width, height, depth };
      },
    );
  }

  /** The boxes that the device accepts. It refuses the others, unnoticed by the posted driver. */
  boxes(): SubresourceBox[] {
    return this.kept().filter((box) => this.#isTaken(box));
  }

  #isTaken({ subresource, x, y, z, width, height, depth }: SubresourceBox): boolean {
    const mip = this.#layout.mipOf(subresource);
    const isWhole = width === mip.width && height === mip.height && depth === mip.depth;
    return (
      (isWhole || !this.#layout.format.planar) &&
      Math.min(width, height, depth) > 0 &&
      x + width <= mip.width &&
      y + height <= mip.height &&
      z + depth <= mip.depth
    );
  }

  #addWhole(first: number, end: number): void {
    for (let subresource = first; subresource < end; subresource++) {
      const [width, height, depth] = this.#endOf(subresource).at;
      this.#boxes.set(subresource, { origin: [0, 0, 0], size: [width, height, depth] });
    }
  }

  /** Sheets are stacked: which one contains a byte does not matter. */
  #locate(offset: number): Place {
    const { format, mips, sheetBytes, mipChainBytes } = this.#layout;
    const inSheet = offset % sheetBytes;
    const layer = Math.floor(inSheet / mipChainBytes);
    const inLayer = inSheet % mipChainBytes;
    const level = mips.findLastIndex((mip) => mip.offset <= inLayer);
    const { offset: mipOffset, rowStride, imageStride } = mips[level];
    const inMip = inLayer - mipOffset;
    const slice = imageStride * this.#samples;
    const row = rowStride * this.#samples;
    return {
      subresource: layer * mips.length + level,
      at: [
        Math.floor(((inMip % slice) % row) / format.bytesPerBlock) * format.blockWidth,
        Math.floor((inMip % slice) / row) * format.blockHeight,
        Math.floor(inMip / slice) * format.blockDepth,
      ],
    };
  }

  #endAfter({ subresource, at: [x, y, z] }: Place): Place {
    const { blockWidth, blockHeight, blockDepth } = this.#layout.format;
    const { width, height, depth } = this.#layout.mipOf(subresource);
    return {
      subresource: subresource + 1,
      at: [
        Math.min(x + blockWidth, width),
        Math.min(y + blockHeight, height),
        Math.min(z + blockDepth, depth),
      ],
    };
  }

  #endOf(subresource: number): Place {
    const { width, height, depth } = this.#layout.mipOf(subresource);
    return { subresource: subresource + 1, at: [width, height, depth] };
  }

  /** Columns of one row, rows of one slice, or slices: a direction is whole where the next one has several. */
  #add({ subresource, at: start }: Place, { at: end }: Place): void {
    const box = this.#boxOf(subresource);
    let isWhole = false;
    for (let direction = Z; direction >= 0; direction--) {
      if (isWhole) {
        box.origin[direction] = 0;
        box.size[direction] = this.#endOf(subresource).at[direction];
      } else {
        this.#grow(box, direction, start[direction], end[direction]);
        isWhole = start[direction] + 1 !== end[direction];
      }
    }
  }

  #boxOf(subresource: number): Extent {
    let box = this.#boxes.get(subresource);
    if (box === undefined) {
      box = { origin: [0, 0, 0], size: [0, 0, 0] };
      this.#boxes.set(subresource, box);
    }
    return box;
  }

  #grow({ origin, size }: Extent, direction: number, start: number, end: number): void {
    const isEmpty = size[direction] === 0;
    // In 32 bits, as in the posted code: with an end before its origin the size wraps.
    const oldEnd = (origin[direction] + size[direction]) >>> 0;
    const oldOrigin = origin[direction];
    if (isEmpty || oldOrigin > start) {
      origin[direction] = start;
    }
    if (oldEnd < end) {
      size[direction] = end - origin[direction];
    } else if (!isEmpty && !this.#habits.has('D1')) {
      size[direction] = oldEnd - origin[direction];
    }
  }
}

/** Keeps dirty boxes with these habits. */
export function keepingBoxes(habits: ReadonlySet<BoxHabit>): Step<'DirtyBoxes'> {
  return class extends PostedBoxes {
    constructor(layout: SurfaceLayout) {
      super(layout, habits);
    }
  };
}
