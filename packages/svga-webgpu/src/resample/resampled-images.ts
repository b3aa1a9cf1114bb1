import type { SurfaceBox, SurfaceFormat } from '@cg/surface-layout';
import type { BlitBoxes, BlitFilter, RenderImage, TextureResourceView } from '@cg/svga-device';
import type { TextureStorage } from '../formats/format-table.js';
import { TEXTURE_USAGE } from '../gpu/flags.js';
import type { ImageTable } from '../images/image-table.js';
import type { TextureImage } from '../images/texture-image.js';
import type { ResampleFilter } from './resample-shader.js';
import { ResamplePasses } from './resample-passes.js';
import { texelForm, type TexelForm } from './texel-form.js';

/** An image with the texels that it is made of, or read as. */
interface Side {
  readonly image: TextureImage;
  readonly subresource: number;
  readonly form: TexelForm;
  readonly storage: TextureStorage;
}

interface Sides {
  readonly from: Side;
  readonly to: Side;
}

/**
 * Blits, resolves and mips of what the GPU has, by passes. Each returns false if the device has to do it: the formats
 * are none that WebGPU reads and draws to, or neither image is newer on the GPU.
 */
export class ResampledImages {
  readonly #passes: ResamplePasses;

  constructor(readonly images: ImageTable) {
    this.#passes = new ResamplePasses(images.recorder);
  }

