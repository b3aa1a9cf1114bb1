import type { SubresourceBox } from '../box.js';
import { boxRows } from '../box-rows.js';
import type { BoxRows } from '../box-rows.js';
import { SurfaceLayoutError } from '../errors.js';
import type { SurfaceLayout } from '../layout.js';
import { planeRows } from './plane-rows.js';
import type { UploadOptions } from './upload-options.js';
import { webGpuTextures } from './webgpu-textures.js';

const MAX_U32 = 0xffff_ffff;

/** The arguments of one GPUQueue.writeTexture, without the texture and the backing's bytes. */
export interface TextureWrite {
  /** The texture it goes to: 0, or in a planar format the plane's. */
  readonly plane: number;
  /** To be spread into the destination, beside `texture`. */
  readonly destination: {
    readonly mipLevel: number;
    /** z is the array layer, in a 3D texture the slice. */
    readonly origin: { readonly x: number; readonly y: number; readonly z: number };
    readonly aspect: 'all' | 'depth-only';
  };
  /** The location of the bytes in the backing. The offset counts from its start. */
  readonly dataLayout: {
    readonly offset: number;
    readonly bytesPerRow: number;
    /** Rows of blocks. */
    readonly rowsPerImage: number;
  };
  /** In texels; in compressed formats a multiple of the block, which may exceed the mip. */
  readonly size: {
    readonly width: number;
    readonly height: number;
    readonly depthOrArrayLayers: number;
  };
}

/** The uploads through WebGPU, and their textures. */
export interface TextureWrites {
  /** The texture; for a planar surface one for each plane. */
  readonly textures: ReturnType<typeof webGpuTextures>;
  /** Empty without a texture. */
  readonly writes: readonly TextureWrite[];
}

/**
 * The arguments of GPUQueue.writeTexture for each box of `DirtyBoxes` or `DirtyRegion`. The bytes are read in place
 * from the backing, `device.queue.writeTexture({ texture, ...write.destination }, backing, write.dataLayout,
 * write.size)`; unlike a copy from a buffer, it needs no alignment of 256 bytes. A depth texture is written a whole mip
 * at a time, as WebGPU requires: its boxes grow to that, once each. Multisampled textures, arrays of volumes and
 * formats without an equivalent have no writes, but a reason.
 * @throws SurfaceLayoutError EINVAL for a box that leaves its mip or does not start on a block, and a view
 * format with other blocks; EOVERFLOW for rows of 2^32 bytes or more.
 */
export function toTextureWrites(
  layout: SurfaceLayout,
  boxes: Iterable<SubresourceBox>,
  options: UploadOptions = {},
): TextureWrites {
  const textures = webGpuTextures(layout, options);
  const [{ format }] = textures;
  if (format === undefined) {
    return { textures, writes: [] };
  }
  const isDepth = format.startsWith('depth');
  const placed = isDepth ? wholeMips(layout, boxes) : boxes;
  const writes: TextureWrite[] = [];
  for (const box of placed) {
    if (layout.format.planar) {
      writes.push(...planeWrites(layout, box));
    } else {
      const rows = boxRows(layout, box.subresource, box);
      writes.push(toWrite(layout, box, rows, { plane: 0, aspect: isDepth ? 'depth-only' : 'all' }));
    }
  }
  return { textures, writes };
}

/** Each mip that has a box, whole, once. */
function wholeMips(layout: SurfaceLayout, boxes: Iterable<SubresourceBox>): SubresourceBox[] {
  const found = new Set<number>();
  for (const box of boxes) {
    boxRows(layout, box.subresource, box);
    found.add(box.subresource);
  }
  return [...found].map((subresource) => {
    const { width, height, depth } = layout.mipOf(subresource);
    return { subresource, x: 0, y: 0, z: 0, width, height, depth };
  });
}

function planeWrites(layout: SurfaceLayout, box: SubresourceBox): TextureWrite[] {
  return planeRows(layout, box.subresource, box).map(({ rows, box: samples }, plane) =>
    toWrite(layout, { ...samples, subresource: box.subresource }, rows, { plane, aspect: 'all' }),
  );
}

function toWrite(
  layout: SurfaceLayout,
  box: SubresourceBox,
  rows: BoxRows,
  { plane, aspect }: { plane: number; aspect: 'all' | 'depth-only' },
): TextureWrite {
  const { mips, format, description } = layout;
  const mipLevel = box.subresource % mips.length;
  const layer = (box.subresource - mipLevel) / mips.length;
  const rowsPerImage = rows.imageStride / rows.rowStride;
  if (rows.rowStride > MAX_U32 || rowsPerImage > MAX_U32) {
    throw new SurfaceLayoutError('EOVERFLOW', 'rows too long for a u32', { bytesPerRow: rows.rowStride });
  }
  const blockWidth = format.planar ? 1 : format.blockWidth;
  const blockHeight = format.planar ? 1 : format.blockHeight;
  return {
    plane,
    destination: {
      mipLevel,
      origin: { x: box.x, y: box.y, z: description.depth > 1 ? box.z : layer },
      aspect,
    },
    dataLayout: { offset: rows.offset, bytesPerRow: rows.rowStride, rowsPerImage },
    size: {
      width: Math.ceil(box.width / blockWidth) * blockWidth,
      height: Math.ceil(box.height / blockHeight) * blockHeight,
      depthOrArrayLayers: box.depth,
    },
  };
}
