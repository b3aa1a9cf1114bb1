import { SVGA3D_COMPARISON } from '@cg/svga-protocol';

/** Whether `value func other` holds; of a NaN only NOT_EQUAL and ALWAYS do. An unknown function never holds. */
export function compares(func: number, value: number, other: number): boolean {
  switch (func) {
    case SVGA3D_COMPARISON.LESS:
      return value < other;
    case SVGA3D_COMPARISON.EQUAL:
      return value === other;
    case SVGA3D_COMPARISON.LESS_EQUAL:
      return value <= other;
    case SVGA3D_COMPARISON.GREATER:
      return value > other;
    case SVGA3D_COMPARISON.NOT_EQUAL:
      return value !== other;
    case SVGA3D_COMPARISON.GREATER_EQUAL:
      return value >= other;
    case SVGA3D_COMPARISON.ALWAYS:
      return true;
    default:
      return false;
  }
}
