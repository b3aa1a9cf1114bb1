import type { ResourceView, SamplerState } from '@cg/svga-device';
import type { LoadRequest, ResourceSize, SampleRequest, ShaderResources, Words } from '@cg/vgpu10';
import { samplePosition } from '../samples.js';
import { wordOf } from '../words.js';
import { bindTexture, type BoundTexture } from './bound-texture.js';
import { TextureSampler } from './sampling.js';

const ZERO: Words = [0, 0, 0, 0];
const SAMPLERS = 16;

/** The views and samplers of a stage, as its shader sees them. Slots without a view read as zeros. */
export class StageResources implements ShaderResources {
  readonly #textures = new Map<number, BoundTexture>();
  readonly #samplers = new Map<number, TextureSampler>();
  readonly #color = new Float64Array(4);

  constructor(
    slots: readonly number[],
    views: readonly (ResourceView | undefined)[],
    private readonly samplerStates: readonly (SamplerState | undefined)[],
    private readonly rasterizerSamples: number,
  ) {
    for (const slot of slots) {
      const view = views[slot];
      const texture = view && bindTexture(view);
      if (texture !== undefined) {
        this.#textures.set(slot, texture);
      }
    }
  }

  sample(request: SampleRequest): Words {
    const { resource, sampler, operation } = request;
    const texture = this.#textures.get(resource);
    if (texture === undefined) {
      return ZERO;
    }
    const key = resource * SAMPLERS + sampler;
    let own = this.#samplers.get(key);
    if (own === undefined) {
      own = new TextureSampler(texture, this.samplerStates[sampler]);
      this.#samplers.set(key, own);
    }
    own.sample(request, this.#color);
    return operation === 'sample' || operation === 'gather' ? this.#words(texture) : this.#floats();
  }

  load({ resource, dimension, coordinates, level, sample }: LoadRequest): Words | undefined {
    const texture = this.#textures.get(resource);
    const size = texture?.size(level);
    if (texture === undefined || size === undefined || sample >= texture.samples) {
      return undefined;
    }
    const [x, second, third] = coordinates;
    const isArray = dimension.endsWith('ARRAY');
    const isLine = dimension.startsWith('TEXTURE1D') || dimension === 'BUFFER';
    const y = isLine ? 0 : second;
    const z = dimension === 'TEXTURE3D' ? third : 0;
    const layer = isArray ? (isLine ? second : third) : 0;
    const isThere =
      isWithin(x, size.width) &&
      isWithin(y, size.height) &&
      isWithin(z, size.depth) &&
      isWithin(layer, texture.layers);
    if (!isThere) {
      return undefined;
    }
    texture.read(level, layer, x, y, z, sample, this.#color);
    return this.#words(texture);
  }

  size(resource: number, level: number): ResourceSize | undefined {
    return this.#textures.get(resource)?.size(level);
  }

  sampleCount(resource: number | 'rasterizer'): number {
    return resource === 'rasterizer' ? this.rasterizerSamples : (this.#textures.get(resource)?.samples ?? 0);
  }

  samplePosition(resource: number | 'rasterizer', sample: number): readonly [number, number] | undefined {
    return samplePosition(this.sampleCount(resource), sample);
  }

  /** The colour as the view's format has it: floats or integers. */
  #words({ kind }: BoundTexture): Words {
    const [r, g, b, a] = this.#color;
    return kind === 'color' || kind === 'depth' ? this.#floats() : [r >>> 0, g >>> 0, b >>> 0, a >>> 0];
  }

  #floats(): Words {
    const [r, g, b, a] = this.#color;
    return [wordOf(r), wordOf(g), wordOf(b), wordOf(a)];
  }
}

function isWithin(value: number, size: number): boolean {
  return value >= 0 && value < size;
}
