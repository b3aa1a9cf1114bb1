import { AlwaysDirtyMemory } from '@cg/tracked-memory';
import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { bench, NotedResource } from '../src/driver.fixture.js';
import { BufferObject } from '../src/memory/buffer-object.js';
import { DirtyTracker, FixedPolicy } from '@cg/dirty-tracking';

type Ranges = [number, number][];
/** Ranges reported as resource, first and end page; then start, end, dirty ranges. */
type Result = [[number, number, number][], [number, number, Ranges]];

interface TransferRow {
  id: number;
  np: number;
  in: [number, number, Ranges];
  res: [number, number][];
  ops: { op: ['t' | 'c', number]; v3: Result; fix?: Result }[];
}

describe.skipIf(goldenAbsent('transfer.jsonl.gz'))('golden transfer', () => {
  it('5.3, B1, B2: each range goes to its resource once, exactly its bits are cleared, the hull is tight', () => {
    const rows = goldenRows<TransferRow>('transfer.jsonl.gz', import.meta.url);
    const { driver } = bench();
    let operations = 0;
    let differ = 0;
    for (const row of rows) {
      const object = new BufferObject(driver.state, row.np);
      const resources = row.res.map(([offset, bytes]) => new NotedResource(object, offset, bytes));
      const tracker = new DirtyTracker(new AlwaysDirtyMemory(row.np), new FixedPolicy('scan'));
      row.in[2].forEach(([start, end]) => tracker.dirty.addRange(start, end));
      row.ops.forEach(({ op: [what, index], v3, fix }, step) => {
        const resource = resources[index];
        tracker[what === 't' ? 'transfer' : 'clear'](resource, resource.sharedBy);
        const reported = resource.handed.splice(0).map(([start, end]) => [index, start, end]);
        const { dirty } = tracker;
        const state = [dirty.start, dirty.end, [...dirty.bitmap.ranges()]];
        expect([reported, state], `row ${row.id}, operation ${step}`).toEqual(fix ?? v3);
        operations++;
        differ += fix === undefined ? 0 : 1;
      });
      resources.forEach((resource) => object.reserved((held) => resource.detach(held)));
      object.references.drop();
    }
    reportGolden('transfer', { rows: rows.length, operations, 'in which the posted code differs': differ });
  });
});
