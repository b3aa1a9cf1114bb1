import { describe, expect, it } from 'vitest';
import { HugeMachine } from './huge-machine.fixture.js';
import { lockHugeEntry } from './huge-entry-lock.js';
import { RwLock } from './locks.js';
import { ObjectMachine } from './object-machine.fixture.js';
import { PageTables, tableOfEntry } from './page-tables.js';
import { PhysicalMemory } from './physical-memory.js';
import { PAGE_SIZE } from './address.js';

describe('locks', () => {
  it('an acquisition that would have to wait names the holder', () => {
    const lock = new RwLock('of the object');
    lock.acquireRead('walker');
    lock.acquireRead('walker');
    expect(() => lock.acquireWrite('munmap')).toThrow(
      expect.objectContaining({
        code: 'EDEADLK',
        message: 'lock of the object: wanted for writing by munmap, held for reading by walker, walker',
        facts: { lock: 'of the object', holder: 'munmap', heldBy: ['walker', 'walker'] },
      }),
    );
    lock.releaseRead('walker');
    lock.releaseRead('walker');
    lock.acquireWrite('munmap');
    expect(() => lock.acquireRead('walker')).toThrow(
      /wanted for reading by walker, held for writing by munmap/,
    );
    expect(() => lock.releaseWrite('walker')).toThrow(/released by walker.*held for writing by munmap/);
    expect(() => lock.assertHeld('walker')).toThrow(
      /must be held by walker here; held for writing by munmap/,
    );
    lock.releaseWrite('munmap');
    expect(() => lock.releaseRead()).toThrow(/released by the running thread.*not held/);
    expect(() => lock.assertHeld()).toThrow(/must be held by the running thread here; not held/);
  });

  it('3.5: address space, then mapping, then table; another order throws at once, for one holder only', () => {
    const memory = new PhysicalMemory(8 * PAGE_SIZE);
    const tables = new PageTables(memory);
    const space = new RwLock('space', 1, memory.locks);
    const mapping = new RwLock('mapping', 2, memory.locks);
    mapping.acquireRead('walker');
    tables.lockTable(tables.rootFrame, 'walker');
    expect(() => space.acquireRead('walker')).toThrow(
      /wrong order: walker takes space while it holds the lock of the table in frame 1; held now: mapping by walker/,
    );
    expect(() => mapping.acquireRead('walker')).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ lock: 'mapping', holder: 'walker' }) }),
    );
    space.acquireRead('cpu 0');
    mapping.acquireRead('cpu 0');
    expect(() => tables.lockTable(tables.rootFrame, 'cpu 0')).toThrow(/wanted by cpu 0, held by walker/);
    tables.unlockTable(tables.rootFrame, 'walker');
    tables.lockTable(tables.rootFrame, 'cpu 0');
    expect(() => tables.unlockTable(tables.rootFrame, 'walker')).toThrow(
      /must be held by walker, held by cpu 0/,
    );
    expect(() => tables.free()).toThrow(/its table is freed, held by cpu 0/);
  });

  it('2.5: a fault holds its locks under the CPU’s name, and lets go of them when it throws', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process();
    const held: string[] = [];
    machine.fault = () => {
      held.push(machine.memory.locks.describe());
      return 'sigbus';
    };
    expect(() => cpu.load8(vma.start)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
    expect(held).toEqual([`${addressSpace.lock.name} by cpu 0`]);
    expect(machine.memory.locks.describe()).toBe('nothing');
    addressSpace.lock.acquireWrite('mmap');
    expect(() => cpu.load8(vma.start)).toThrow(/wanted for reading by cpu 0, held for writing by mmap/);
  });

  it('3.5, patch 1: a huge entry’s lock is given to holders of either outer lock alone', () => {
    const machine = new HugeMachine();
    const { vma, cpu, addressSpace } = machine.process();
    const { tables } = addressSpace;
    cpu.load8(vma.start);
    vma.mapping.lock.acquireRead('walker');
    expect(() => lockHugeEntry(vma, vma.start, 2, 'smaps')).toThrow(/must be held by smaps; held by walker/);
    const entry = lockHugeEntry(vma, vma.start, 2, 'walker');
    expect(entry).toBe(tables.findEntry(vma.start, 2));
    addressSpace.lock.acquireRead('smaps');
    expect(() => lockHugeEntry(vma, vma.start, 2, 'smaps')).toThrow(/wanted by smaps, held by walker/);
    tables.unlockTable(tableOfEntry(entry), 'walker');
    expect(lockHugeEntry(vma, vma.start, 2, 'smaps')).toBe(entry);
    tables.unlockTable(tableOfEntry(entry), 'smaps');
    tables.splitHuge(vma.start, 2);
    expect(lockHugeEntry(vma, vma.start, 2, 'smaps')).toBe(-1);
  });
});
