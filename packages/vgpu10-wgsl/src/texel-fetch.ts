import { BINDINGS, GROUPS, type Binding } from './bindings.js';
import type { ModuleText } from './module/module-text.js';
import type { Registers } from './stage/registers.js';
import { texelLayout, type ChannelType, type TexelChannel, type TexelFormat } from './texel-format.js';
import { word } from './wgsl/types.js';

const WORD_BITS = 32;

/** Declares a buffer of words, and a function that reads four bytes at any byte of it. Beyond the end they are 0. */
export function wordReader(module: ModuleText, name: string, binding: Omit<Binding, 'buffer'>): string {
  const buffer = { type: 'read-only-storage', minBindingSize: 4 } as const;
  module.bindings.add({ ...binding, buffer }, `var<storage, read> ${name}: array<u32>`);
  return module.declare(`${name}_word`, () =>
    [
      `fn ${name}_word(at: u32) -> u32 {`,
      '  let i = at >> 2u;',
      '  let shift = (at & 3u) * 8u;',
      `  let words = arrayLength(&${name});`,
      '  var low = 0u;',
      '  var high = 0u;',
      `  if (i < words) { low = ${name}[i]; }`,
      '  if (shift == 0u) { return low; }',
      `  if (i + 1u < words) { high = ${name}[i + 1u]; }`,
      '  return (low >> shift) | (high << (32u - shift));',
      '}',
    ].join('\n'),
  );
}

/**
 * A call that decodes the texel at the byte `at`: the bits of its four components, of which missing ones are 0, 0, 0,
 * 1.
 */
export function decodeCall(
  module: ModuleText,
  format: TexelFormat,
  readWord: (offset: number) => string,
): string {
  const { type, bytes, channels } = texelLayout(format);
  const words = Math.ceil(bytes / 4);
  const one = type === 'UINT' || type === 'SINT' ? 1 : 0x3f800000;
  const name = module.declare(`texel_${format}`, () => {
    const parts = [0, 0, 0, one].map((missing, component) => {
      const channel = channels.find((other) => other.component === component);
      return channel === undefined ? word(missing) : channelText(module, type, channel);
    });
    const parameters = Array.from({ length: words }, (_, i) => `w${i}: u32`).join(', ');
    return `fn texel_${format}(${parameters}) -> vec4u {\n  return vec4u(${parts.join(', ')});\n}`;
  });
  return `${name}(${Array.from({ length: words }, (_, i) => readWord(4 * i)).join(', ')})`;
}

/** The bits of a component, from the words of its texel. */
function channelText(module: ModuleText, type: ChannelType, { bit, bits }: TexelChannel): string {
  const source = `w${Math.floor(bit / WORD_BITS)}`;
  const lowest = bit % WORD_BITS;
  if (bits === WORD_BITS) {
    return source;
  }
  const unsigned = `extractBits(${source}, ${lowest}u, ${bits}u)`;
  const signed = `extractBits(bitcast<i32>(${source}), ${lowest}u, ${bits}u)`;
  switch (type) {
    case 'UINT':
      return unsigned;
    case 'SINT':
      return `bitcast<u32>(${signed})`;
    case 'UNORM':
      return `${normalizedFunction(module, bits)}(${unsigned})`;
    case 'SNORM': {
      const magnitude = `min(u32(abs(${signed})), ${2 ** (bits - 1) - 1}u)`;
      return `((u32(${signed}) & 0x80000000u) | ${normalizedFunction(module, bits - 1)}(${magnitude}))`;
    }
    case 'FLOAT':
      // Floats of 11 and 10 bits are positive, with the exponent of a half and a shorter mantissa.
      return `${halfFunction(module)}(${bits === 16 ? unsigned : `${unsigned} << ${15 - bits}u`})`;
  }
}

/**
 * * A normalized number of so many bits as the bits of a float, rounded to the nearest: WGSL's division may be off by
 * more, and the greatest number has to be 1. The quotient by 2^bits − 1 is a fraction that repeats the number's bits.
 */
function normalizedFunction(module: ModuleText, bits: number): string {
  const repeated = (from: number): string => {
    const shifts: string[] = [];
    for (let place = 0; place < 2 * WORD_BITS; place += bits) {
      const shift = from - bits - place;
      if (shift > -bits && shift < WORD_BITS) {
        shifts.push(shift >= 0 ? `(c << ${shift}u)` : `(c >> ${-shift}u)`);
      }
    }
    return shifts.join(' | ');
  };
  const rounded = module.declare('fraction_bits', () =>
    [
      'fn fraction_bits(high: u32, low: u32) -> u32 {',
      '  let zeros = countLeadingZeros(high);',
      '  let mantissa = select((high << zeros) | (low >> (32u - zeros)), high, zeros == 0u);',
      '  let above = (mantissa >> 8u) + ((mantissa >> 7u) & 1u);',
      '  return select(((126u - zeros) << 23u) + above - 0x800000u, 0u, high == 0u);',
      '}',
    ].join('\n'),
  );
  return module.declare(`unorm${bits}`, () =>
    [
      `fn unorm${bits}(c: u32) -> u32 {`,
      `  return ${rounded}(${repeated(WORD_BITS)}, ${repeated(2 * WORD_BITS)});`,
      '}',
    ].join('\n'),
  );
}

/** A half as the bits of a float, exactly: WGSL's own conversion need not keep denormals and NaNs. */
function halfFunction(module: ModuleText): string {
  return module.declare('half', () =>
    [
      'fn half(h: u32) -> u32 {',
      '  let sign = (h & 0x8000u) << 16u;',
      '  let exponent = (h >> 10u) & 31u;',
      '  let mantissa = (h & 0x3ffu) << 13u;',
      '  if (exponent == 31u) { return sign | 0x7f800000u | mantissa; }',
      '  if (exponent > 0u) { return sign | ((exponent + 112u) << 23u) | mantissa; }',
      '  return sign | bitcast<u32>(f32(h & 0x3ffu) * 5.9604645e-8);',
      '}',
    ].join('\n'),
  );
}

/** The function that reads an element of a texture buffer, by its number; zeros beyond the end. */
export function fetchTexel(registers: Registers, slot: number, format: TexelFormat, row: string): string {
  const { module, prefix } = registers;
  const { stage } = registers.shader;
  const name = `${prefix}t${slot}`;
  return module.declare(`${name}_fetch`, () => {
    const resource = { kind: 'view', stage, slot } as const;
    const reader = wordReader(module, name, {
      group: GROUPS[stage],
      binding: BINDINGS.views + slot,
      resource,
    });
    const texel = decodeCall(
      module,
      format,
      (offset) => `${reader}(at${offset === 0 ? '' : ` + ${offset}u`})`,
    );
    return [
      `fn ${name}_fetch(i: u32) -> vec4u {`,
      `  let place = ${row};`,
      '  if (i >= place.y) { return vec4u(); }',
      `  let at = place.x + i * ${texelLayout(format).bytes}u;`,
      `  return ${texel};`,
      '}',
    ].join('\n');
  });
}
