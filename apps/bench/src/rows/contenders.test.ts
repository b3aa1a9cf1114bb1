import { openTrace } from '@cg/machine/trace';
import type { TrackedMemory } from '@cg/tracked-memory';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tracesFolder } from '../places.js';
import { drawDirty, expectedRecord } from '../rivals/dirty-pattern.js';
import { DrawingMachine } from './drawing-machine.js';
import { PresentMapping } from './present-mapping.js';
import { record } from './recording.js';
import { Window } from './window.js';

describe('a drawing machine', () => {
  const frames = 3;
  const path = join(tracesFolder, 'terminal-typing.cgtrace.gz');
  const recorded = openTrace(path).then((trace) => record(trace, frames));

  it('1.1: has the drawn content on the device after every frame', async () => {
    const recording = await recorded;
    expect(recording.frames).toHaveLength(frames);
    const machine = new DrawingMachine(recording.header);
    const expected = new Uint8Array(recording.header.surfaceBytes);
    for (const runs of recording.frames) {
      machine.store(runs);
      machine.submit();
      runs.forEach(({ offset, bytes }) => expected.set(bytes, offset));
      expect(Buffer.compare(machine.image() as Uint8Array, expected)).toBe(0);
    }
    expect(Buffer.compare(recording.final, expected)).toBe(0);
  });

  it('1.1: detects a tracker that loses writes', async () => {
    const { header, frames, final } = await recorded;
    const machine = new DrawingMachine(header, { trackMemory: ({ pageCount }) => blind(pageCount) });
    for (const runs of frames) {
      machine.store(runs);
      machine.submit();
    }
    expect(Buffer.compare(machine.image() as Uint8Array, final)).not.toBe(0);
  });
});

/** A tracker that finds nothing. */
function blind(pageCount: number): TrackedMemory {
  return {
    pageCount,
    traps: false,
    entriesScanned: 0,
    writeProtect: () => 0,
    cleanAndRecord: () => 0,
    beforeDeviceWrite() {},
    afterDeviceWrite() {},
  };
}

describe('a present mapping', () => {
  it('has exactly the requested entries dirty', () => {
    const present = new PresentMapping(3);
    const dirty = drawDirty(present.pageCount, { name: '', per10000: 2500 });
    present.setEntries(dirty);
    expect(present.countDirty()).toBe(expectedRecord(dirty).entries);
    present.setEntries(new Uint8Array(present.pageCount));
    expect(present.countDirty()).toBe(0);
  });
});

describe('a window', () => {
  it.each(['adjacent', 'scattered'] as const)(
    'of %s frames has the stored bytes, without a walk',
    (order) => {
      const window = new Window(16, order);
      const bytes = Uint8Array.from({ length: 16 * 4096 }, (_, i) => i * 7 + (i >>> 12));
      window.cpu.storeBytes(window.start, bytes);
      expect(Buffer.compare(window.load(), bytes)).toBe(0);
    },
  );

  it('EBADMSG: an access that missed the TLB', () => {
    const window = new Window(16, 'adjacent');
    window.cpu.tlb.flush();
    expect(() => window.load()).toThrow(expect.objectContaining({ code: 'EBADMSG' }));
  });
});
