import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { expect, it } from 'vitest';
import { drawParts } from './draw-parts.js';
import { listPrimitives, RESTART } from './primitive-list.js';
import { StripCuts, stripIndices } from './strip-cuts.js';

function listed(topology: number, indices: Uint32Array): number[] {
  return [...listPrimitives(topology, indices, 'own')!.indices];
}

it('parts of strips that begin anew anywhere have the same primitives, which turn the same way', () => {
  for (const [topology, corners] of [
    [SVGA3D_PRIMITIVE.LINESTRIP, 2],
    [SVGA3D_PRIMITIVE.TRIANGLESTRIP, 3],
  ] as const) {
    for (let seed = 0; seed < 200; seed++) {
      const draw = seededDraw(seed);
      const indices = Uint32Array.from({ length: 3 + draw(40) }, (_, i) => (draw(5) === 0 ? RESTART : i));
      const cuts = new StripCuts({ indices, restart: RESTART }, corners);
      const found: number[] = [];
      const slots = indices.length - corners + 1;
      for (const { firstPrimitive, primitives, number } of drawParts(slots, cuts, 1, () => 1 + draw(12))) {
        expect(number, `seed ${seed}: numbers`).toBe(found.length / corners);
        const part = indices.subarray(firstPrimitive, firstPrimitive + primitives + corners - 1);
        found.push(...listed(topology, part));
      }
      expect(found, `seed ${seed}`).toEqual(listed(topology, indices));
    }
  }
});

it('indices of both sizes are read where they are', () => {
  const surface = { layout: { bytes: 12 }, ownImage: Uint8Array.from({ length: 12 }, (_, i) => i) };
  const plan = (indexBytes: 2 | 4, count: number) =>
    ({ indices: { surface, offset: 4, indexBytes }, list: undefined, count, topology: 'LINESTRIP' }) as never;
  expect([...stripIndices(plan(2, 2), 1).indices]).toEqual([0x0706, 0x0908]);
  expect([...stripIndices(plan(4, 1), 1).indices]).toEqual([0x0b0a0908]);
  expect([...stripIndices(plan(4, 2), 1).indices]).toEqual([]);
});
