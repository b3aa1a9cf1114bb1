import type { InterpolationMode } from '@cg/vgpu10';
import type { Linkage } from './linkage.js';

const ATTRIBUTES: Record<InterpolationMode, string> = {
  UNDEFINED: '',
  CONSTANT: ' @interpolate(flat)',
  LINEAR: '',
  LINEAR_CENTROID: ' @interpolate(perspective, centroid)',
  LINEAR_NOPERSPECTIVE: ' @interpolate(linear)',
  LINEAR_NOPERSPECTIVE_CENTROID: ' @interpolate(linear, centroid)',
  LINEAR_SAMPLE: ' @interpolate(perspective, sample)',
  LINEAR_NOPERSPECTIVE_SAMPLE: ' @interpolate(linear, sample)',
};

/** The members of the structures that both sides of the rasterizer have. Constant registers keep their bits. */
export function interstageMembers({ varyings, clipDistances, clipLocation }: Linkage): string[] {
  const members = varyings.map(({ register, interpolation, location }) => {
    const type = interpolation === 'CONSTANT' ? 'vec4u' : 'vec4f';
    return `  @location(${location})${ATTRIBUTES[interpolation]} v${register}: ${type},`;
  });
  const vectors = clipLocation === undefined ? 0 : Math.ceil(clipDistances.length / 4);
  for (let i = 0; i < vectors; i++) {
    members.push(`  @location(${clipLocation! + i}) clip${i}: vec4f,`);
  }
  return members;
}

/** The structure that goes to the rasterizer. */
export function rasterizerStruct(linkage: Linkage): string {
  const { clipDistances, clipLocation } = linkage;
  const isBuiltin = clipDistances.length > 0 && clipLocation === undefined;
  return [
    'struct ToRasterizer {',
    '  @builtin(position) position: vec4f,',
    ...(isBuiltin ? [`  @builtin(clip_distances) clip: array<f32, ${clipDistances.length}>,`] : []),
    ...interstageMembers(linkage),
    '}',
  ].join('\n');
}

/**
 * Statements that fill `out`, a ToRasterizer, from output registers.
 * @param outputOf the expression of an output register; undefined if nothing writes it
 */
export function rasterizerLines(
  { varyings, clipDistances, clipLocation }: Linkage,
  position: number | undefined,
  outputOf: (register: number) => string | undefined,
): string[] {
  const floats = (register: number): string => {
    const output = outputOf(register);
    return output === undefined ? 'vec4f()' : `bitcast<vec4f>(${output})`;
  };
  const lines = position === undefined ? [] : [`out.position = ${floats(position)};`];
  for (const { register, interpolation } of varyings) {
    const value = interpolation === 'CONSTANT' ? (outputOf(register) ?? 'vec4u()') : floats(register);
    lines.push(`out.v${register} = ${value};`);
  }
  clipDistances.forEach(({ register, component }, i) => {
    const member = clipLocation === undefined ? `clip[${i}]` : `clip${i >> 2}.${'xyzw'[i & 3]}`;
    lines.push(`out.${member} = ${floats(register)}.${'xyzw'[component]};`);
  });
  return lines;
}
