import { PAGE_DIRTY, PAGE_RW, type AddressSpace, type Mapping } from '@cg/pagetable';
import { DirtyPages } from '@cg/tracked-memory';
import { describe, expect, it, vi } from 'vitest';
import { cleanRecordTouchedSharedMappingRange } from './clean-record-touched.js';
import { cleanRecordSharedMappingRange } from './clean-record.js';
import { MappedObject } from './mapped-object.fixture.js';
import { wpSharedMappingRange } from './write-protect.js';

const ways: readonly (readonly [string, number, (mapping: Mapping) => number])[] = [
  ['write-protect', PAGE_RW, (mapping) => wpSharedMappingRange(mapping, 0, 8)],
  ['clean', PAGE_DIRTY, (mapping) => cleanRecordSharedMappingRange(mapping, 0, 8, new DirtyPages(8), 0)],
  [
    'clean by touched tables',
    PAGE_DIRTY,
    (mapping) => cleanRecordTouchedSharedMappingRange(mapping, 0, 8, new DirtyPages(8), 0),
  ],
];

/** Adds a notifier that logs in `log`, and throws as `fails` says. */
function notify(addressSpace: AddressSpace, log: string[], name: string, fails?: 'start' | 'end'): void {
  const told = (what: 'start' | 'end') => {
    log.push(`${name} ${what}`);
    if (fails === what) {
      throw new Error(`${name} ${what}`);
    }
  };
  addressSpace.addNotifier({
    invalidateStart: () => told('start'),
    invalidateEnd: () => told('end'),
  });
}

/** Acts in place of either flush. */
function flushing(addressSpace: AddressSpace, act: () => void): void {
  vi.spyOn(addressSpace, 'flushTlbRange').mockImplementation(act);
  vi.spyOn(addressSpace, 'cleanTlbPages').mockImplementation(act);
}

describe.each(ways)('notifiers of %s', (_, bit, change) => {
  function stored() {
    const object = new MappedObject(8);
    const { vma, cpu, addressSpace } = object.process();
    cpu.store8(vma.addressOf(2), 1);
    const isSet = () => (object.memory.u32[addressSpace.tables.find(vma.addressOf(2))] & bit) !== 0;
    return { object, addressSpace, isSet };
  }

  it('4.4: hear of the range before the first entry changes, and of its end after the flush', () => {
    const { object, addressSpace, isSet } = stored();
    const log: string[] = [];
    addressSpace.addNotifier({
      invalidateStart: (start, end) =>
        log.push(`start of ${(end - start) / 4096}, ${isSet() ? '' : 'too late'}`),
      invalidateEnd: (start, end) => log.push(`end of ${(end - start) / 4096}`),
    });
    flushing(addressSpace, () => void log.push(isSet() ? 'flush too early' : 'flush'));
    expect(change(object.mapping)).toBe(1);
    expect(log).toEqual(['start of 8, ', 'flush', 'end of 8']);
  });

  it('2.4, 4.4: one that throws at the end keeps no flush pending, and the others hear the end', () => {
    const { object, addressSpace, isSet } = stored();
    const log: string[] = [];
    notify(addressSpace, log, 'one', 'end');
    notify(addressSpace, log, 'two', 'end');
    notify(addressSpace, log, 'three');
    expect(() => change(object.mapping)).toThrow('one end');
    expect(log.slice(3)).toEqual(['one end', 'two end', 'three end']);
    expect([addressSpace.pendingTlbFlushes, object.mapping.lock.isHeld, isSet()]).toEqual([0, false, false]);
  });

  it('3.4, 4.4: one that throws at the start ends the walk; those before it hear the end, nothing changes', () => {
    const { object, addressSpace, isSet } = stored();
    const log: string[] = [];
    notify(addressSpace, log, 'one', 'end');
    notify(addressSpace, log, 'two', 'start');
    notify(addressSpace, log, 'three');
    expect(() => change(object.mapping)).toThrow('two start');
    expect(log).toEqual(['one start', 'two start', 'one end']);
    expect([addressSpace.pendingTlbFlushes, object.mapping.lock.isHeld, isSet()]).toEqual([0, false, true]);
  });

  it('4.4: a flush that throws is followed by the end', () => {
    const { object, addressSpace } = stored();
    const log: string[] = [];
    notify(addressSpace, log, 'one');
    flushing(addressSpace, () => {
      throw new Error('flush');
    });
    expect(() => change(object.mapping)).toThrow('flush');
    expect(log).toEqual(['one start', 'one end']);
    expect(addressSpace.pendingTlbFlushes).toBe(0);
  });
});
