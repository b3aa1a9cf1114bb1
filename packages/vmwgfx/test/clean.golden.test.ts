import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it, vi } from 'vitest';
import { bench, NotedResource } from '../src/driver.fixture.js';
import { BufferObject } from '../src/memory/buffer-object.js';
import { cleanResources } from '../src/coherency/read-back.js';

interface Cleaned {
  /** Resources read back, in order. */
  cleaned: number[];
  /** Pages that may be mapped, before the limit of 16. */
  prefault: number;
  fenced: number;
}

interface CleanRow {
  id: number;
  /** Offset, bytes, GPU-dirty. */
  res: [number, number, number][];
  /** The order in which they are attached. */
  ins: number[];
  /** First and end page of the fault. */
  q: [number, number];
  v3: Cleaned;
  ok?: Cleaned;
}

describe.skipIf(goldenAbsent('clean.jsonl.gz'))('golden clean', () => {
  it('6.1, 6.4, C1, C2: reads back what intersects, in order, fences, and bounds the prefault', () => {
    const rows = goldenRows<CleanRow>('clean.jsonl.gz', import.meta.url);
    const { driver } = bench();
    const fence = vi.spyOn(driver.state.queue, 'emitFence');
    let differ = 0;
    for (const row of rows) {
      const pages = Math.max(
        row.q[1],
        ...row.res.map(([offset, bytes]) => Math.ceil((offset + bytes) / 4096)),
      );
      const object = new BufferObject(driver.state, pages);
      const order: number[] = [];
      const resources: NotedResource[] = [];
      for (const index of row.ins) {
        const [offset, bytes, gpuDirty] = row.res[index];
        const resource = new NotedResource(object, offset, bytes);
        resources.push(resource);
        resource.gpuDirty = gpuDirty === 1;
        resource.readBack = () => void order.push(index);
      }
      fence.mockClear();
      const prefault = object.reserved((held) => cleanResources(held, ...row.q));
      expect({ cleaned: order, prefault, fenced: fence.mock.calls.length }, `row ${row.id}`).toEqual(
        row.ok ?? row.v3,
      );
      differ += JSON.stringify(row.ok ?? row.v3) === JSON.stringify(row.v3) ? 0 : 1;
      resources.forEach((resource) => object.reserved((held) => resource.detach(held)));
      object.references.drop();
    }
    reportGolden('clean', { rows: rows.length, 'rows the posted code gets wrong': differ });
  });
});
