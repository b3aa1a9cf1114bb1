import { AddressSpace, PAGE_DIRTY, Tlb } from '@cg/pagetable';
import { DirtyBoxes } from '@cg/surface-layout';
import { AlwaysDirtyMemory, ShadowCompareMemory } from '@cg/tracked-memory';
import { FixedPolicy } from '@cg/dirty-tracking';
import { Surface } from '@cg/vmwgfx';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Machine, type MachineOptions } from '../machine.js';
import { policyFor, trackingMethods, type TrackingMethodName } from '../tracking-methods.js';
import { readTrace } from '../trace/read-trace.js';
import {
  bytesOf,
  frameLine,
  headerLine,
  SURFACE_BYTES,
  syntheticTrace,
  WIDTH,
} from '../trace/synthetic-trace.fixture.js';
import { replayTrace } from './replay.js';
import type { ReplayReport } from './report.js';

const FRAMES = 24;

afterEach(() => vi.restoreAllMocks());

async function replay(
  method: TrackingMethodName,
  lines = syntheticTrace(FRAMES),
  options: MachineOptions = {},
): Promise<ReplayReport & { machine: Machine }> {
  const machine = new Machine({
    memoryBytes: 2 ** 23,
    driver: { makePolicy: policyFor(method) },
    ...options,
  });
  return { ...(await replayTrace(machine, await readTrace(bytesOf(lines)))), machine };
}

describe.each(trackingMethods)('replay, method %s', (method) => {
  it('ends with no wrong byte, and uploads less than everything', async () => {
    const report = await replay(method);
    expect(report).toMatchObject({ frames: FRAMES, wrongBytes: 0, bytesFullUpload: FRAMES * SURFACE_BYTES });
    expect(report.bytesStored).toBe(SURFACE_BYTES + 17 * 712);
    expect(report.bytesUploaded).toBeGreaterThanOrEqual(report.bytesChanged);
    expect(report.bytesUploaded).toBeLessThan(report.bytesFullUpload);
    // All changes of the CPUs were uploaded, and other uploads changed only bytes that the device had overwritten.
    expect(report.bytesUploadedChanged).toBeGreaterThan(0);
    expect(report.bytesUploadedChanged).toBeLessThanOrEqual(report.bytesUploaded);
    expect(report.boxes).toBeGreaterThan(0);
    expect(report.readFaults).toBeGreaterThan(0);
  });

  it('counts the uploads that the device counts', async () => {
    const { bytesUploaded, machine } = await replay(method);
    // The device also got the pattern, once, before the first frame.
    expect(machine.device.statistics.bytesUploaded).toBe(bytesUploaded + SURFACE_BYTES);
  });

  it('catches a TLB flush left out', async () => {
    vi.spyOn(AddressSpace.prototype, 'flushTlbRange').mockImplementation(() => {});
    expect((await replay(method)).wrongBytes).toBeGreaterThan(0);
  });

  it('catches a box that is one row short', async () => {
    const { boxes } = DirtyBoxes.prototype;
    vi.spyOn(DirtyBoxes.prototype, 'boxes').mockImplementation(function shortened(this: DirtyBoxes) {
      return boxes.call(this).map((box) => ({ ...box, height: Math.max(1, box.height - 1) }));
    });
    expect((await replay(method)).wrongBytes).toBeGreaterThan(0);
  });

  it('catches a read-back left out', async () => {
    vi.spyOn(Surface.prototype, 'readBack').mockImplementation(() => {});
    expect((await replay(method)).wrongBytes).toBeGreaterThan(0);
  });
});

