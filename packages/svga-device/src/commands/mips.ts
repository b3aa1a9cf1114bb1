import { SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { Surface } from '../objects/surface.js';
import { shaderResourceViewEntry, SVGA3D_RESOURCE, SVGA_COTABLE } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';
import { codecOf, ImageRegion } from '../texels/image-region.js';
import { halve } from '../texels/resample.js';
import { renderMips } from '../renderer/offers.js';
import { resourceView } from '../renderer/render-views.js';
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
  if (mips < 2 || layers === 0) {
    return;
  }
  const isOwn = format === own.format.id;
  objects.budget.chargeEach(isOwn ? 0 : 1 + own.mips.length, COST.OBJECT);
  const layout = isOwn ? own : new SurfaceLayout({ ...own.description, format });
  // Before the offer, which loads pending content.
  codecOf(layout.format, true);
  if (renderedMips(objects, surface, format, range)) {
    return;
  }
  const image = objects.store.image(surface);
  objects.store.awaitRendered(surface);
  for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
    for (let mip = firstMip + 1; mip < firstMip + mips; mip++) {
      const subresource = layer * own.mips.length + mip;
      const above = region(layout, subresource - 1, image);
      const below = region(layout, subresource, image);
      chargeHalving(objects, above, below);
      objects.store.forReading(surface, subresource - 1);
      objects.store.forWriting(surface, subresource, true);
      halve(above, below);
      objects.counters.bytesCopied += below.texels * below.codec.bytes;
    }
  }
}

function chargeHalving({ budget }: DeviceObjects, above: ImageRegion, below: ImageRegion): void {
  const { isBytes, bytes, cost } = above.codec;
  budget.charge(0, below.rows);
  budget.chargeEach(above.texels + below.texels, isBytes ? bytes * COST.CHANNEL_BYTE : cost);
}

/** Offers the mips to the renderer, for as much work as copies of their bytes are, and a draw for each slice. */
function renderedMips(objects: DeviceObjects, surface: Surface, format: number, range: MipRange): boolean {
  const { layout } = surface;
  const entry = {
    sid: surface.definition.sid,
    format,
    resourceDimension: dimensionOf(layout),
    mostDetailedMip: range.firstMip,
    mipLevels: range.mips,
    firstArraySlice: range.firstLayer,
    arraySize: range.layers,
  };
  const resolved = resourceView(surface, entry);
  if (objects.renderer?.generateMips === undefined || resolved?.view.kind !== 'texture') {
    return false;
  }
  const mips = layout.mips.slice(range.firstMip, range.firstMip + range.mips);
  const bytes = mips.reduce((sum, mip) => sum + mip.bytes, 0);
  const slices = mips.reduce((sum, mip) => sum + mip.depth, 0);
  objects.budget.charge(range.layers * bytes, 0);
  objects.budget.chargeEach(range.layers * slices, COST.DRAW);
  if (!renderMips(objects, resolved.view, resolved.part)) {
    return false;
  }
  objects.counters.bytesCopied += range.layers * (bytes - layout.mips[range.firstMip].bytes);
  return true;
}

function dimensionOf(layout: SurfaceLayout): number {
  return layout.mips[0].depth > 1 ? SVGA3D_RESOURCE.TEXTURE3D : SVGA3D_RESOURCE.TEXTURE2D;
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
