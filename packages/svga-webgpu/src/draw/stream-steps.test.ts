import { expect, it } from 'vitest';
import type { PlannedDraw } from './planned-draw.js';
import { streamSteps } from './stream-steps.js';

function steps(count: number, instanceCount: number, parts: number, geometry: object | undefined) {
  const plan = { topology: 'POINTLIST', count };
  const draw = { plan, call: { instanceCount }, shaders: { geometry } } as unknown as PlannedDraw;
  return [...streamSteps(draw, parts)];
}

it('dispatches of stream output are all of its primitives, one pass after another', () => {
  for (const geometry of [undefined, {}]) {
    for (const [count, instances] of [
      [1, 1],
      [64, 3],
      [1000, 7],
      [2 ** 24, 5],
    ]) {
      for (const parts of [1, 2, 7, 4096]) {
        const found = steps(count, instances, parts, geometry);
        const primitives = count * Math.min(instances, 2 ** 24 / count);
        const passes = geometry === undefined ? [0] : [0, 1, 2];
        expect([...new Set(found.map(({ pass }) => pass))]).toEqual(passes);
        for (const pass of passes) {
          const own = found.filter((step) => step.pass === pass);
          expect(own[0].first).toBe(0);
          if (pass !== 1) {
            own.slice(1).forEach(({ first }, i) => expect(first).toBe(own[i].first + 64 * own[i].workgroups));
            const last = own.at(-1)!;
            expect(last.first + 64 * last.workgroups - primitives).toBeLessThan(64);
            expect(last.first).toBeLessThan(primitives);
          } else {
            expect(own).toHaveLength(1);
          }
        }
        expect(found.filter(({ isFirst }) => isFirst)).toEqual([found[0]]);
        expect(found.filter(({ isLast }) => isLast)).toEqual([found.at(-1)]);
        expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
        expect(Math.max(...found.map(({ workgroups }) => workgroups))).toBeLessThan(65_536);
      }
    }
  }
});
