import type { TexelChannel } from '@cg/svga-device';
import { cornerCode } from '../gpu/pixel-pass.js';
import type { TexelForm } from './texel-form.js';

/** How texels become a texel. */
export type ResampleFilter = 'average' | 'halve' | 'linear' | 'nearest';

/** Texels of one form that become texels of another one. */
export interface Resampling {
  readonly filter: ResampleFilter;
  readonly source: '2d' | '3d' | 'multisampled';
  /** Of a multisampled source. */
  readonly samples: number;
  readonly from: TexelForm;
  readonly to: TexelForm;
}

const COLORS = ['r', 'g', 'b', 'a'] as const;
const SCALARS = { color: 'f32', sint: 'i32', uint: 'u32' } as const;
/** Bits of a float's fraction that one of fewer bits than 32 does not have. */
const DROPPED_BITS: Readonly<Record<number, number>> = { 16: 13, 11: 17, 10: 18 };

const COLOR_FUNCTIONS = `fn linear_of(c: f32) -> f32 {
  return select(pow((c + 0.055) / 1.055, 2.4), c / 12.92, c <= 0.04045);
}
fn srgb_of(c: f32) -> f32 { return select(1.055 * pow(c, 1.0 / 2.4) - 0.055, 12.92 * c, c <= 0.0031308); }
/** Drivers may ignore the sign of zeros in sums: between two texels it is always positive. */
fn mixed(a: vec4f, b: vec4f, share: f32) -> vec4f {
  let c = a + (b - a) * share;
  return select(select(c, vec4f(), c == vec4f()), a, share == 0.0);
}
/** The nearest integer; a half, and what may be one but for rounding, away from zero. */
fn whole(x: f32, least: f32, most: f32) -> f32 {
  let size = select(0.0, abs(x), abs(x) > 0.0);
  let rounded = min(floor(size + 0.5 + most * 2.4e-7), most);
  return select(rounded, max(-rounded, least), x < 0.0);
}
/** The nearest float without the last bits of the fraction, or the even one; the smallest are left to the store. */
fn small_float(x: f32, dropped: u32) -> f32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  let rounded = (bits + (1u << (dropped - 1u)) - 1u + ((bits >> dropped) & 1u)) & ~((1u << dropped) - 1u);
  return select(x, bitcast<f32>(rounded), size >= 0x38800000u && size < 0x7f800000u);
}
`;

/** The largest integer of a normalized channel; undefined for other kinds. */
function mostOf({ kind, bits }: TexelChannel): number | undefined {
  return kind === 'unorm' ? 2 ** bits - 1 : kind === 'snorm' ? 2 ** (bits - 1) - 1 : undefined;
}

/** What a colour channel counts in: steps of a normalized channel, which are exact in a float, or 1. */
function stepsOf({ channels, srgb }: TexelForm, color: number): number {
  const channel = channels[color];
  return channel === undefined || (srgb && color < 3) ? 1 : (mostOf(channel) ?? 1);
}

/**
 * The module that resamples: the fragment of a texel of the target loads those of the source. Normalized texels are
 * integers in between, so that means are exact, and halves are rounded up as the device does it.
 */
export function resampleCode(work: Resampling): string {
  const { from, source } = work;
  const scalar = SCALARS[from.kind];
  const texture = source === 'multisampled' ? 'texture_multisampled_2d' : `texture_${source}`;
  const place = source === '3d' ? 'at' : 'at.xy';
  return `@group(0) @binding(0) var source: ${texture}<${scalar}>;
/** Origin and size of the source's box, and of the target's. */
@group(0) @binding(1) var<uniform> box: array<vec4i, 4>;
${cornerCode}${from.kind === 'color' ? COLOR_FUNCTIONS : ''}fn texel(i: vec3i, level: i32) -> vec4<${scalar}> {
  let at = i + box[0].xyz;
  let c = textureLoad(source, ${place}, level);
  return vec4<${scalar}>(${COLORS.map((_, color) => loaded(from, color)).join(', ')});
}
fn nearest(i: vec3i) -> vec3i { return ((2 * i + 1) * box[1].xyz) / (2 * box[3].xyz); }
@fragment fn made(@builtin(position) p: vec4f) -> @location(0) vec4<${scalar}> {
  let i = vec3i(vec2i(p.xy) - box[2].xy, box[2].w);
${filterText(work)}
  return ${storedText(work)};
}
`;
}

