import { colorChannels, type SamplerState } from '@cg/svga-device';
import { SVGA3D_COMPARISON, SVGA3D_FILTER, SVGA3D_TEX_ADDRESS } from '@cg/svga-protocol';
import type { ResourceDimension, ResourceSize, SampleRequest } from '@cg/vgpu10';
import { compares } from '../comparison.js';
import { addressed } from './address.js';
import type { BoundTexture } from './bound-texture.js';
import { acrossEdge, faceDerivative, faceOf, onFace } from './cube.js';
import { clamp, finite, lodOf, type Axes } from './level-of-detail.js';

const FACES = 6;

/** How a dimension is addressed: axes of texels; the coordinate that is the layer; whether layers are faces. */
interface Shape {
  readonly axes: Axes;
  readonly layer: number;
  readonly isCube: boolean;
}

const shapes: Partial<Record<ResourceDimension, Shape>> = {
  TEXTURE1D: { axes: 1, layer: -1, isCube: false },
  TEXTURE1DARRAY: { axes: 1, layer: 1, isCube: false },
  TEXTURE2D: { axes: 2, layer: -1, isCube: false },
  TEXTURE2DARRAY: { axes: 2, layer: 2, isCube: false },
  TEXTURE3D: { axes: 3, layer: -1, isCube: false },
  TEXTURECUBE: { axes: 2, layer: -1, isCube: true },
  TEXTURECUBEARRAY: { axes: 2, layer: 3, isCube: true },
};

/** Direct3D's default sampler. */
const DEFAULT: Omit<SamplerState, 'samplerId'> = {
  filter: SVGA3D_FILTER.MIP_LINEAR | SVGA3D_FILTER.MAG_LINEAR | SVGA3D_FILTER.MIN_LINEAR,
  addressU: SVGA3D_TEX_ADDRESS.CLAMP,
  addressV: SVGA3D_TEX_ADDRESS.CLAMP,
  addressW: SVGA3D_TEX_ADDRESS.CLAMP,
  mipLODBias: 0,
  maxAnisotropy: 1,
  comparisonFunc: SVGA3D_COMPARISON.NEVER,
  borderColorR: 1,
  borderColorG: 1,
  borderColorB: 1,
  borderColorA: 1,
  minLOD: -Infinity,
  maxLOD: Infinity,
};

/** Samples a texture with a sampler. */
export class TextureSampler {
  readonly #state: Omit<SamplerState, 'samplerId'>;
  readonly #texel = new Float64Array(4);
  readonly #level = new Float64Array(4);
  readonly #modes: readonly number[];
  readonly #isFiltered: boolean;
  readonly #isNormalized: boolean;
  /** Of red, green, blue and alpha, those that the border has: for the others it has what texels have. */
  readonly #hasChannel: readonly boolean[];
  #shape: Shape = shapes.TEXTURE2D!;
  #request: SampleRequest | undefined;
  #layer = 0;
  readonly #place = [0, 0, 0];

  constructor(
    private readonly texture: BoundTexture,
    state: SamplerState | undefined,
  ) {
    this.#state = state ?? DEFAULT;
    const { addressU, addressV, addressW } = this.#state;
    this.#modes = [addressU, addressV, addressW];
    this.#isFiltered = texture.kind === 'color' || texture.kind === 'depth';
    this.#isNormalized = texture.format.flags.includes('NORM');
    this.#hasChannel = channelsOf(texture);
  }

  /** Writes the result to `into`: red, green, blue, alpha; of a comparison the same number four times. */
  sample(request: SampleRequest, into: Float64Array): void {
    into.fill(0);
    const shape = shapes[request.dimension];
    const size = this.texture.size(0);
    if (shape === undefined || size === undefined) {
      return;
    }
    this.#shape = shape;
    this.#request = request;
    const lod = this.#aim(request, shape, size);
    const bias = request.bias + this.#state.mipLODBias;
    const { minLOD, maxLOD } = this.#state;
    const isGather = request.operation === 'gather' || request.operation === 'gatherCompare';
    if (request.operation === 'lod') {
      const most = this.texture.levels - 1;
      into[0] = clamp(clamp(lod + bias, minLOD, Math.max(minLOD, maxLOD)), 0, most);
      into[1] = lod + bias;
    } else if (isGather) {
      this.#gather(into);
    } else {
      this.#filterLevels(clamp(lod + bias, minLOD, Math.max(minLOD, maxLOD)), into);
    }
  }

