import type { SurfaceFormat, SurfaceLayout } from '@cg/surface-layout';
import type { TargetView } from '@cg/svga-device';
import { SVGA3D_RESOURCE } from '@cg/svga-protocol';

/** The texels of a view that is drawn to. */
export class TargetImage {
  /** Where the layer that is drawn to starts. */
  #start: number;

  private constructor(
    readonly image: Uint8Array,
    private readonly layout: SurfaceLayout,
    private readonly view: TargetView,
    readonly layers: number,
  ) {
    this.#start = this.#startOf(0);
  }

  /** @returns undefined for a view of what the surface does not have, or of other texels */
  static of(view: TargetView): TargetImage | undefined {
    const { surface, format, mip, firstLayer } = view;
    const { layout, ownImage } = surface;
    if (ownImage === undefined || mip >= layout.mips.length || !hasSameTexels(layout.format, format)) {
      return undefined;
    }
    const all = isVolume(view) ? layout.mips[mip].depth : layout.layers;
    const layers = Math.min(view.layers, all - firstLayer);
    return layers < 1 ? undefined : new TargetImage(ownImage, layout, view, layers);
  }

  get width(): number {
    return this.layout.mips[this.view.mip].width;
  }

  get height(): number {
    return this.layout.mips[this.view.mip].height;
  }

  get samples(): number {
    return this.layout.samples;
  }

  /** Later texels are those of this layer; one that is not there means the first. */
  select(layer: number): void {
    this.#start = this.#startOf(layer < this.layers ? layer : 0);
  }

  /** The first byte of a texel. */
  at(x: number, y: number, sample: number): number {
    const { layout, view } = this;
    const mip = layout.mips[view.mip];
    return this.#start + sample * layout.sheetBytes + y * mip.rowStride + x * layout.format.bytesPerBlock;
  }

  #startOf(layer: number): number {
    const { layout, view } = this;
    const mip = layout.mips[view.mip];
    const index = view.firstLayer + layer;
    return mip.offset + index * (isVolume(view) ? mip.imageStride : layout.mipChainBytes);
  }
}

function isVolume({ dimension }: TargetView): boolean {
  return dimension === SVGA3D_RESOURCE.TEXTURE3D;
}

function hasSameTexels(own: SurfaceFormat, format: SurfaceFormat): boolean {
  return own.bytesPerBlock === format.bytesPerBlock && own.blockWidth === 1 && !own.planar && !own.buffer;
}
