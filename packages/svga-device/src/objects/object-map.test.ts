import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ObjectMap } from './object-map.js';

const ids = fc.integer({ min: 0, max: 3 });
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('get' as const), id: ids }),
    fc.record({ kind: fc.constant('set' as const), id: ids, value: fc.nat(9) }),
    fc.record({ kind: fc.constant('delete' as const), id: ids }),
    fc.record({ kind: fc.constant('clear' as const) }),
  ),
  { maxLength: 30 },
);

it('finds what a Map does, whatever was looked up before', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const objects = new ObjectMap<number>();
      const plain = new Map<number, number>();
      for (const step of sequence) {
        switch (step.kind) {
          case 'get':
            break;
          case 'set':
            objects.set(step.id, step.value);
            plain.set(step.id, step.value);
            break;
          case 'delete':
            expect(objects.delete(step.id)).toBe(plain.delete(step.id));
            break;
          default:
            objects.clear();
            plain.clear();
        }
        if ('id' in step) {
          expect(objects.get(step.id)).toBe(plain.get(step.id));
        }
        expect([...objects]).toEqual([...plain]);
      }
    }),
  );
});

it('counts what can make a looked-up object another one', () => {
  const objects = new ObjectMap<string>();
  const counts = [
    () => objects.set(1, 'first'),
    () => objects.get(1),
    () => objects.set(1, 'second'),
    () => objects.delete(1),
    () => objects.clear(),
  ].map((change) => {
    change();
    return objects.changes;
  });
  expect(counts).toEqual([1, 1, 2, 3, 4]);
});
