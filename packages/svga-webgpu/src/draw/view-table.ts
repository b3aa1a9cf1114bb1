import type { SurfaceFormat } from '@cg/surface-layout';
import type { ResourceDimension, ShaderInterface } from '@cg/vgpu10';
import { texelFormats, type ShaderView, type TexelFormat } from '@cg/vgpu10-wgsl';
import { colorChannels } from '@cg/svga-device';
import type { BufferResourceView, ResourceView, TextureResourceView } from '@cg/svga-device';
import { nameOf, type FormatView } from '../formats/format-table.js';
import type { BufferImage } from '../images/buffer-image.js';
import type { ImageTable } from '../images/image-table.js';
import type { SubresourceRange, TextureImage } from '../images/texture-image.js';
import { isVolumeView } from './target-table.js';

type ResourceUse = ShaderInterface['resources'][number];

/** What a translation knows of a view. Equal kinds are one object; those of one number are equal but for borders. */
export interface ViewKind {
  readonly id: number;
  readonly view: ShaderView;
  /** Of r, g, b and a, which a border has in it. */
  readonly channels: string;
  /** The shader samples it by itself. */
  readonly isEmulated: boolean;
  readonly isDepth: boolean;
}

/** A texture that a shader reads. */
export interface BoundTexture {
  readonly kind: ViewKind;
  readonly image: TextureImage;
  readonly textureId: number;
  readonly range: SubresourceRange;
  readonly descriptor: GPUTextureViewDescriptor;
  readonly view: { readonly id: number; readonly view: GPUTextureView };
}

/** A texture buffer that a shader reads. */
export interface BoundBuffer {
  readonly kind: ViewKind;
  readonly buffer: BufferImage;
  /** In bytes. */
  readonly offset: number;
  readonly elements: number;
}

export type BoundView = BoundTexture | BoundBuffer;

const dimensions: Partial<Record<ResourceDimension, '2d' | '2d-array' | 'cube' | 'cube-array' | '3d'>> = {
  TEXTURE1D: '2d',
  TEXTURE2D: '2d',
  TEXTURE2DMS: '2d',
  TEXTURE3D: '3d',
  TEXTURECUBE: 'cube',
  TEXTURE1DARRAY: '2d-array',
  TEXTURE2DARRAY: '2d-array',
  TEXTURECUBEARRAY: 'cube-array',
};

const FACES = 6;
const knownFormats: ReadonlySet<string> = new Set(texelFormats);

/** Views as shaders read them. One that does not fit the shader, or that WebGPU does not have, reads 0. */
export class ViewTable {
  readonly #kinds = new Map<string, ViewKind>();
  readonly #ids = new Map<string, number>();
  readonly #bound = new WeakMap<ResourceView, Map<string, BoundView | undefined>>();

  constructor(readonly images: ImageTable) {}

  /** What a shader's resource reads. */
  bind(view: ResourceView | undefined, use: ResourceUse): BoundView | undefined {
    if (view === undefined) {
      return undefined;
    }
    let byDimension = this.#bound.get(view);
    if (byDimension === undefined) {
      byDimension = new Map();
      this.#bound.set(view, byDimension);
    }
    const key = use.compared ? `compared ${use.dimension}` : use.dimension;
    const known = byDimension.get(key);
    if (known !== undefined) {
      if (!('image' in known)) {
        return known;
      }
      if (known.textureId === known.image.textureId) {
        known.image.pin(this.images.recorder);
        return known;
      }
    }
    const bound = view.kind === 'buffer' ? this.#buffer(view, use) : this.#texture(view, use);
    byDimension.set(key, bound);
    return bound;
  }

  /** Whether a view needs another texture than that whose content only the GPU has. */
  isReady(view: ResourceView | undefined, use: ResourceUse): boolean {
    if (view === undefined || view.kind === 'buffer') {
      return true;
    }
    const { surface, format } = view;
    const image = this.images.texture(surface);
    if (image === undefined || image.newerCount === 0) {
      return true;
    }
    const formatView = this.images.formats.view(surface.layout, format, image.storage);
    return formatView === undefined || image.canBe(formatView.storage, this.#isVolume(view, use));
  }

  #isVolume({ surface }: TextureResourceView, { dimension }: ResourceUse): boolean {
    return isVolumeView(surface.layout.description.depth, 0) || dimension === 'TEXTURE3D';
  }

