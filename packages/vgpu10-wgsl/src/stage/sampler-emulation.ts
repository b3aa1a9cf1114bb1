import { borderTexel } from './border.js';
import type { SamplerState } from '../key.js';
import { floatBits } from '../wgsl/float-text.js';
import { COMPONENTS, typeName, word } from '../wgsl/types.js';
import type { Registers } from './registers.js';
import { clampedLod } from './texel-sampling.js';
import type { UsedTexture } from './views.js';

/** `a.x`, or `a` where there is one axis. */
const axisOf = (name: string, axis: number): string => `${name}.${COMPONENTS[axis]}`;

/** The level of detail that the derivatives of coordinates ask for: the longer one in texels of the first level. */
export function lodFunction(registers: Registers, { name, width }: UsedTexture): string {
  const type = typeName('f', width);
  return registers.module.declare(`${name}_lod`, () =>
    [
      `fn ${name}_lod(dx: ${type}, dy: ${type}) -> f32 {`,
      `  let size = ${type}(textureDimensions(${name}, 0));`,
      '  let longest = max(dot(dx * size, dx * size), dot(dy * size, dy * size));',
      '  return 0.5 * log2(max(longest, 1e-30));',
      '}',
    ].join('\n'),
  );
}

/**
 * * A function (p, [layer,] lod, offset) that samples with a border. A filter that reaches over the edge
 * weighs the texels within and the border for each axis by itself, so that the border has one minus the product of the
 * weights.
 */
export function borderSampler(
  registers: Registers,
  texture: UsedTexture,
  sampler: string,
  state: SamplerState,
): string {
  const { name, width, layered } = texture;
  const type = typeName('f', width);
  const full = `${name}_${sampler.slice(registers.prefix.length)}_border`;
  const layer = layered ? 'layer: i32, ' : '';
  const parameters = `p: ${type}, ${layer}lod: f32, offset: ${type}`;
  const result = texture.isDepth ? 'f32' : 'vec4f';
  const [magLinear, minLinear] = filtersOf(texture, state);
  const minifies = magLinear !== minLinear;
  const more = minifies ? ', detail > 0.0' : '';
  const at = (lod: string): string => `${level}(p${layered ? ', layer' : ''}, ${lod}, offset${more})`;
  const level = registers.module.declare(`${full}_level`, () =>
    levelText(registers, texture, sampler, state, {
      name: `${full}_level`,
      parameters: `${parameters}${minifies ? ', minifies: bool' : ''}`,
      result,
    }),
  );
  return registers.module.declare(full, () => {
    const levels = state.mipLinear
      ? ['  let low = floor(detail);', `  return mix(${at('low')}, ${at('ceil(detail)')}, detail - low);`]
      : [`  return ${at('floor(detail + 0.5)')};`];
    return [
      `fn ${full}(${parameters}) -> ${result} {`,
      `  let detail = ${clampedLod(state, texture)};`,
      ...levels,
      '}',
    ].join('\n');
  });
}

/** The same for one level. */
function levelText(
  registers: Registers,
  texture: UsedTexture,
  sampler: string,
  state: SamplerState,
  signature: { readonly name: string; readonly parameters: string; readonly result: string },
): string {
  const { name, width, layered, shape, isDepth, view } = texture;
  const type = typeName('f', width);
  const { address = [], borderColor = [0, 0, 0, 0] } = state;
  const [magLinear, minLinear] = filtersOf(texture, state);
  const weights = Array.from({ length: shape.axes }, (_, axis) => axis)
    .filter((axis) => address[axis] === 'border')
    .map((axis) => [axisOf('x', axis), axisOf('size', axis)]);
  const mirrored = Array.from({ length: width }, (_, axis) => address[axis] === 'mirror-once');
  const nearest = weights.map(([x, size]) => `select(0.0, 1.0, ${x} >= 0.0 && ${x} < ${size})`).join(' * ');
  const linear = weights
    .map(([x, size]) => `clamp(${x} + 0.5, 0.0, 1.0) * clamp(${size} - ${x} + 0.5, 0.0, 1.0)`)
    .join(' * ');
  const minifies = magLinear !== minLinear;
  const byFilter = (whenNearest: string, whenLinear: string): string => {
    const [ofMag, ofMin] = [magLinear, minLinear].map((isLinear) => (isLinear ? whenLinear : whenNearest));
    return minifies ? `select(${ofMag}, ${ofMin}, minifies)` : ofMag;
  };
  // The sampler has to choose its filter for smaller pictures at the first level, too.
  const level = minifies ? 'max(lod, select(0.0, 0.001, minifies))' : 'lod';
  const layer = layered ? ', layer' : '';
  const border = borderVariable(registers, borderTexel(view, borderColor));
  const [inside, outside] = isDepth
    ? [`textureSampleLevel(${name}, ${sampler}, at${layer}, i32(lod))`, `${border}.x`]
    : [`textureSampleLevel(${name}, ${sampler}, at${layer}, ${level})`, border];
  return [
    `fn ${signature.name}(${signature.parameters}) -> ${signature.result} {`,
    `  let size = ${type}(textureDimensions(${name}, u32(lod)));`,
    '  let x = p * size + offset;',
    `  let weight = ${weights.length > 0 ? byFilter(nearest, linear) : '1.0'};`,
    // The nearest texel's centre: the mirror image of another one, and of no texel's edge.
    `  let q = ${byFilter('(floor(x) + 0.5) / size', 'p + offset / size')};`,
    `  let at = ${mirrored.includes(true) ? `select(q, abs(q), ${mirroredText(mirrored, width)})` : 'q'};`,
    `  let texel = ${inside};`,
    // A texel that the border has no part in stays exact.
    `  return select(mix(${outside}, texel, weight), texel, weight >= 1.0);`,
    '}',
  ].join('\n');
}

/** Which axes are mirrored, as a vector. */
function mirroredText(mirrored: readonly boolean[], width: number): string {
  return width === 1 ? `${mirrored[0]}` : `vec${width}<bool>(${mirrored.join(', ')})`;
}

/** Whether it filters linearly where a texture is enlarged, and where made smaller: not what WebGPU never filters. */
function filtersOf({ view }: UsedTexture, { magLinear = false, minLinear = false }: SamplerState) {
  const isFilterable = view.sampleType === 'float';
  return [isFilterable && magLinear, isFilterable && minLinear] as const;
}

/** The border's colour: a variable, because a constant may not be NaN. */
function borderVariable(registers: Registers, color: readonly number[]): string {
  const words = color.map((value) => floatBits(value));
  const name = `border_${words.map((value) => value.toString(16)).join('_')}`;
  registers.module.declare(name, () => `var<private> ${name} = vec4u(${words.map(word).join(', ')});`);
  return `bitcast<vec4f>(${name})`;
}
