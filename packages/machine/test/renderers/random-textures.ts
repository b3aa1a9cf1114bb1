import type { RendererCaps } from '@cg/svga-device';
import { SVGA3D_FILTER, SVGA3D_RESOURCE, SVGA3D_TEX_ADDRESS, type CommandFields } from '@cg/svga-protocol';
import type { Draw } from '@cg/svga-protocol/random-commands';
import { format, readFormat, type SceneSurface, type SceneSurfaces } from './scene-surfaces.js';
import { isSampled, type NumberKind, type ShaderTexture, type TextureRead } from './shader-texts.js';
import { TEXTURE_SIDES } from './texture-coordinates.js';

/** A texture, and how it is read. */
export interface SceneTexture {
  readonly shader: ShaderTexture;
  readonly view: Omit<CommandFields<'DX_DEFINE_SHADERRESOURCE_VIEW'>, 'shaderResourceViewId'>;
  readonly sampler: Omit<CommandFields<'DX_DEFINE_SAMPLER_STATE'>, 'samplerId'>;
  /** How far a value may be from the exact one. */
  readonly filter: number;
}

const COLORS = [
  'R8G8B8A8_UNORM',
  'B8G8R8A8_UNORM',
  'B8G8R8X8_UNORM',
  'R8G8B8A8_UNORM_SRGB',
  'R8_UNORM',
  'A8_UNORM',
  'R8G8_SNORM',
  'R8G8B8A8_SNORM',
  'R10G10B10A2_UNORM',
  'R16G16_UNORM',
  'R16G16B16A16_SNORM',
  'R16G16B16A16_FLOAT',
  'R32_FLOAT',
  'R32G32B32A32_FLOAT',
  'R11G11B10_FLOAT',
  'B5G6R5_UNORM',
  'B5G5R5A1_UNORM',
  'BC1_UNORM',
  'BC2_UNORM',
  'BC3_UNORM_SRGB',
  'BC4_UNORM',
  'BC5_SNORM',
];
const WHOLE = ['R8G8B8A8_UINT', 'R16G16_SINT', 'R32G32B32A32_UINT', 'R32_SINT', 'R10G10B10A2_UINT'];
const DEPTHS = ['D16_UNORM', 'D24_UNORM_S8_UINT', 'D32_FLOAT', 'D32_FLOAT_S8X24_UINT'];
const BUFFERS = [
  'R32G32B32A32_FLOAT',
  'R8G8B8A8_UNORM',
  'R16G16_SNORM',
  'R32_FLOAT',
  'R8G8B8A8_UINT',
  'R32_SINT',
];
const TEXTURES = 6;

const shapes = ['1d', '2d', '2d', '2darray', '3d', 'cube', 'cubearray', '2dms', '1darray'] as const;
type Shape = (typeof shapes)[number];

const dimensions: Readonly<Record<Shape, number>> = {
  '1d': SVGA3D_RESOURCE.TEXTURE1D,
  '1darray': SVGA3D_RESOURCE.TEXTURE1D,
  '2d': SVGA3D_RESOURCE.TEXTURE2D,
  '2darray': SVGA3D_RESOURCE.TEXTURE2D,
  '2dms': SVGA3D_RESOURCE.TEXTURE2D,
  '3d': SVGA3D_RESOURCE.TEXTURE3D,
  cube: SVGA3D_RESOURCE.TEXTURECUBE,
  cubearray: SVGA3D_RESOURCE.TEXTURECUBE,
};

/** Axes along which a linear filter has a fraction. */
const axes: Readonly<Record<Shape, number>> = {
  '1d': 1,
  '1darray': 1,
  '2d': 2,
  '2darray': 2,
  '2dms': 0,
  '3d': 3,
  cube: 2,
  cubearray: 2,
};

/** Direct3D's fractions of texels and of levels have eight bits. */
const FRACTION = 2 ** -8;
/** Levels of detail are logarithms, of which no specification says how exact they are. */
const LEVEL = 2 ** -5;
/** From −1 to 1. */
const RANGE = 2;

function kindOf(name: string): NumberKind {
  return name.endsWith('UINT') && !name.startsWith('D') ? 'uint' : name.endsWith('SINT') ? 'sint' : 'float';
}

