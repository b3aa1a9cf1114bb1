import type { SurfaceBox } from '../box.js';
import { boxRows } from '../box-rows.js';
import type { BoxRows } from '../box-rows.js';
import { SurfaceLayoutError } from '../errors.js';
import type { SurfaceLayout } from '../layout.js';

/** The rows of a box in one plane, and the same box in samples of that plane. */
export interface PlaneRows {
  readonly rows: BoxRows;
  readonly box: SurfaceBox;
  readonly bytesPerSample: number;
}

/**
 * The rows of a box of a planar subresource, plane by plane. A sample of chroma is in a box of
 * texels if one of its texels is.
 * @throws SurfaceLayoutError EINVAL without `planesOf`, for a format that is not planar, and for a box outside its mip
 * or not starting on a block.
 */
export function planeRows(layout: SurfaceLayout, subresource: number, box: SurfaceBox): PlaneRows[] {
  const mip = layout.mipOf(subresource);
  const { blockWidth, blockHeight } = layout.format;
  const whole = { x: 0, y: 0, z: 0, width: mip.width, height: mip.height, depth: mip.depth };
  const { offset } = boxRows(layout, subresource, whole);
  const ends = [box.x + box.width, box.y + box.height];
  const isInside =
    Object.values(box).every((value: number) => Number.isInteger(value) && value >= 0) &&
    box.x % blockWidth === 0 &&
    box.y % blockHeight === 0 &&
    box.width > 0 &&
    box.height > 0 &&
    ends[0] <= mip.width &&
    ends[1] <= mip.height;
  if (mip.planes.length === 0 || !isInside || box.z !== 0 || box.depth !== 1) {
    const { x, y, z, width, height, depth } = box;
    const values = { subresource, x, y, z, width, height, depth };
    throw new SurfaceLayoutError('EINVAL', 'box has no place in the planes', values);
  }
  return mip.planes.map((plane) => {
    const { texelsPerSample, bytesPerSample } = plane;
    const x = box.x / texelsPerSample;
    const y = box.y / texelsPerSample;
    const width = Math.ceil(ends[0] / texelsPerSample) - x;
    const height = Math.ceil(ends[1] / texelsPerSample) - y;
    const rowStride = plane.width * bytesPerSample;
    const imageStride = rowStride * plane.height;
    return {
      rows: {
        offset: offset + plane.offset + y * rowStride + x * bytesPerSample,
        rowBytes: width * bytesPerSample,
        rows: height,
        rowStride,
        images: 1,
        imageStride,
      },
      box: { x, y, z: 0, width, height, depth: 1 },
      bytesPerSample,
    };
  });
}
