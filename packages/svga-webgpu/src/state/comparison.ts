import type { Comparison } from '@cg/vgpu10-wgsl';
import { SVGA3D_COMPARISON } from '@cg/svga-protocol';

const byValue = new Map<number, Comparison>([
  [SVGA3D_COMPARISON.NEVER, 'never'],
  [SVGA3D_COMPARISON.LESS, 'less'],
  [SVGA3D_COMPARISON.EQUAL, 'equal'],
  [SVGA3D_COMPARISON.LESS_EQUAL, 'less-equal'],
  [SVGA3D_COMPARISON.GREATER, 'greater'],
  [SVGA3D_COMPARISON.NOT_EQUAL, 'not-equal'],
  [SVGA3D_COMPARISON.GREATER_EQUAL, 'greater-equal'],
  [SVGA3D_COMPARISON.ALWAYS, 'always'],
]);

/** A comparison; `always` for an unknown value. */
export function comparisonOf(value: number): Comparison {
  return byValue.get(value) ?? 'always';
}
