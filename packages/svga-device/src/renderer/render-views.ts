import { SVGA3D_RESOURCE } from '@cg/svga-protocol';
import type {
  depthStencilViewEntry,
  renderTargetViewEntry,
  shaderResourceViewEntry,
} from '@cg/svga-protocol';
import type { SurfaceLayout } from '@cg/surface-layout';
import { viewFormatOf } from '../commands/views.js';
import type { Surface } from '../objects/surface.js';
import type { SurfacePart } from '../objects/surface-part.js';
import type { DepthTargetView, ResourceView, TargetView } from './pipeline-state.js';

/** A view as the renderer sees it, and the part of its surface. */
export interface PartView<V> {
  readonly view: V;
  readonly part: SurfacePart;
}

type ResourceEntry = ReturnType<typeof shaderResourceViewEntry.read>;
type TargetEntry = ReturnType<typeof renderTargetViewEntry.read>;
type DepthEntry = ReturnType<typeof depthStencilViewEntry.read>;

/** SVGA3D_DXDSVIEW_CREATE_* of svga3d_dx.h. */
const READ_ONLY = { DEPTH: 1, STENCIL: 2 } as const;

const EVERYTHING = 0xffff_ffff;

/** All of a buffer. */
export function wholeBuffer(surface: Surface): SurfacePart {
  return { surface, firstMip: 0, mips: 1, firstLayer: 0, layers: 1 };
}

/** A count from `first` on, of `all`; -1 is everything. 0 if there are not so many. */
function countOf(count: number, first: number, all: number): number {
  const left = all - first;
  const wanted = count === EVERYTHING ? left : Math.max(count, 1);
  return wanted <= left ? Math.max(wanted, 0) : 0;
}

/** Whether a texture can be viewed in a dimension. */
function isDimension(layout: SurfaceLayout, dimension: number): boolean {
  if (layout.format.buffer || layout.format.planar) {
    return false;
  }
  switch (dimension) {
    case SVGA3D_RESOURCE.TEXTURE3D:
      return layout.layers === 1;
    case SVGA3D_RESOURCE.TEXTURECUBE:
      return layout.layers % 6 === 0 && layout.mips[0].depth === 1;
    case SVGA3D_RESOURCE.TEXTURE1D:
    case SVGA3D_RESOURCE.TEXTURE2D:
      return layout.mips[0].depth === 1;
  }
  return false;
}

function bufferView(surface: Surface, entry: ResourceEntry): PartView<ResourceView> | undefined {
  const { layout } = surface;
  const format = viewFormatOf(layout, entry.format);
  const { mostDetailedMip: firstElement, firstArraySlice: elements } = entry;
  if (
    format === undefined ||
    !layout.format.buffer ||
    (firstElement + elements) * format.bytesPerBlock > layout.bytes
  ) {
    return undefined;
  }
  const view = { kind: 'buffer', surface, format, firstElement, elements } as const;
  return { view, part: wholeBuffer(surface) };
}

/** A shader resource view; undefined if the surface has no such view. */
export function resourceView(surface: Surface, entry: ResourceEntry): PartView<ResourceView> | undefined {
  const { layout } = surface;
  const { resourceDimension: dimension, mostDetailedMip: firstMip, firstArraySlice } = entry;
  if (dimension === SVGA3D_RESOURCE.BUFFER || dimension === SVGA3D_RESOURCE.BUFFEREX) {
    return bufferView(surface, entry);
  }
  const isVolume = dimension === SVGA3D_RESOURCE.TEXTURE3D;
  const format = viewFormatOf(layout, entry.format);
  const mips = countOf(entry.mipLevels, firstMip, layout.mips.length);
  const firstLayer = isVolume ? 0 : firstArraySlice;
  const layers = isVolume ? 1 : countOf(entry.arraySize, firstLayer, layout.layers);
  if (format === undefined || !isDimension(layout, dimension) || mips === 0 || layers === 0) {
    return undefined;
  }
  const range = { firstMip, mips, firstLayer, layers };
  const view = { kind: 'texture', surface, format, dimension, ...range } as const;
  return { view, part: { surface, ...range } };
}

/** A view to be drawn to; undefined if the surface has no such view. */
export function targetView(surface: Surface, entry: TargetEntry): PartView<TargetView> | undefined {
  const { layout } = surface;
  const { resourceDimension, mipSlice: mip, firstArraySlice: firstLayer } = entry;
  // A cube is drawn to as an array of its faces.
  const isCube = resourceDimension === SVGA3D_RESOURCE.TEXTURECUBE;
  const dimension = isCube ? SVGA3D_RESOURCE.TEXTURE2D : resourceDimension;
  const isVolume = dimension === SVGA3D_RESOURCE.TEXTURE3D;
  const format = viewFormatOf(layout, entry.format);
  if (format === undefined || !isDimension(layout, dimension) || mip >= layout.mips.length) {
    return undefined;
  }
  const layers = countOf(entry.arraySize, firstLayer, isVolume ? layout.mips[mip].depth : layout.layers);
  if (layers === 0) {
    return undefined;
  }
  const view = { surface, format, dimension: resourceDimension, mip, firstLayer, layers };
  const drawn = isVolume ? { firstLayer: 0, layers: 1 } : { firstLayer, layers };
  return { view, part: { surface, firstMip: mip, mips: 1, ...drawn } };
}

/** A depth-stencil view; undefined if the surface has no such view. */
export function depthTargetView(surface: Surface, entry: DepthEntry): PartView<DepthTargetView> | undefined {
  const target = targetView(surface, entry);
  if (target === undefined || !target.view.format.flags.includes('DEPTH')) {
    return undefined;
  }
  const depthReadOnly = (entry.flags & READ_ONLY.DEPTH) !== 0;
  const stencilReadOnly = (entry.flags & READ_ONLY.STENCIL) !== 0;
  return { view: { ...target.view, depthReadOnly, stencilReadOnly }, part: target.part };
}

/** Whether draws change a depth-stencil view. */
export function isWritten({ depthReadOnly, stencilReadOnly, format }: DepthTargetView): boolean {
  return !depthReadOnly || (!stencilReadOnly && format.flags.includes('STENCIL'));
}
