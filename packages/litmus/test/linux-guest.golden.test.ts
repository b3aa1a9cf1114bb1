import { formatById, SurfaceLayout } from '@cg/surface-layout';
import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import {
  dirtyBlocks,
  judgeStep,
  MachineGuest,
  runCase,
  surfaceOf,
  type GuestCase,
} from '@cg/machine/guest-cases';

/** `@cg/machine` ships the recordings, in its `golden/`. */
const PACKAGE = new URL('../../machine/package.json', import.meta.url).href;

describe.skipIf(goldenAbsent('linux-guest.jsonl.gz'))('golden linux-guest, 1.1, 6.4, 7.2–7.5', () => {
  it('sends the boxes and read-backs of the real kernel, and correct ones where that loses writes', async () => {
    const rows = goldenRows<GuestCase>('linux-guest.jsonl.gz', PACKAGE);
    const kinds = { equal: 0, E1: 0, E2: 0, D1: 0, D5: 0, unexplained: 0 };
    for (const row of rows) {
      const guest = new MachineGuest(row);
      expect(guest.bytes).toBe(row.backing);
      const result = await runCase(row, guest);
      const layout = new SurfaceLayout({ ...surfaceOf(row), samples: 1 });
      const compressed = formatById(row.surface.fmt)?.compressed ?? false;
      row.steps.forEach((step, index) => {
        const where = `row ${row.id} (${row.name}), step ${index}`;
        const { boxes: ours, before, ...bytes } = result.steps[index];
        const kernel = step.boxes.toSorted((a, b) => a[0] - b[0]);
        const blocks = dirtyBlocks(layout, step.w ?? []);
        const kind = judgeStep({ step, isFirst: index === 0, ours, kernel, blocks, compressed });
        const message = `${where}: ${JSON.stringify(ours)} where the kernel sent ${JSON.stringify(kernel)}`;
        expect(kind, message).not.toBe('unexplained');
        if (step.before !== undefined) {
          expect(before, `${where}: read-backs`).toEqual(step.before);
        }
        expect(bytes, `${where}: bytes`).toEqual({ wrongOnDevice: 0, lostOnDevice: 0, wrongLoads: 0 });
        kinds[kind]++;
      });
      expect(result.wrongPages, `row ${row.id} (${row.name}): pages at the end`).toBe(0);
    }
    reportGolden('linux-guest', { rows: rows.length, ...kinds });
  }, 180_000);

  it('8.1: does the same on a device that takes time', async () => {
    const rows = goldenRows<GuestCase>('linux-guest.jsonl.gz', PACKAGE);
    for (const row of rows.filter(({ id }) => id % 4 === 0)) {
      const completionDelay = 1 + (row.id % 3);
      const slow = new MachineGuest(row, ({ device, ...base }) => ({
        ...base,
        device: { ...device, completionDelay },
      }));
      expect(await runCase(row, slow), `row ${row.id}`).toEqual(await runCase(row, new MachineGuest(row)));
    }
  }, 180_000);
});
