import { boxRows, rowsBytes } from '@cg/surface-layout';
import type { BoxRows } from '@cg/surface-layout';
import { copyBytes } from '../byte-copy.js';
import type { DeviceObjects } from '../device-objects.js';
import { SvgaDeviceError } from '../errors.js';
import type { CommandFields } from '../protocol/command-table.js';
import { mergedRows } from '../rows.js';
import type { Surface } from '../surface.js';
import { subresourceOf } from './transfer.js';

/** Where the bytes of one box are, and where they go. */
interface CopyRuns {
  readonly from: BoxRows;
  readonly to: BoxRows;
}

/** Formats may differ where a block of one can stand for a block of the other. */
function checkCompatible(source: Surface, target: Surface): void {
  const from = source.layout;
  const to = target.layout;
  if (
    from.format.blockWidth !== to.format.blockWidth ||
    from.format.blockHeight !== to.format.blockHeight ||
    from.format.blockDepth !== to.format.blockDepth ||
    from.format.bytesPerBlock !== to.format.bytesPerBlock ||
    from.format.planar !== to.format.planar ||
    from.samples !== to.samples
  ) {
    throw new SvgaDeviceError('EINVAL', 'surfaces have different blocks', {
      srcFormat: from.format.id,
      destFormat: to.format.id,
      srcSamples: from.samples,
      destSamples: to.samples,
    });
  }
}

function sameShape(from: BoxRows, to: BoxRows): boolean {
  return from.rowBytes === to.rowBytes && from.rows === to.rows && from.images === to.images;
}

/** Moves a copy to another sample sheet of both surfaces. */
function inSheet({ from, to }: CopyRuns, source: Surface, target: Surface, sheet: number): CopyRuns {
  return {
    from: { ...from, offset: from.offset + sheet * source.layout.sheetBytes },
    to: { ...to, offset: to.offset + sheet * target.layout.sheetBytes },
  };
}

function copyRuns(source: Surface, target: Surface, fields: CommandFields<'SURFACE_COPY'>): CopyRuns[] {
  const fromSubresource = subresourceOf(source.layout, fields.srcFace, fields.srcMipmap);
  const toSubresource = subresourceOf(target.layout, fields.destFace, fields.destMipmap);
  return fields.boxes.map(({ x, y, z, w: width, h: height, d: depth, srcx, srcy, srcz }) => {
    const from = boxRows(source.layout, fromSubresource, { x: srcx, y: srcy, z: srcz, width, height, depth });
    const to = boxRows(target.layout, toSubresource, { x, y, z, width, height, depth });
    if (!sameShape(from, to)) {
      throw new SvgaDeviceError('EINVAL', 'box has another shape where it goes', {
        x,
        y,
        z,
        width,
        height,
        depth,
      });
    }
    const merged = { from: mergedRows(from), to: mergedRows(to) };
    return sameShape(merged.from, merged.to) ? merged : { from, to };
  });
}

/**
 * Within one image the copy begins at the far end when it moves bytes up, so that an overlapped source is
 * read in time.
 */
function copy({ from, to }: CopyRuns, source: Uint8Array, target: Uint8Array): void {
  const backwards = source === target && to.offset > from.offset;
  const { rows, rowBytes } = from;
  const count = rows * from.images;
  for (let i = 0; i < count; i++) {
    const run = backwards ? count - 1 - i : i;
    const y = run % rows;
    const z = (run - y) / rows;
    const start = from.offset + z * from.imageStride + y * from.rowStride;
    copyBytes(source, start, target, to.offset + z * to.imageStride + y * to.rowStride, rowBytes);
  }
}

/**
 * SURFACE_COPY: image to image, box by box in the order given. Every box is checked before the first is
 * copied. Of multisample surfaces a box is that box in every sheet.
 */
export function surfaceCopy(objects: DeviceObjects, fields: CommandFields<'SURFACE_COPY'>): void {
  const source = objects.surface(fields.srcSid);
  const target = objects.surface(fields.destSid);
  checkCompatible(source, target);
  const copies = copyRuns(source, target, fields);
  const { samples } = source.layout;
  let bytes = 0;
  let rows = 0;
  for (const { from } of copies) {
    bytes += rowsBytes(from) * samples;
    rows += from.rows * from.images * samples;
  }
  objects.budget.charge(bytes, rows);
  const sourceImage = objects.imageOf(source);
  const targetImage = objects.imageOf(target);
  for (const runs of copies) {
    for (let sheet = 0; sheet < samples; sheet++) {
      copy(inSheet(runs, source, target, sheet), sourceImage, targetImage);
    }
  }
  objects.counters.bytesCopied += bytes;
}
