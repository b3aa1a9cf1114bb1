import { SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import { shaderResourceViewEntry, SVGA_COTABLE } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';
import { ImageRegion } from '../texels/image-region.js';
import { halve } from '../texels/resample.js';
import type { CommandFamily } from './command-family.js';
import { wholeMip } from './subresources.js';
import { viewFormat } from './views.js';

/** Levels of mips below the first, in a range of layers. */
interface MipRange {
  readonly firstMip: number;
  readonly mips: number;
  readonly firstLayer: number;
  readonly layers: number;
}

/** Computes each level as the mean of the one above it, layer by layer, with texels of a format. */
function generate(objects: DeviceObjects, surface: Surface, format: number, range: MipRange): void {
  const { firstMip, mips, firstLayer, layers } = range;
  const own = surface.layout;
  if (own.samples > 1 || firstMip + mips > own.mips.length || firstLayer + layers > own.layers) {
    throw new SvgaDeviceError('EINVAL', 'surface has no such mips', { ...range });
  }
  const isOwn = format === own.format.id;
  objects.budget.chargeEach(isOwn ? 0 : 1 + own.mips.length, COST.OBJECT);
  const layout = isOwn ? own : new SurfaceLayout({ ...own.description, format });
  const image = objects.store.image(surface);
  objects.store.awaitRendered(surface);
  for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
    for (let mip = firstMip + 1; mip < firstMip + mips; mip++) {
      const subresource = layer * own.mips.length + mip;
      const above = region(layout, subresource - 1, image);
      const below = region(layout, subresource, image);
      objects.budget.charge(0, 1);
      objects.budget.chargeEach(above.texels + below.texels, above.codec.cost);
      objects.store.forReading(surface, subresource - 1);
      objects.store.forWriting(surface, subresource, true);
      halve(above, below);
      objects.counters.bytesCopied += below.texels * below.codec.bytes;
    }
  }
}

function region(layout: SurfaceLayout, subresource: number, image: Uint8Array): ImageRegion {
  return new ImageRegion(layout, subresource, image, wholeMip(layout, subresource), true);
}

/** Resolves a view's count: -1 is everything from the first on. */
function rest(count: number, first: number, all: number): number {
  return count === 0xffff_ffff ? Math.max(all - first, 0) : count;
}

/** DX_GENMIPS: the mips and layers of a shader resource view, below its first mip. */
function dxGenerateMips(
  objects: DeviceObjects,
  { shaderResourceViewId }: { shaderResourceViewId: number },
): void {
  const entry = objects.coTable(SVGA_COTABLE.SRVIEW).read(shaderResourceViewId, shaderResourceViewEntry);
  const surface = objects.surface(entry.sid);
  const { layout } = surface;
  const format = viewFormat(layout, entry.format);
  if (layout.format.buffer) {
    throw new SvgaDeviceError('EINVAL', 'a buffer has no mips', { sid: entry.sid });
  }
  generate(objects, surface, format.id, {
    firstMip: entry.mostDetailedMip,
    mips: rest(entry.mipLevels, entry.mostDetailedMip, layout.mips.length),
    firstLayer: entry.firstArraySlice,
    layers: rest(entry.arraySize, entry.firstArraySlice, layout.layers),
  });
}

/** Mip generation, with a box filter whatever filter is requested. */
export const mipCommands: CommandFamily = {
  GENERATE_MIPMAPS: (objects, { sid }) => {
    const surface = objects.surface(sid);
    const { format, mips, layers } = surface.layout;
    generate(objects, surface, format.id, { firstMip: 0, mips: mips.length, firstLayer: 0, layers });
  },
  DX_GENMIPS: dxGenerateMips,
};