  #buffer(view: BufferResourceView, { dimension }: ResourceUse): BoundBuffer | undefined {
    const { surface, format, firstElement, elements } = view;
    const name = nameOf(format);
    const buffer = this.images.buffer(surface);
    if (dimension !== 'BUFFER' || buffer === undefined || !knownFormats.has(name)) {
      return undefined;
    }
    const room = Math.floor(buffer.bytes / format.bytesPerBlock) - firstElement;
    return {
      kind: this.#kind({ dimension: 'buffer', format: name as TexelFormat }, ''),
      buffer,
      offset: room > 0 ? firstElement * format.bytesPerBlock : 0,
      elements: Math.max(0, Math.min(elements, room)),
    };
  }

  #texture(view: TextureResourceView, use: ResourceUse): BoundTexture | undefined {
    const { surface, format } = view;
    const { layout } = surface;
    const dimension = dimensions[use.dimension];
    const isVolume = this.#isVolume(view, use);
    const image = this.images.texture(surface);
    const isMultisampled = use.dimension === 'TEXTURE2DMS';
    const range = rangeOf(view, isVolume);
    const formatView = this.images.formats.view(layout, format, image?.storage);
    if (
      image === undefined ||
      formatView === undefined ||
      range === undefined ||
      dimension === undefined ||
      isVolume !== (dimension === '3d') ||
      isMultisampled !== layout.samples > 1
    ) {
      return undefined;
    }
    const layers = layersOf(dimension, range.layers);
    const { width, height } = layout.description;
    const isCube = dimension.startsWith('cube');
    if (layers === 0 || (isCube && width !== height)) {
      return undefined;
    }
    if (!image.prepare(this.images.recorder, formatView.storage, isVolume)) {
      return undefined;
    }
    const descriptor: GPUTextureViewDescriptor = {
      // An aspect has a format of its own.
      ...(formatView.aspect === 'all' ? { format: formatView.format } : { aspect: formatView.aspect }),
      dimension,
      baseMipLevel: range.firstMip,
      mipLevelCount: range.mips,
      baseArrayLayer: isVolume ? 0 : range.firstLayer,
      arrayLayerCount: isVolume ? 1 : layers,
    };
    return {
      kind: this.#kind(
        { dimension, ...kindOf(formatView, format, layout.samples, use.compared) },
        colorChannels(format),
      ),
      image,
      textureId: image.textureId,
      range: { ...range, layers: isVolume ? 1 : layers },
      descriptor,
      view: image.view(descriptor),
    };
  }

  /** Kinds that differ in their channels alone have one number: only borders see them. */
  #idOf(view: ShaderView): number {
    const key = JSON.stringify(view);
    const id = this.#ids.get(key) ?? this.#ids.size + 1;
    this.#ids.set(key, id);
    return id;
  }

  #kind(view: ShaderView, channels: string): ViewKind {
    const key = `${channels} ${JSON.stringify(view)}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      const isEmulated =
        view.dimension !== 'buffer' && (view.sampleType === 'sint' || view.sampleType === 'uint');
      const isDepth = view.dimension !== 'buffer' && view.sampleType === 'depth';
      kind = { id: this.#idOf(view), view, channels, isEmulated, isDepth };
      this.#kinds.set(key, kind);
    }
    return kind;
  }
}

function kindOf(
  { sampleType, components, storage }: FormatView,
  { flags }: SurfaceFormat,
  samples: number,
  compared: boolean,
): { sampleType: FormatView['sampleType']; samples?: number; components?: string; normalized?: boolean } {
  return {
    sampleType,
    ...(samples > 1 && { samples }),
    ...(components !== 'rgba' && { components }),
    ...(sampleType === 'depth' && { normalized: storage.depth!.depthBits < 32 }),
    ...(sampleType !== 'depth' &&
      compared &&
      flags.includes('NORM') &&
      !flags.includes('SINT') && { normalized: true }),
  };
}

/** The mips and layers that a view shows and the surface has. */
function rangeOf(view: TextureResourceView, isVolume: boolean): SubresourceRange | undefined {
  const { layout } = view.surface;
  const mips = Math.min(view.mips, layout.mips.length - view.firstMip);
  const firstLayer = isVolume ? 0 : view.firstLayer;
  const layers = isVolume ? 1 : Math.min(view.layers, layout.layers - firstLayer);
  return mips < 1 || layers < 1 ? undefined : { firstMip: view.firstMip, mips, firstLayer, layers };
}

/** How many of the layers a view of a dimension has. */
function layersOf(dimension: string, layers: number): number {
  switch (dimension) {
    case 'cube':
      return layers < FACES ? 0 : FACES;
    case 'cube-array':
      return Math.floor(layers / FACES) * FACES;
    case '2d-array':
      return layers;
    default:
      return 1;
  }
}