/** A channel of a loaded texel, in steps. */
function loaded(form: TexelForm, color: number): string {
  const component = form.components[color];
  const suffix = { color: '.0', sint: 'i', uint: 'u' }[form.kind];
  if (component === '0' || component === '1') {
    return `${Number(component) * (form.kind === 'color' ? stepsOf(form, color) : 1)}${suffix}`;
  }
  const channel = form.channels[color];
  const value = `c.${component}`;
  if (form.kind !== 'color' || channel === undefined) {
    return value;
  }
  const most = mostOf(channel);
  const exact = most === undefined ? value : `floor(${value} * ${most}.0 + 0.5)`;
  return form.srgb && color < 3 ? `linear_of(${exact} / ${most}.0)` : exact;
}

/** Statements that make `v` of the source's texels. */
function filterText({ filter, samples, from, source }: Resampling): string {
  const isColor = from.kind === 'color';
  if (filter === 'average') {
    const count = isColor ? samples : 1;
    const loads = Array.from({ length: count }, (_, sample) => `texel(i, ${sample})`);
    return `  let v = ${isColor ? `(${loads.join(' + ')}) / ${count}.0` : loads[0]};`;
  }
  if (filter === 'nearest' || !isColor) {
    return `  let v = texel(${filter === 'halve' ? 'i * min(box[1].xyz, vec3i(2))' : 'nearest(i)'}, 0);`;
  }
  if (filter === 'halve') {
    // An axis of one texel stays; of others two texels become one.
    const corners = Array.from({ length: source === '3d' ? 8 : 4 }, (_, corner) =>
      [corner & 1, (corner >> 1) & 1, corner >> 2].join(', '),
    );
    const loads = corners.map((corner) => `texel(first + vec3i(${corner}) * other, 0)`);
    return `  let first = i * min(box[1].xyz, vec3i(2));
  let other = min(box[1].xyz - 1, vec3i(1));
  let v = (${loads.join(' + ')}) / ${corners.length}.0;`;
  }
  return `  let span = 2 * box[3].xy;
  let centre = (2 * i.xy + 1) * box[1].xy - box[3].xy + span;
  let below = centre / span - 1;
  let share = vec2f(centre % span) / vec2f(span);
  let a = clamp(below, vec2i(0), box[1].xy - 1);
  let b = clamp(below + 1, vec2i(0), box[1].xy - 1);
  let z = nearest(i).z;
  let upper = mixed(texel(vec3i(a, z), 0), texel(vec3i(b.x, a.y, z), 0), share.x);
  let lower = mixed(texel(vec3i(a.x, b.y, z), 0), texel(vec3i(b, z), 0), share.x);
  let v = mixed(upper, lower, share.y);`;
}

/** What the target's texture keeps of `v`. */
function storedText({ from, to }: Resampling): string {
  const values = COLORS.map((name, color) =>
    from.kind === 'color' ? storedColor(from, to, color) : storedInteger(to, color, `v.${name}`),
  );
  const zero = { color: '0.0', sint: '0i', uint: '0u' }[from.kind];
  const parts =
    to.alpha === 'only'
      ? [values[3], zero, zero, zero]
      : [...values.slice(0, 3), to.alpha === 'none' ? zero : values[3]];
  return `vec4<${SCALARS[from.kind]}>(${parts.join(', ')})`;
}

function storedInteger(to: TexelForm, color: number, value: string): string {
  const bits = to.channels[color]?.bits ?? 32;
  if (bits === 32) {
    return value;
  }
  return to.kind === 'uint'
    ? `min(${value}, ${2 ** bits - 1}u)`
    : `clamp(${value}, ${-(2 ** (bits - 1))}i, ${2 ** (bits - 1) - 1}i)`;
}

function storedColor(from: TexelForm, to: TexelForm, color: number): string {
  const channel = to.channels[color];
  if (channel === undefined) {
    return '0.0';
  }
  const value = `v.${COLORS[color]}`;
  const steps = stepsOf(from, color);
  const most = mostOf(channel);
  const real = steps === 1 ? value : `${value} / ${steps}.0`;
  if (most === undefined) {
    const dropped = DROPPED_BITS[channel.bits];
    return dropped === undefined ? real : `small_float(${real}, ${dropped}u)`;
  }
  const inSteps =
    to.srgb && color < 3
      ? `srgb_of(clamp(${real}, 0.0, 1.0)) * ${most}.0`
      : steps === most
        ? value
        : `${value} * ${floatText(most / steps)}`;
  const whole = `whole(${inSteps}, ${channel.kind === 'snorm' ? -most : 0}.0, ${most}.0)`;
  const isWider = to.isPacked && most !== 255;
  return isWider ? `floor(${whole} * 255.0 / ${most}.0 + 0.5) / 255.0` : `${whole} / ${most}.0`;
}

function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}
