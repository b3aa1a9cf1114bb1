/** How many components an expression has. */
export type Width = 1 | 2 | 3 | 4;

/** What the components of an expression are: f32, i32, u32, bool. */
export type Scalar = 'f' | 'i' | 'u' | 'b';

const SCALARS = { f: 'f32', i: 'i32', u: 'u32', b: 'bool' } as const;

/** The name of a type: `f32`, `vec3u`, `vec2<bool>`. */
export function typeName(scalar: Scalar, width: Width): string {
  if (width === 1) {
    return SCALARS[scalar];
  }
  return scalar === 'b' ? `vec${width}<bool>` : `vec${width}${scalar}`;
}

/** The same bits as another type. */
export function bitcast(from: Scalar, to: Scalar, width: Width, expression: string): string {
  return from === to ? expression : `bitcast<${typeName(to, width)}>(${expression})`;
}

/** A 32-bit number as it is written in WGSL: small ones in decimal. */
export function word(value: number): string {
  return value < 0x10000 ? `${value}u` : `0x${value.toString(16)}u`;
}

export const COMPONENTS = 'xyzw';

/** `.xz` for the components 0 and 2, nothing for all four in order. */
export function swizzleText(components: readonly number[]): string {
  const text = components.map((component) => COMPONENTS[component]).join('');
  return text === COMPONENTS ? '' : `.${text}`;
}
