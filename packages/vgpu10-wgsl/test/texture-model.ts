import type { ResourceSize, ShaderResources } from '@cg/vgpu10';
import type { Comparison, SamplerState } from '../src/index.js';

type Sample = Parameters<ShaderResources['sample']>[0];
type Load = Parameters<ShaderResources['load']>[0];
type Words = readonly [number, number, number, number];

/** A texture of the model: its levels hold words, four for each texel, layers one behind another. */
export interface ModelTexture {
  readonly dimension: '2d' | '2d-array' | 'cube' | 'cube-array' | '3d';
  readonly kind: 'float' | 'depth' | 'sint' | 'uint';
  readonly width: number;
  readonly height: number;
  /** Slices of a volume, layers, or six faces for each cube. */
  readonly layers: number;
  readonly samples?: number;
  readonly levels: readonly Uint32Array[];
  /** As in a view of the key. */
  readonly components?: string;
  /** Whether references are clamped to 0…1. */
  readonly normalized?: boolean;
}

const ONE = 0x3f800000;
const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);
const toFloat = (word: number): number => {
  words[0] = word;
  return floats[0];
};
const toWord = (value: number): number => {
  floats[0] = value;
  return words[0];
};

const COMPARE: Record<Comparison, (reference: number, depth: number) => boolean> = {
  never: () => false,
  less: (a, b) => a < b,
  equal: (a, b) => a === b,
  'less-equal': (a, b) => a <= b,
  greater: (a, b) => a > b,
  'not-equal': (a, b) => a !== b,
  'greater-equal': (a, b) => a >= b,
  always: () => true,
};

/** Textures and samplers as Direct3D 10 has them, exactly: for comparisons with what an adapter samples. */
export class TextureModel implements ShaderResources {
  constructor(
    readonly textures: Readonly<Record<number, ModelTexture>>,
    readonly samplers: Readonly<Record<number, SamplerState>>,
    readonly targetSamples = 1,
  ) {}

  load({ resource, coordinates, level, sample, dimension }: Load): Words | undefined {
    const texture = this.textures[resource];
    const axes = dimension.startsWith('TEXTURE1D') ? 1 : dimension === 'TEXTURE3D' ? 3 : 2;
    const [x, y, z] = axes === 1 ? [coordinates[0], 0, coordinates[1]] : coordinates;
    const { width, height, layers } = sizeOf(texture, level);
    const isThere =
      level < texture.levels.length &&
      inside(x, width) &&
      inside(y, height) &&
      inside(z, layers) &&
      sample < (texture.samples ?? 1);
    return isThere ? view(texture, texelAt(texture, level, x, y, z, sample)) : undefined;
  }

  size(resource: number, level: number): ResourceSize | undefined {
    const texture = this.textures[resource];
    if (level >= texture.levels.length) {
      return undefined;
    }
    const { width, height, layers } = sizeOf(texture, level);
    const cubes = texture.dimension.startsWith('cube') ? layers / 6 : layers;
    return { width, height, depth: layers, layers: cubes, levels: texture.levels.length };
  }

  sampleCount(resource: number | 'rasterizer'): number {
    return resource === 'rasterizer' ? this.targetSamples : (this.textures[resource].samples ?? 1);
  }

  samplePosition(resource: number | 'rasterizer', sample: number): readonly [number, number] | undefined {
    const positions: Record<number, (readonly [number, number])[]> = {
      1: [[0, 0]],
      4: [
        [-0.125, -0.375],
        [0.375, -0.125],
        [-0.375, 0.125],
        [0.125, 0.375],
      ],
    };
    return positions[this.sampleCount(resource)]?.[sample];
  }

  sample(request: Sample): Words {
    const texture = this.textures[request.resource];
    const state = this.samplers[request.sampler] ?? {};
    const reference =
      texture.normalized === true ? Math.max(0, Math.min(1, request.reference)) : request.reference;
    const { operation, component } = request;
    const place = locate(texture, request);
    if (operation === 'gather') {
      const taps = this.taps(texture, state, place, 0, true);
      return [2, 3, 1, 0].map((tap) => taps[tap].texel[component]) as unknown as Words;
    }
    const lod = this.lod(texture, state, request, place);
    const levels = state.mipLinear ? [Math.floor(lod), Math.ceil(lod)] : [Math.floor(lod + 0.5)];
    const weights = levels.length === 2 ? [1 - (lod - levels[0]), lod - levels[0]] : [1];
    const linear = lod > 0 ? state.minLinear : state.magLinear;
    if (texture.kind === 'sint' || texture.kind === 'uint') {
      return this.taps(texture, state, place, levels[0], false)[0].texel;
    }
    const sum = [0, 0, 0, 0];
    levels.forEach((level, i) => {
      for (const { texel, weight } of this.taps(texture, state, place, level, linear ?? false)) {
        const values = texel.map(toFloat);
        const compared = COMPARE[state.compare ?? 'never'](reference, values[0]) ? 1 : 0;
        for (let c = 0; c < 4; c++) {
          sum[c] += weights[i] * weight * (operation === 'compare' ? compared : values[c]);
        }
      }
    });
    return sum.map(toWord) as unknown as Words;
  }

  private lod(
    texture: ModelTexture,
    state: SamplerState,
    { lod, ddx, ddy, bias }: Sample,
    place: Place,
  ): number {
    let detail = lod ?? 0;
    if (lod === undefined && ddx !== undefined && ddy !== undefined) {
      const sizes = [texture.width, texture.height, texture.layers].slice(0, place.axes);
      const length = (d: readonly number[]): number => Math.hypot(...sizes.map((size, i) => d[i] * size));
      detail = Math.log2(Math.max(length(ddx), length(ddy), 1e-30));
    }
    const { lodBias = 0, minLod = 0, maxLod = 32 } = state;
    return Math.max(minLod, Math.min(maxLod, texture.levels.length - 1, detail + lodBias + bias));
  }