describe('replay', () => {
  it('catches TLB entries that stay dirty after a clean', async () => {
    vi.spyOn(AddressSpace.prototype, 'cleanTlbPages').mockImplementation(() => {});
    expect((await replay('scan', syntheticTrace(FRAMES), { cpus: 1 })).wrongBytes).toBeGreaterThan(0);
  });

  it('catches a dirty bit not set', async () => {
    const { insert } = Tlb.prototype;
    const machine = new Machine({ memoryBytes: 2 ** 23, driver: { makePolicy: policyFor('scan') } });
    vi.spyOn(Tlb.prototype, 'insert').mockImplementation(function forgetful(
      this: Tlb,
      address,
      frame,
      state,
    ) {
      insert.call(this, address, frame, state);
      const cpu = machine.cpus.find(({ tlb }) => tlb === this);
      const entry = cpu?.addressSpace?.tables.find(address) ?? -1;
      if (cpu !== undefined && entry >= 0) {
        cpu.memory.u32[entry] &= ~PAGE_DIRTY;
      }
    });
    const report = await replayTrace(machine, await readTrace(bytesOf(syntheticTrace(FRAMES))));
    expect(report.wrongBytes).toBeGreaterThan(0);
  });

  it('checks the stores that follow a device write in the last frame', async () => {
    const report = await replay('scan', syntheticTrace(1));
    expect(report).toMatchObject({ frames: 1, wrongBytes: 0, boxes: 2 });
    const { boxes } = DirtyBoxes.prototype;
    let calls = 0;
    vi.spyOn(DirtyBoxes.prototype, 'boxes').mockImplementation(function lastShort(this: DirtyBoxes) {
      // The pattern; of the frame, and of what repairs the device's write, first the stores' rectangle, then the upload.
      const short = ++calls === 5;
      return boxes.call(this).map((box) => ({ ...box, height: short ? 1 : box.height }));
    });
    expect((await replay('scan', syntheticTrace(1))).wrongBytes).toBeGreaterThan(0);
  });

  it('runs with other tracked memory', async () => {
    const makePolicy = () => new FixedPolicy('scan');
    const full = await replay('scan', undefined, {
      driver: { makePolicy, trackMemory: (object) => new AlwaysDirtyMemory(object.pageCount) },
    });
    expect(full.wrongBytes).toBe(0);
    expect(full.bytesUploaded).toBeGreaterThanOrEqual(full.bytesFullUpload);
    const compared = await replay('scan', undefined, {
      driver: {
        makePolicy,
        trackMemory: ({ pageCount, frames }, { memory }) =>
          new ShadowCompareMemory(pageCount, (page) =>
            memory.u32.subarray(frames[page] * 1024, (frames[page] + 1) * 1024),
          ),
      },
    });
    expect(compared.wrongBytes).toBe(0);
    expect(compared.bytesUploaded).toBeLessThan(full.bytesUploaded);
  });

  it.each([0, 256, 4096])(
    'covers at a price of %i a box: no wrong byte, at no more than single boxes cost',
    async (perBox) => {
      const cost = ({ bytesUploaded, boxes }: ReplayReport) => bytesUploaded + boxes * perBox;
      const makePolicy = policyFor('scan');
      const priced = await replay('scan', undefined, {
        driver: { makePolicy, boxes: { perByte: 1, perBox } },
      });
      const single = await replay('scan');
      expect(priced.wrongBytes).toBe(0);
      expect(cost(priced)).toBeLessThanOrEqual(cost(single));
      expect(priced.pagesDirtied).toBe(single.pagesDirtied);
    },
  );

  it('refuses what is no price', () => {
    for (const boxes of [
      { perByte: 0, perBox: 1 },
      { perByte: 1, perBox: -1 },
      { perByte: NaN, perBox: 1 },
    ]) {
      expect(() => new Machine({ driver: { boxes } })).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
  });

  it('one CPU or many, the result is the same', async () => {
    for (const cpus of [1, 5]) {
      expect((await replay('auto', undefined, { cpus })).wrongBytes).toBe(0);
    }
  });

  it('replays surfaces of other formats, block-compressed ones too', async () => {
    const bytes = (WIDTH / 4) * 24 * 16;
    const surface = { format: 'BC3_UNORM', width: WIDTH, height: 94 };
    const header = headerLine(2, { surface, rowPitch: (WIDTH / 4) * 16 });
    const report = await replay('scan', [header, frameLine(0, [[0, bytes]]), frameLine(1, [[777, 999]])]);
    expect(report).toMatchObject({ frames: 2, wrongBytes: 0 });
  });

  it('refuses a surface that does not fit memory or device, as an error of line 1', async () => {
    const surface = { format: 'B8G8R8X8_UNORM', width: 4096, height: 4096 };
    const large = [headerLine(1, { surface, rowPitch: 16384 })];
    await expect(replay('auto', large)).rejects.toMatchObject({ code: 'ENOMEM', line: 1 });
    const wide = [headerLine(1, { surface: { ...surface, width: 10_000, height: 1 }, rowPitch: 40_000 })];
    await expect(replay('auto', wide)).rejects.toMatchObject({ code: 'EINVAL', line: 1 });
  });
});

describe('uploaded bytes that change the device', () => {
  it('are none if the same is drawn again, and at most the uploaded bytes', async () => {
    const [, first] = syntheticTrace(1);
    const again = JSON.parse(first) as Record<string, unknown>;
    const frames = [1, 2, 3].map((frame) => JSON.stringify({ ...again, frame }));
    const once = await replay('scan', [headerLine(1), first]);
    const more = await replay('scan', [headerLine(4), first, ...frames]);
    // The device overwrites a part in frame 0, which is repaired once, in the next frame or at the end.
    expect(more.bytesUploaded).toBeGreaterThan(once.bytesUploaded);
    expect(more.bytesUploadedChanged).toBe(once.bytesUploadedChanged);
  });
});
