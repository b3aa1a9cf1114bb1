import { boxRows, emptyRows, rowsBytes, rowsEnd } from '@cg/surface-layout';
import type { MutableBoxRows, SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { BackingCursor } from './backing-cursor.js';
import type { GuestBacking } from './guest-backing.js';
import { mergeRows } from './rows.js';

/** A box that can be filled in. */
type MutableBox = { -readonly [K in keyof SurfaceBox]: SurfaceBox[K] };

/**
 * Moves boxes between a MOB and an image of the same layout. A box is set first (`setBox`, `setAll`, `setWholeMip`),
 * then measured, then moved: one object serves all, and no box allocates.
 */
export class BoxTransfer {
  readonly #box: MutableBox = { x: 0, y: 0, z: 0, width: 0, height: 0, depth: 0 };
  readonly #rows: MutableBoxRows = emptyRows();
  #sheets = 1;
  #sheetBytes = 0;

  /**
   * A box of a subresource, in every sample sheet (D3).
   * @throws SurfaceLayoutError EINVAL as `boxRows` does
   */
  setBox(
    layout: SurfaceLayout,
    subresource: number,
    x: number,
    y: number,
    z: number,
    width: number,
    height: number,
    depth: number,
  ): void {
    const box = this.#box;
    box.x = x;
    box.y = y;
    box.z = z;
    box.width = width;
    box.height = height;
    box.depth = depth;
    mergeRows(boxRows(layout, subresource, box, this.#rows) as MutableBoxRows);
    this.#sheets = layout.samples;
    this.#sheetBytes = layout.sheetBytes;
  }

  /** All of a subresource; throws as `setBox` does. */
  setWholeMip(layout: SurfaceLayout, subresource: number): void {
    const { width, height, depth } = layout.mipOf(subresource);
    this.setBox(layout, subresource, 0, 0, 0, width, height, depth);
  }

  /** All of a surface without its trailers: one run. */
  setAll(layout: SurfaceLayout): void {
    this.setRun(0, layout.bytes);
  }

  /** One run of bytes. */
  setRun(offset: number, bytes: number): void {
    const rows = this.#rows;
    rows.offset = offset;
    rows.rowBytes = bytes;
    rows.rowStride = bytes;
    rows.imageStride = bytes;
    rows.rows = 1;
    rows.images = 1;
    this.#sheets = 1;
    this.#sheetBytes = 0;
  }

  /** A copy of the box that was set last by `setBox`. */
  get box(): SurfaceBox {
    return { ...this.#box };
  }

  /** Bytes of the transfer. */
  get bytes(): number {
    return rowsBytes(this.#rows) * this.#sheets;
  }

  /** Number of runs. */
  get runs(): number {
    return this.#rows.rows * this.#rows.images * this.#sheets;
  }

  /** @throws SvgaDeviceError EFAULT if the MOB ends before the box does */
  checkFits(mob: GuestBacking): void {
    const end = rowsEnd(this.#rows) + (this.#sheets - 1) * this.#sheetBytes;
    if (end > mob.bytes) {
      throw new SvgaDeviceError('EFAULT', 'MOB is too small for this part of the surface', {
        end,
        bytes: mob.bytes,
      });
    }
  }

  /**
   * Moves the bytes between an image and the cursor's MOB.
   * @throws SvgaDeviceError EFAULT if the page list leads outside guest memory
   */
  move(cursor: BackingCursor, image: Uint8Array, toGuest: boolean): void {
    const { offset: first, rows, rowBytes, rowStride, images, imageStride } = this.#rows;
    for (let sheet = 0; sheet < this.#sheets; sheet++) {
      for (let z = 0; z < images; z++) {
        let offset = sheet * this.#sheetBytes + first + z * imageStride;
        for (let y = 0; y < rows; y++, offset += rowStride) {
          if (toGuest) {
            cursor.writeTo(offset, image, offset, rowBytes);
          } else {
            cursor.readFrom(offset, image, offset, rowBytes);
          }
        }
      }
    }
  }

  /** Fills the box with zeros in an image. */
  clear(image: Uint8Array): void {
    const { offset: first, rows, rowBytes, rowStride, images, imageStride } = this.#rows;
    for (let sheet = 0; sheet < this.#sheets; sheet++) {
      for (let z = 0; z < images; z++) {
        let offset = sheet * this.#sheetBytes + first + z * imageStride;
        for (let y = 0; y < rows; y++, offset += rowStride) {
          image.fill(0, offset, offset + rowBytes);
        }
      }
    }
  }
}