  /** The texels that a lookup reads, as the view shows them, with their weights: one, or two for each axis. */
  private taps(
    texture: ModelTexture,
    {
      address = ['clamp-to-edge', 'clamp-to-edge', 'clamp-to-edge'],
      borderColor = [0, 0, 0, 0],
    }: SamplerState,
    { point, layer, axes, offsets, face }: Place,
    level: number,
    linear: boolean,
  ): { texel: Words; weight: number }[] {
    const { width, height, layers } = sizeOf(texture, level);
    const sizes = texture.dimension === '3d' ? [width, height, layers] : [width, height];
    const isInteger = texture.kind === 'sint' || texture.kind === 'uint';
    // The view has no part in it, but that depth is one number.
    const color = borderColor.map((value) => (isInteger ? value >>> 0 : toWord(value)));
    const border = (texture.kind === 'depth' ? [color[0], 0, 0, ONE] : color) as unknown as Words;
    let all: { at: number[]; weight: number }[] = [{ at: [], weight: 1 }];
    sizes.forEach((size, axis) => {
      const coordinate = (axis < axes ? point[axis] : 0.5) * size + (offsets[axis] ?? 0);
      const low = Math.floor(linear ? coordinate - 0.5 : coordinate);
      const part = linear ? coordinate - 0.5 - low : 0;
      const choices = linear
        ? [
            [low, 1 - part],
            [low + 1, part],
          ]
        : [[low, 1]];
      all = choices.flatMap(([texel, weight]) =>
        all.map((tap) => ({ at: [...tap.at, texel], weight: tap.weight * weight })),
      );
    });
    return all.map(({ at, weight }) => {
      const wrapped = at.map((texel, axis) =>
        wrap(face === undefined ? address[axis] : 'clamp-to-edge', texel, sizes[axis]),
      );
      const texel = wrapped.includes(undefined)
        ? border
        : view(texture, texelAt(texture, level, wrapped[0]!, wrapped[1]!, face ?? wrapped[2] ?? layer, 0));
      return { texel, weight };
    });
  }
}

interface Place {
  readonly point: readonly number[];
  readonly axes: number;
  readonly layer: number;
  readonly face: number | undefined;
  readonly offsets: readonly number[];
}

function locate(texture: ModelTexture, { dimension, coordinates, offsets }: Sample): Place {
  const axes = dimension.startsWith('TEXTURE1D') ? 1 : dimension.startsWith('TEXTURE2D') ? 2 : 3;
  const isArray = dimension.endsWith('ARRAY');
  const asked = isArray ? roundToEven(coordinates[axes]) : 0;
  if (!dimension.startsWith('TEXTURECUBE')) {
    const layer = Math.max(0, Math.min(texture.layers - 1, asked));
    const used = axes === 1 ? [offsets[0], 0, 0] : offsets;
    return {
      point: coordinates,
      axes,
      layer: texture.dimension === '3d' ? 0 : layer,
      face: undefined,
      offsets: used,
    };
  }
  const cube = Math.max(0, Math.min(texture.layers / 6 - 1, asked));
  const [x, y, z] = coordinates;
  const [ax, ay, az] = [Math.abs(x), Math.abs(y), Math.abs(z)];
  const [face, s, t, major] =
    ax >= ay && ax >= az
      ? x > 0
        ? [0, -z, -y, ax]
        : [1, z, -y, ax]
      : ay >= az
        ? y > 0
          ? [2, x, z, ay]
          : [3, x, -z, ay]
        : z > 0
          ? [4, x, -y, az]
          : [5, -x, -y, az];
  const point = [0.5 * (s / major + 1), 0.5 * (t / major + 1)];
  return { point, axes: 2, layer: 0, face: 6 * cube + face, offsets: [0, 0, 0] };
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  return value - low > 0.5 || (value - low === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

function wrap(mode: string, texel: number, size: number): number | undefined {
  switch (mode) {
    case 'repeat':
      return ((texel % size) + size) % size;
    case 'mirror-repeat': {
      const turn = ((texel % (2 * size)) + 2 * size) % (2 * size);
      return turn < size ? turn : 2 * size - 1 - turn;
    }
    case 'border':
      return inside(texel, size) ? texel : undefined;
    case 'mirror-once':
      return Math.min(texel < 0 ? -1 - texel : texel, size - 1);
    default:
      return Math.max(0, Math.min(size - 1, texel));
  }
}

const inside = (value: number, size: number): boolean => value >= 0 && value < size;

function sizeOf(texture: ModelTexture, level: number): { width: number; height: number; layers: number } {
  const at = (size: number): number => Math.max(1, size >> level);
  const layers = texture.dimension === '3d' ? at(texture.layers) : texture.layers;
  return { width: at(texture.width), height: at(texture.height), layers };
}

function texelAt(
  texture: ModelTexture,
  level: number,
  x: number,
  y: number,
  z: number,
  sample: number,
): number[] {
  const { width, height } = sizeOf(texture, level);
  const at = 4 * (((z * height + y) * width + x) * (texture.samples ?? 1) + sample);
  return [...texture.levels[level].subarray(at, at + 4)];
}

/** A texel as the view's components show it. */
function view(texture: ModelTexture, texel: readonly number[]): Words {
  const one = texture.kind === 'sint' || texture.kind === 'uint' ? 1 : ONE;
  const all: readonly number[] = texture.kind === 'depth' ? [texel[0], 0, 0, ONE] : texel;
  return Array.from(texture.components ?? 'rgba', (component) =>
    component === '0' ? 0 : component === '1' ? one : all['rgba'.indexOf(component)],
  ) as unknown as Words;
}
