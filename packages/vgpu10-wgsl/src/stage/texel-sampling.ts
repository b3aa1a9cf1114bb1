import { borderOf } from './border.js';
import type { AddressMode, Comparison, SamplerState } from '../key.js';
import { floatBits, floatText } from '../wgsl/float-text.js';
import { COMPONENTS, typeName, word } from '../wgsl/types.js';
import type { FunctionName } from '../wgsl/functions.js';
import type { Registers } from './registers.js';
import type { UsedTexture } from './views.js';

/**
 * Lookups that load each texel and apply the sampler's state in the shader: of integers, comparisons with what is no
 * depth texture or with a border, gathering with a border.
 */

/** A texture with a sampler's state, and a function of the module that loads a texel. */
export interface EmulatedSampler {
  readonly registers: Registers;
  readonly texture: UsedTexture;
  readonly slot: number;
  readonly state: SamplerState;
  readonly loader: string;
}

/** A function that decides a comparison on bits, the order of its operands, and whether its result is negated. */
const COMPARISONS: Record<Comparison, readonly [FunctionName, 'reference' | 'texel'] | boolean> = {
  never: false,
  less: ['lt', 'reference'],
  equal: ['eq', 'reference'],
  'less-equal': ['ge', 'texel'],
  greater: ['lt', 'texel'],
  'not-equal': ['ne', 'reference'],
  'greater-equal': ['ge', 'reference'],
  always: true,
};

const axisOf = (name: string, axis: number): string => `${name}.${COMPONENTS[axis]}`;

/** `lod` within the levels of the sampler and of the texture. */
export function clampedLod({ minLod = 0, maxLod = 32 }: SamplerState, { name }: UsedTexture): string {
  const most = `min(${floatText(maxLod)}, f32(textureNumLevels(${name}) - 1u))`;
  return `clamp(lod, ${floatText(minLod)}, max(${floatText(minLod)}, ${most}))`;
}

/** A function (p, [layer,] lod, offset) that gives the bits of the nearest texel. */
export function nearestSampler(sampler: EmulatedSampler): string {
  const { registers, texture, slot, state } = sampler;
  const { name, width } = texture;
  const f = typeName('f', width);
  const full = `${name}_s${slot}_nearest_texel`;
  return registers.module.declare(full, () =>
    [
      `fn ${full}(p: ${f}, ${layerParameter(texture)}lod: f32, offset: ${f}) -> vec4u {`,
      `  let level = u32(floor(${clampedLod(state, texture)} + 0.5));`,
      `  let size = ${f}(textureDimensions(${name}, level));`,
      `  return ${texelCall(sampler, `${integerVector(width)}(floor(p * size + offset))`, 'level')};`,
      '}',
    ].join('\n'),
  );
}

/** A function (p, [layer,] offset) that gives the bits of a component of four texels of the first level. */
export function gatherer(sampler: EmulatedSampler, component: number): string {
  const { registers, texture, slot } = sampler;
  const { name, width } = texture;
  const f = typeName('f', width);
  const letter = COMPONENTS[component];
  const full = `${name}_s${slot}_gather_${letter}`;
  return registers.module.declare(full, () => {
    const texels = ['0, 1', '1, 1', '1, 0', '0, 0'].map(
      (step) => `    ${texelCall(sampler, `at + vec2i(${step})`, '0u')}.${letter},`,
    );
    return [
      `fn ${full}(p: ${f}, ${layerParameter(texture)}offset: ${f}) -> vec4u {`,
      `  let at = vec2i(floor(p * ${f}(textureDimensions(${name}, 0)) + offset - 0.5));`,
      '  return vec4u(',
      ...texels,
      '  );',
      '}',
    ].join('\n');
  });
}

/**
 * A function (p, [layer,] lod, offset, reference) that compares the bits of a reference with each texel that the filter
 * reads, and weighs the results.
 */
export function comparingSampler(sampler: EmulatedSampler): string {
  const { registers, texture, slot, state } = sampler;
  const f = typeName('f', texture.width);
  const full = `${texture.name}_s${slot}_compared`;
  return registers.module.declare(full, () => {
    const { magLinear = false, minLinear = false } = state;
    const filters =
      magLinear === minLinear ? `${magLinear}` : `select(${magLinear}, ${minLinear}, detail > 0.0)`;
    const layer = texture.layered ? 'layer, ' : '';
    const level = comparedLevel(sampler);
    const at = (lod: string): string => `${level}(p, ${layer}u32(${lod}), ${filters}, offset, reference)`;
    return [
      `fn ${full}(p: ${f}, ${layerParameter(texture)}lod: f32, offset: ${f}, reference: u32) -> f32 {`,
      `  let detail = ${clampedLod(state, texture)};`,
      ...(state.mipLinear === true
        ? [`  return mix(${at('floor(detail)')}, ${at('ceil(detail)')}, detail - floor(detail));`]
        : [`  return ${at('floor(detail + 0.5)')};`]),
      '}',
    ].join('\n');
  });
}