/** Random textures that renderers sample. */
export function randomTextures(surfaces: SceneSurfaces, draw: Draw, caps: RendererCaps): SceneTexture[] {
  return Array.from({ length: TEXTURES }, () =>
    draw(5) === 0 ? bufferTexture(surfaces, draw) : texture(surfaces, draw, caps),
  );
}

function bufferTexture(surfaces: SceneSurfaces, draw: Draw): SceneTexture {
  const name = BUFFERS[draw(BUFFERS.length)];
  const own = format(name);
  const elements = 8 + draw(16);
  // Finite numbers: a texture of the format, as bytes.
  const { bytes } = surfaces.make(name, { width: elements });
  const { sid } = surfaces.buffer(bytes);
  const firstElement = draw(4);
  return {
    shader: { type: 'buffer', kind: kindOf(name), read: 'ld' },
    view: {
      sid,
      format: own.id,
      resourceDimension: SVGA3D_RESOURCE.BUFFER,
      mostDetailedMip: firstElement,
      firstArraySlice: elements - firstElement - draw(3),
      mipLevels: 0,
      arraySize: 0,
    },
    sampler: samplerOf(draw, true),
    filter: 0,
  };
}

function isUsable(name: string, shape: Shape, caps: RendererCaps): boolean {
  const own = format(name);
  const { sample, multisample } = caps.format(own);
  const isFlat = own.compressed || name.startsWith('D');
  return sample && (shape !== '2dms' || multisample) && !(isFlat && /^(1d|3d)/.test(shape));
}

function texture(surfaces: SceneSurfaces, draw: Draw, caps: RendererCaps): SceneTexture {
  const of = <T>(values: readonly T[]): T => values[draw(values.length)];
  const shape = of(shapes);
  const usable = of([COLORS, COLORS, WHOLE, DEPTHS]).filter((each) => isUsable(each, shape, caps));
  const name = usable.length === 0 ? 'R8G8B8A8_UNORM' : of(usable);
  const surface = surfaces.make(name, sizeOf(draw, shape));
  const isDepth = name.startsWith('D');
  const kind = kindOf(name);
  const read = readOf(draw, shape, kind, isDepth);
  const compares = read.startsWith('sample_c');
  const sampler = samplerOf(draw, (isDepth && !compares) || !isSampled(read));
  const isFiltered = isSampled(read) && read !== 'gather4';
  const fractions = isFiltered && (sampler.filter & LINEAR) !== 0 ? axes[shape] * FRACTION : 0;
  const level = isFiltered && (sampler.filter & SVGA3D_FILTER.MIP_LINEAR) !== 0 ? LEVEL : 0;
  return {
    shader: { type: typeOf(shape), kind, read, offsets: offsetsOf(draw, shape, read) },
    view: viewOf(draw, surface, shape, isLoaded(read)),
    sampler: compares ? comparing(sampler, shape) : sampler,
    filter: (fractions + level) * RANGE + precisionOf(name),
  };
}

/** How exactly renderers hold texels. */
function precisionOf(name: string): number {
  // Blocks are decoded to eight bits, and packed colours kept in as many.
  return /^(BC|B5)/.test(name) ? 1 / 255 : name.endsWith('SRGB') ? 1 / 512 : 0;
}

function typeOf(shape: Shape): string {
  return shape === '2dms' ? 'texture2dms(4)' : `texture${shape}`;
}

function sizeOf(draw: Draw, shape: Shape) {
  const side = (): number => TEXTURE_SIDES[draw(TEXTURE_SIDES.length)];
  const [width, height] = [side(), side()];
  const mipLevels = 1 + draw(4);
  switch (shape) {
    case '1d':
      return { width, mipLevels: Math.min(mipLevels, 3) };
    case '1darray':
      return { width, layers: 2 + draw(2), mipLevels: Math.min(mipLevels, 3) };
    case '2darray':
      return { width, height, layers: 2 + draw(3), mipLevels: Math.min(mipLevels, 3) };
    case '3d':
      return { width, height, depth: 2 + draw(3), mipLevels: Math.min(mipLevels, 3) };
    case 'cube':
      return { width, height: width, layers: 6 };
    case 'cubearray':
      return { width, height: width, layers: 12 };
    case '2dms':
      return { width, height, samples: 4 };
    default:
      return { width, height, mipLevels: Math.min(mipLevels, 3) };
  }
}