  blit(
    source: RenderImage,
    target: RenderImage,
    { from, to }: BlitBoxes,
    { linear, linearLight }: BlitFilter,
  ): boolean {
    const sides = this.#sides(
      source,
      source.surface.layout.format,
      target,
      target.surface.layout.format,
      linearLight,
    );
    return isNewer(sides) && this.#resample(linear ? 'linear' : 'nearest', sides, from, to);
  }

  resolve(source: RenderImage, target: RenderImage, format: SurfaceFormat): boolean {
    const sides = this.#sides(source, format, target, format, true);
    const box = wholeOf(source);
    return source.surface.layout.samples > 1 && isNewer(sides) && this.#resample('average', sides, box, box);
  }

  /** Also where the GPU has nothing yet: what it draws next is likely to read them. */
  generateMips({ surface, format, firstMip, mips, firstLayer, layers }: TextureResourceView): boolean {
    const levels = surface.layout.mips.length;
    for (let layer = firstLayer; layer < firstLayer + layers; layer++) {
      for (let mip = firstMip + 1; mip < firstMip + mips; mip++) {
        const subresource = layer * levels + mip;
        const above = { surface, subresource: subresource - 1 };
        const below = { surface, subresource };
        const sides = this.#sides(above, format, below, format, true);
        if (sides === undefined || !this.#resample('halve', sides, wholeOf(above), wholeOf(below))) {
          // All of them have one format: this is the first one, and nothing has changed.
          return false;
        }
      }
    }
    return true;
  }

  #sides(
    source: RenderImage,
    sourceFormat: SurfaceFormat,
    target: RenderImage,
    targetFormat: SurfaceFormat,
    linearLight: boolean,
  ): Sides | undefined {
    const from = this.#side(source, sourceFormat, linearLight);
    const to = this.#side(target, targetFormat, linearLight);
    return from && to && { from, to };
  }

  #side(
    { surface, subresource }: RenderImage,
    format: SurfaceFormat,
    linearLight: boolean,
  ): Side | undefined {
    const { formats } = this.images;
    const image = this.images.texture(surface);
    const view = image && formats.view(surface.layout, format, image.storage);
    const form = view && texelForm(format, view, linearLight);
    return image && view && form && { image, subresource, form, storage: view.storage };
  }

  #resample(filter: ResampleFilter, { from, to }: Sides, read: SurfaceBox, written: SurfaceBox): boolean {
    const { recorder } = this.images;
    if (from.form.kind !== to.form.kind || !to.storage.renders || !this.#prepare(from, to)) {
      return false;
    }
    const isWhole = isSameSize(written, wholeOf(imageOf(to)));
    this.images.useAll([
      { image: from.image, subresource: from.subresource },
      ...(isWhole ? [] : [{ image: to.image, subresource: to.subresource }]),
    ]);
    if (isWhole) {
      to.image.replace(to.subresource);
      to.image.takeClear(to.subresource);
      to.image.use(recorder, this.images.transfer, NOTHING);
    }
    const source = this.#sourceView(from, to);
    const work = {
      filter,
      source: source.kind,
      samples: from.image.surface.layout.samples,
      from: from.form,
      to: to.form,
    };
    const levels = to.image.surface.layout.mips.length;
    for (let slice = 0; slice < written.depth; slice++) {
      const layer = to.image.isVolume ? written.z + slice : Math.floor(to.subresource / levels);
      const { view } = to.image.target(to.storage.format, to.subresource % levels, layer);
      const attachment = { view, ...to.image.slice(layer) };
      this.#passes.run(work, { source: source.view, from: read, attachment, to: written, slice });
    }
    to.image.changed(to.subresource);
    return true;
  }

  /** Makes both textures. */
  #prepare(from: Side, to: Side): boolean {
    const { recorder } = this.images;
    recorder.relieve();
    recorder.drawNumber++;
    return [from, to].every(({ image, storage }) => {
      const { layout } = image.surface;
      const isVolume = image.isVolume || layout.description.depth > 1;
      return image.canBe(storage, isVolume) && image.prepare(recorder, storage, isVolume);
    });
  }

  /** The texels that are read: of a copy where they are those that are written. */
  #sourceView(
    from: Side,
    to: Side,
  ): { readonly kind: '2d' | '3d' | 'multisampled'; readonly view: GPUTextureView } {
    const { image, subresource, storage } = from;
    const { layout } = image.surface;
    const [mip, layer] = [subresource % layout.mips.length, Math.floor(subresource / layout.mips.length)];
    const dimension = image.isVolume ? '3d' : '2d';
    if (image === to.image && subresource === to.subresource) {
      const { recorder } = this.images;
      const { width, height, depth } = layout.mips[mip];
      const size = { width, height, depthOrArrayLayers: image.isVolume ? depth : 1 };
      const usage = TEXTURE_USAGE.COPY_DST | TEXTURE_USAGE.TEXTURE_BINDING;
      const copy = recorder.temporaryTexture({ size, dimension, format: storage.format, usage });
      const origin = { x: 0, y: 0, z: image.isVolume ? 0 : layer };
      recorder
        .encoder()
        .copyTextureToTexture({ texture: image.texture!, mipLevel: mip, origin }, { texture: copy }, size);
      return { kind: dimension, view: copy.createView() };
    }
    const { view } = image.view({
      format: storage.format,
      dimension,
      baseMipLevel: mip,
      mipLevelCount: 1,
      baseArrayLayer: image.isVolume ? 0 : layer,
      arrayLayerCount: 1,
    });
    return { kind: layout.samples > 1 ? 'multisampled' : dimension, view };
  }
}

function imageOf({ image: { surface }, subresource }: Side): RenderImage {
  return { surface, subresource };
}

function wholeOf({ surface, subresource }: RenderImage): SurfaceBox {
  const { width, height, depth } = surface.layout.mipOf(subresource);
  return { x: 0, y: 0, z: 0, width, height, depth };
}

function isSameSize(a: SurfaceBox, b: SurfaceBox): boolean {
  return a.width === b.width && a.height === b.height && a.depth === b.depth;
}

const NOTHING = { firstMip: 0, mips: 0, firstLayer: 0, layers: 0 };

function isNewer(sides: Sides | undefined): sides is Sides {
  return (
    sides !== undefined &&
    (sides.from.image.isNewer(sides.from.subresource) || sides.to.image.isNewer(sides.to.subresource))
  );
}
