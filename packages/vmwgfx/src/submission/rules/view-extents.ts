import { formatById } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID, SVGA3D_RESOURCE } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { Surface } from '../../resource/surface.js';

/**
 * The part of its surface that a view shows; of a buffer `mip` is the first element, `first` the number of elements.
 */
export interface ViewExtent {
  readonly format: number;
  readonly resourceDimension: number;
  readonly mip: number;
  readonly first: number;
  readonly count: number;
}

/**
 * Refuses a view of parts that its surface lacks.
 * @throws VmwgfxError EINVAL
 */
export function checkView(surface: Surface, extent: ViewExtent): void {
  const { layout } = surface;
  const { format, resourceDimension } = extent;
  const isBuffer =
    resourceDimension === SVGA3D_RESOURCE.BUFFER || resourceDimension === SVGA3D_RESOURCE.BUFFEREX;
  if (isBuffer !== layout.format.buffer || layout.format.planar) {
    throw new VmwgfxError('EINVAL', 'the view is of another kind than its surface');
  }
  const texel = formatById(format);
  if (texel === undefined || (!isBuffer && texel.bytesPerBlock !== layout.format.bytesPerBlock)) {
    throw new VmwgfxError('EINVAL', `a view of the surface cannot have format ${format}`);
  }
  if (isBuffer) {
    checkElements(surface, extent, texel.bytesPerBlock);
  } else {
    checkSlices(surface, extent);
  }
}

function checkElements({ layout }: Surface, { mip: first, first: count }: ViewExtent, bytes: number): void {
  if ((first + count) * bytes > layout.bytes) {
    throw new VmwgfxError('EINVAL', `the buffer has no ${count} elements from ${first} on`, { bytes });
  }
}

function checkSlices({ layout }: Surface, { resourceDimension, mip: level, first, count }: ViewExtent): void {
  const mip = layout.mips[level];
  if (mip === undefined) {
    throw new VmwgfxError('EINVAL', `the surface has no mip ${level}`);
  }
  const all = resourceDimension === SVGA3D_RESOURCE.TEXTURE3D ? mip.depth : layout.layers;
  const shown = count === SVGA3D_INVALID_ID ? all - first : Math.max(count, 1);
  if (first >= all || shown > all - first) {
    throw new VmwgfxError('EINVAL', `the surface has no ${shown} slices from ${first} on`);
  }
}