/** The same for one level. */
function comparedLevel(sampler: EmulatedSampler): string {
  const { registers, texture, slot } = sampler;
  const { name, width, shape } = texture;
  const [f, i] = [typeName('f', width), typeName('i', width)];
  const full = `${name}_s${slot}_compared_level`;
  return registers.module.declare(full, () => {
    const passes = passing(sampler);
    const layer = texture.layered ? 'layer, ' : '';
    /** The weighted results from an axis on; `steps` are the texels of the axes above it. */
    const weighed = (axis: number, steps: readonly number[]): string => {
      if (axis < 0) {
        const all = Array.from({ length: width }, (_, k) => steps[k] ?? 0);
        return `${passes}(at + ${i}(${all.join(', ')}), ${layer}level, reference)`;
      }
      const [low, high] = [0, 1].map((step) => weighed(axis - 1, [step, ...steps]));
      return `mix(${low}, ${high}, ${axisOf('part', axis)})`;
    };
    return [
      `fn ${full}(p: ${f}, ${layerParameter(texture)}level: u32, filters: bool, offset: ${f}, reference: u32) -> f32 {`,
      `  let x = p * ${f}(textureDimensions(${name}, level)) + offset;`,
      `  let low = floor(select(x, x - 0.5, filters));`,
      `  let at = ${i}(low);`,
      `  if (!filters) { return ${passes}(at, ${layer}level, reference); }`,
      '  let part = x - 0.5 - low;',
      `  return ${weighed(shape.axes - 1, [])};`,
      '}',
    ].join('\n');
  });
}

/** A function (at, [layer,] level, reference): 1 where the comparison holds for a texel, else 0. */
function passing(sampler: EmulatedSampler): string {
  const { registers, texture, slot, state } = sampler;
  const full = `${texture.name}_s${slot}_passes`;
  return registers.module.declare(full, () => {
    const comparison = COMPARISONS[state.compare ?? 'never'];
    const signature = `at: ${typeName('i', texture.width)}, ${layerParameter(texture)}level: u32, reference: u32`;
    if (typeof comparison === 'boolean') {
      return `fn ${full}(${signature}) -> f32 { return ${comparison ? '1.0' : '0.0'}; }`;
    }
    const [name, first] = comparison;
    const operands = first === 'reference' ? 'reference, texel' : 'texel, reference';
    return [
      `fn ${full}(${signature}) -> f32 {`,
      `  let texel = ${texelCall(sampler, 'at', 'level')}.x;`,
      `  return select(0.0, 1.0, ${registers.module.functions.name(name, 1)}(${operands}) != 0u);`,
      '}',
    ].join('\n');
  });
}

const layerParameter = ({ layered }: UsedTexture): string => (layered ? 'layer: i32, ' : '');
const integerVector = (width: 2 | 3): string => typeName('i', width);

/** A call of a function (at, [layer,] level): the bits of a texel at any place, as the sampler addresses it. */
function texelCall(sampler: EmulatedSampler, at: string, level: string): string {
  const { registers, texture, slot, state, loader } = sampler;
  const { name, width, layered, shape } = texture;
  const full = `${name}_s${slot}_texel`;
  registers.module.declare(full, () => {
    const { address = [] } = state;
    const axes = Array.from({ length: width }, (_, axis) => (axis < shape.axes ? address[axis] : undefined));
    const outside = axes.flatMap((mode, axis) =>
      mode === 'border'
        ? [`${axisOf('at', axis)} < 0 || ${axisOf('at', axis)} >= ${axisOf('size', axis)}`]
        : [],
    );
    const i = typeName('i', width);
    const point = axes.map((mode, axis) =>
      addressed(registers, mode ?? 'clamp-to-edge', axisOf('at', axis), axisOf('size', axis)),
    );
    return [
      `fn ${full}(at: ${i}, ${layerParameter(texture)}level: u32) -> vec4u {`,
      `  let size = ${i}(textureDimensions(${name}, level));`,
      ...(outside.length > 0 ? [`  if (${outside.join(' || ')}) { return ${borderText(sampler)}; }`] : []),
      ...(layered ? [`  let slice = u32(clamp(layer, 0, i32(textureNumLayers(${name})) - 1));`] : []),
      `  return ${loader}(${i}(${point.join(', ')}), ${layered ? 'slice, ' : ''}level);`,
      '}',
    ].join('\n');
  });
  return `${full}(${at}, ${layered ? 'layer, ' : ''}${level})`;
}

/** A texel from 0 to `size` − 1 for any. */
function addressed({ module }: Registers, mode: AddressMode, at: string, size: string): string {
  switch (mode) {
    case 'clamp-to-edge':
      return `clamp(${at}, 0, ${size} - 1)`;
    case 'border':
      return at;
    case 'mirror-once':
      return `min(select(${at}, -1 - ${at}, ${at} < 0), ${size} - 1)`;
    case 'repeat':
      return `${repeated(module)}(${at}, ${size})`;
    case 'mirror-repeat': {
      const name = module.declare('mirrored_texel', () => {
        const turn = `${repeated(module)}(at, 2 * size)`;
        return `fn mirrored_texel(at: i32, size: i32) -> i32 {\n  return min(${turn}, 2 * size - 1 - ${turn});\n}`;
      });
      return `${name}(${at}, ${size})`;
    }
  }
}

function repeated(module: Registers['module']): string {
  return module.declare(
    'repeated_texel',
    () => 'fn repeated_texel(at: i32, size: i32) -> i32 { return (at % size + size) % size; }',
  );
}

/** The border's bits, with its components as the view has them. */
function borderText({ texture: { view, isInteger }, state }: EmulatedSampler): string {
  const own = borderOf(view, state.borderColor ?? [0, 0, 0, 0]);
  const words = own.map((value) => word(isInteger ? Math.trunc(value) >>> 0 : floatBits(value)));
  return `vec4u(${words.join(', ')})`;
}