  /** Finds the place that is sampled, and its layer. @returns the level of detail, without any bias */
  #aim({ coordinates, ddx, ddy, lod }: SampleRequest, shape: Shape, size: ResourceSize): number {
    const at = finite(coordinates);
    const place = this.#place;
    const layer = shape.layer < 0 ? 0 : nearestEven(at[shape.layer]);
    let derived = lod;
    if (shape.isCube) {
      const direction = [at[0], at[1], at[2]] as const;
      const face = faceOf(direction);
      const { u, v } = onFace(face, direction);
      place[0] = Number.isFinite(u) ? u : 0.5;
      place[1] = Number.isFinite(v) ? v : 0.5;
      const cubes = Math.max(Math.floor(this.texture.layers / FACES), 1);
      this.#layer = FACES * clamp(layer, 0, cubes - 1) + face;
      if (derived === undefined) {
        const change = ([x, y, z]: readonly number[]) => faceDerivative(face, direction, [x, y, z]);
        derived = lodOf(change(ddx!), change(ddy!), size, 2);
      }
    } else {
      [place[0], place[1], place[2]] = at;
      this.#layer = clamp(layer, 0, this.texture.layers - 1);
      derived ??= lodOf(ddx!, ddy!, size, shape.axes);
    }
    return derived;
  }

  #filterLevels(lod: number, into: Float64Array): void {
    const { filter } = this.#state;
    const most = this.texture.levels - 1;
    const bit = lod > 0 ? SVGA3D_FILTER.MIN_LINEAR : SVGA3D_FILTER.MAG_LINEAR;
    const isLinear = this.#isFiltered && (filter & (bit | SVGA3D_FILTER.ANISOTROPIC)) !== 0;
    if ((filter & SVGA3D_FILTER.MIP_LINEAR) === 0 || !this.#isFiltered) {
      this.#filter(clamp(Math.floor(lod + 0.5), 0, most), isLinear, into);
      return;
    }
    const between = clamp(lod, 0, most);
    const low = Math.floor(between);
    this.#filter(low, isLinear, into);
    if (between > low) {
      const level = this.#level;
      this.#filter(low + 1, isLinear, level);
      for (let i = 0; i < 4; i++) {
        into[i] += (level[i] - into[i]) * (between - low);
      }
    }
  }

  /** One level: the nearest texel, or 2, 4 or 8 of them weighted. */
  #filter(level: number, isLinear: boolean, into: Float64Array): void {
    const { axes } = this.#shape;
    const [x, y, z] = this.#axisPlaces(level, isLinear ? 0.5 : 0);
    into.fill(0);
    if (!isLinear) {
      this.#fetch(level, Math.floor(x), Math.floor(y), Math.floor(z), into);
      return;
    }
    const [x0, y0, z0] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const texel = this.#texel;
    for (let corner = 0; corner < 1 << axes; corner++) {
      const [dx, dy, dz] = [corner & 1, (corner >> 1) & 1, corner >> 2];
      const weight =
        (dx === 1 ? x - x0 : 1 - (x - x0)) *
        (axes > 1 ? (dy === 1 ? y - y0 : 1 - (y - y0)) : 1) *
        (axes > 2 ? (dz === 1 ? z - z0 : 1 - (z - z0)) : 1);
      if (weight > 0) {
        this.#fetch(level, x0 + dx, y0 + dy, z0 + dz, texel);
        for (let i = 0; i < 4; i++) {
          into[i] += texel[i] * weight;
        }
      }
    }
  }

  /** The four texels around, from the lower left one on against the clock. */
  #gather(into: Float64Array): void {
    const { component } = this.#request!;
    const [x, y] = this.#axisPlaces(0, 0.5).map(Math.floor);
    const texel = this.#texel;
    for (let i = 0; i < 4; i++) {
      const [dx, dy] = gathered[i];
      this.#fetch(0, x + dx, y + dy, 0, texel);
      into[i] = texel[this.#request!.operation === 'gatherCompare' ? 0 : component];
    }
  }

  /** The place in texels of a level, with the offsets of the instruction; axes that are not there are 0. */
  #axisPlaces(level: number, less: number): [number, number, number] {
    const { width, height, depth } = this.texture.size(level)!;
    const { offsets } = this.#request!;
    const { axes, isCube } = this.#shape;
    const extents = [width, height, depth];
    const along = (axis: number) =>
      axis < axes ? this.#place[axis] * extents[axis] - less + (isCube ? 0 : offsets[axis]) : 0;
    return [along(0), along(1), along(2)];
  }

  /** A texel at any place, or what stands for it; compared if the request says so. */
  #fetch(level: number, x: number, y: number, z: number, into: Float64Array): void {
    const { axes, isCube } = this.#shape;
    const size = this.texture.size(level)!;
    if (isCube) {
      this.#fetchOfCube(level, x, y, size.width, into);
    } else {
      const column = addressed(this.#modes[0], x, size.width);
      const row = axes > 1 ? addressed(this.#modes[1], y, size.height) : 0;
      const slice = axes > 2 ? addressed(this.#modes[2], z, size.depth) : 0;
      if (column < 0 || row < 0 || slice < 0) {
        this.#border(into);
      } else {
        this.texture.read(level, this.#layer, column, row, slice, 0, into);
      }
    }
    this.#compare(into);
  }

  /** Beyond an edge comes the neighbouring face; at a corner of the cube the mean of the three texels there. */
  #fetchOfCube(level: number, x: number, y: number, size: number, into: Float64Array): void {
    const isInside = (texel: number) => texel >= 0 && texel < size;
    const read = (face: number, column: number, row: number) =>
      this.texture.read(level, clamp(cube + face, 0, this.texture.layers - 1), column, row, 0, 0, into);
    const face = this.#layer % FACES;
    const cube = this.#layer - face;
    if (isInside(x) && isInside(y)) {
      read(face, x, y);
      return;
    }
    const [column, row] = [clamp(x, 0, size - 1), clamp(y, 0, size - 1)];
    if (isInside(x) !== isInside(y)) {
      const across = acrossEdge(face, x, y, size);
      read(across.face, across.x, across.y);
      return;
    }
    const sum = [0, 0, 0, 0];
    const places = [
      { face, x: column, y: row },
      acrossEdge(face, x, row, size),
      acrossEdge(face, column, y, size),
    ];
    for (const place of places) {
      read(place.face, place.x, place.y);
      sum.forEach((_, i) => (sum[i] += into[i] / places.length));
    }
    into.set(sum);
  }

  #border(into: Float64Array): void {
    const { borderColorR, borderColorG, borderColorB, borderColorA } = this.#state;
    const has = this.#hasChannel;
    into[0] = has[0] ? borderColorR : 0;
    into[1] = has[1] ? borderColorG : 0;
    into[2] = has[2] ? borderColorB : 0;
    into[3] = has[3] ? borderColorA : 1;
    for (let i = 0; !this.#isFiltered && i < 4; i++) {
      into[i] = Math.trunc(into[i]);
    }
  }

  #compare(into: Float64Array): void {
    const { operation, reference } = this.#request!;
    if (operation === 'compare' || operation === 'gatherCompare') {
      const value = this.#isNormalized ? clamp(reference, 0, 1) : reference;
      // Both have the precision of floats.
      const passes = compares(this.#state.comparisonFunc, Math.fround(value), Math.fround(into[0]));
      into.fill(passes ? 1 : 0);
    }
  }
}

function channelsOf({ format, kind }: BoundTexture): boolean[] {
  const channels = kind === 'depth' ? 'r' : colorChannels(format);
  return Array.from('rgba', (channel) => channels.includes(channel));
}

const gathered = [
  [0, 1],
  [1, 1],
  [1, 0],
  [0, 0],
] as const;

function nearestEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