/** A sampler that compares; WGSL has no bias for cubes of depth. */
function comparing(sampler: SceneTexture['sampler'], shape: Shape): SceneTexture['sampler'] {
  const mipLODBias = shape.startsWith('cube') ? 0 : sampler.mipLODBias;
  return { ...sampler, mipLODBias, filter: sampler.filter | SVGA3D_FILTER.COMPARE };
}

/** Offsets of an instruction that has any. */
function offsetsOf(draw: Draw, shape: Shape, read: TextureRead): ShaderTexture['offsets'] {
  const hasNone = shape.startsWith('cube') || shape === '2dms' || read === 'resinfo';
  const offset = (): number => draw(16) - 8;
  return hasNone || draw(3) > 0 ? undefined : [offset(), offset(), offset()];
}

/** Whether WGSL may load the texels. */
function isLoaded(read: TextureRead): boolean {
  return read.startsWith('ld') || read === 'gather4' || read.startsWith('sample_c');
}

function readOf(draw: Draw, shape: Shape, kind: NumberKind, isDepth: boolean): TextureRead {
  if (draw(10) === 0) {
    return shape === '2dms' ? 'sampleinfo' : 'resinfo';
  }
  if (shape === '2dms') {
    return 'ldms';
  }
  if (kind !== 'float') {
    return shape.startsWith('cube') ? 'gather4' : 'ld';
  }
  // WGSL has neither biases nor derivatives for depth; levels of cubes are any.
  const reads: TextureRead[] = isDepth
    ? ['sample_l']
    : shape.startsWith('cube')
      ? ['sample', 'sample_l']
      : ['sample', 'sample_l', 'sample_b', 'sample_d'];
  if (!shape.startsWith('cube')) {
    reads.push('ld');
  }
  if (shape !== '3d' && !shape.startsWith('1d')) {
    reads.push('gather4');
  }
  if (isDepth) {
    reads.push('sample_c_lz', 'sample_c_lz', 'sample_c', 'sample_c');
  }
  return reads[draw(reads.length)];
}

function viewOf(
  draw: Draw,
  { sid, layout }: SceneSurface,
  shape: Shape,
  isLoaded: boolean,
): SceneTexture['view'] {
  const levels = layout.mips.length;
  // SwiftShader adds the first level of a view twice where a texel is loaded.
  const mostDetailedMip = isLoaded ? 0 : draw(levels);
  const isFlat = shape === '3d' || shape.startsWith('cube') || shape === '2dms';
  const firstArraySlice = isFlat ? 0 : draw(layout.layers);
  return {
    sid,
    format: readFormat(layout.format).id,
    resourceDimension: dimensions[shape],
    mostDetailedMip,
    mipLevels: levels - mostDetailedMip,
    firstArraySlice,
    arraySize: shape === '3d' ? 1 : layout.layers - firstArraySlice,
  };
}

const LINEAR = SVGA3D_FILTER.MIN_LINEAR | SVGA3D_FILTER.MAG_LINEAR;

function samplerOf(draw: Draw, isNearest: boolean): SceneTexture['sampler'] {
  const of = <T>(values: readonly T[]): T => values[draw(values.length)];
  const { WRAP, MIRROR, CLAMP, BORDER, MIRRORONCE } = SVGA3D_TEX_ADDRESS;
  const address = (): number => of([WRAP, MIRROR, CLAMP, BORDER, MIRRORONCE]);
  const border = (): number => draw(5) / 4;
  return {
    filter: isNearest ? 0 : of([0, SVGA3D_FILTER.MIP_LINEAR, LINEAR, LINEAR | SVGA3D_FILTER.MIP_LINEAR]),
    addressU: address(),
    addressV: address(),
    addressW: address(),
    mipLODBias: of([0, 0, 0.25, -0.75]),
    maxAnisotropy: 1,
    comparisonFunc: 1 + draw(8),
    borderColorR: border(),
    borderColorG: border(),
    borderColorB: border(),
    borderColorA: border(),
    minLOD: of([0, 0, 0.25]),
    maxLOD: of([1000, 1000, 0.75, 1]),
  };
}
