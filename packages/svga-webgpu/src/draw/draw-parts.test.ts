import { expect, it } from 'vitest';
import { drawParts, EvenCuts, rangeOf } from './draw-parts.js';

/** The numbers of instances and primitives, in the order of the parts. */
function order(primitives: number, unit: number, instances: number, wanted: number): string[] {
  const found: string[] = [];
  for (const part of drawParts(primitives, new EvenCuts(unit), instances, () => wanted)) {
    expect(part.firstPrimitive % unit).toBe(0);
    expect(part.number).toBe(part.firstPrimitive);
    for (let instance = 0; instance < part.instances; instance++) {
      for (let primitive = 0; primitive < part.primitives; primitive++) {
        found.push(`${part.firstInstance + instance}/${part.firstPrimitive + primitive}`);
      }
    }
  }
  return found;
}

it.each([1, 2, 7])('parts, at multiples of %d, are all of the primitives, in order', (unit) => {
  for (const [primitives, instances] of [
    [1, 1],
    [7, 1],
    [100, 3],
    [5, 40],
  ]) {
    const whole = order(primitives, unit, instances, 1);
    expect(whole).toHaveLength(primitives * instances);
    for (const wanted of [2, 3, 7, 50, 1000]) {
      expect(order(primitives, unit, instances, wanted)).toEqual(whole);
    }
  }
});

it.each([
  ['POINTLIST', 4, 3],
  ['LINELIST', 8, 6],
  ['LINESTRIP', 4, 4],
  ['TRIANGLELIST', 12, 9],
  ['TRIANGLESTRIP', 4, 5],
] as const)('three primitives of a %s from the fourth on', (topology, first, count) => {
  expect(rangeOf(topology, { firstPrimitive: 4, primitives: 3 })).toEqual({ first, count });
});
