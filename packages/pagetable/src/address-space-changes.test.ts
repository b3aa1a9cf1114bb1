import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import type { AddressSpace } from './address-space.js';
import { Cpu } from './cpu.js';
import { PAGE_DIRTY, PAGE_PRESENT, PAGE_RW } from './entry-bits.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import type { PreemptionPoint } from './preemption.js';
import { VM_MAYREAD, VM_MAYWRITE, VM_READ, VM_WRITE, type Vma } from './vma.js';

const PRIVATE = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE;

function lowWord(machine: ObjectMachine, addressSpace: AddressSpace, address: number): number {
  const entry = addressSpace.tables.find(address);
  return entry < 0 ? 0 : machine.memory.u32[entry];
}

function extents(addressSpace: AddressSpace, base: Vma): number[][] {
  return addressSpace.vmas.map((vma) => [
    (vma.start - base.start) / PAGE_SIZE,
    (vma.end - base.start) / PAGE_SIZE,
    vma.firstPage,
  ]);
}

/** Runs `change` with a store of CPU `cpu` at `point`, in the middle of it. */
function withStoreAt(
  machine: ObjectMachine,
  point: PreemptionPoint,
  store: () => void,
  change: () => void,
): void {
  machine.memory.preemption.at(point, store);
  change();
  expect(machine.memory.preemption.isPending, `${point} was reached`).toBe(false);
}

describe('mprotect', () => {
  it('2.3, A2: takes write permission and keeps the dirty bits; what is left of the VMA stays', () => {
    const machine = new ObjectMachine(8);
    const { vma, cpu, addressSpace } = machine.process();
    [1, 2, 5].forEach((page) => cpu.store8(vma.addressOf(page), 1));
    addressSpace.protect(vma.addressOf(2), 2 * PAGE_SIZE, VM_READ);
    expect(extents(addressSpace, vma)).toEqual([
      [0, 2, 0],
      [2, 4, 2],
      [4, 8, 4],
    ]);
    expect(lowWord(machine, addressSpace, vma.addressOf(2)) & (PAGE_RW | PAGE_DIRTY)).toBe(PAGE_DIRTY);
    expect(() => cpu.store8(vma.addressOf(2), 2)).toThrow(expect.objectContaining({ code: 'EACCES' }));
    cpu.store8(vma.addressOf(1), 2);
    addressSpace.protect(vma.addressOf(2), 2 * PAGE_SIZE, VM_READ | VM_WRITE);
    cpu.store8(vma.addressOf(2), 3);
    expect(machine.trapped).toEqual([2]);
  });

  it('without access at all, entries are out of reach but still dirty', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process(SHARED_WRITABLE | VM_MAYREAD);
    cpu.store8(vma.start, 9);
    addressSpace.protect(vma.start, PAGE_SIZE, 0);
    expect(() => cpu.load8(vma.start)).toThrow(expect.objectContaining({ code: 'EACCES' }));
    const low = lowWord(machine, addressSpace, vma.start);
    expect(low & (PAGE_PRESENT | PAGE_DIRTY)).toBe(PAGE_PRESENT | PAGE_DIRTY);
    addressSpace.protect(vma.start, PAGE_SIZE, VM_READ);
    expect(cpu.load8(vma.start)).toBe(9);
  });

  it('2.4: a store between entries and flush lands and is known; after the flush there is none', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 1);
    const change = () => addressSpace.protect(vma.start, 2 * PAGE_SIZE, VM_READ);
    withStoreAt(machine, 'protect: between entries and flush', () => cpu.store8(vma.start, 2), change);
    expect(cpu.load8(vma.start)).toBe(2);
    expect(lowWord(machine, addressSpace, vma.start) & PAGE_DIRTY).toBe(PAGE_DIRTY);
    expect(() => cpu.store8(vma.start, 3)).toThrow(expect.objectContaining({ code: 'EACCES' }));
  });

  it('2.3: between modify-start and modify-commit an access has to wait, and no dirty bit is lost', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 1);
    cpu.tlb.flush();
    const mustWait = expect.objectContaining({ code: 'EDEADLK' });
    const store = () => expect(() => cpu.store8(vma.start, 2)).toThrow(mustWait);
    const change = () => addressSpace.protect(vma.start, PAGE_SIZE, VM_READ | VM_WRITE);
    withStoreAt(machine, 'modify: between start and commit', store, change);
    expect(lowWord(machine, addressSpace, vma.start) & PAGE_DIRTY).toBe(PAGE_DIRTY);
    cpu.store8(vma.start, 2);
    expect(machine.memory.locks.describe()).toBe('nothing');
  });

  it('refuses gaps, unknown access, misaligned ranges, and more than the VMA may; and changes nothing', () => {
    const machine = new ObjectMachine(4);
    const { vma, addressSpace } = machine.process(VM_READ);
    for (const [start, length, access, code] of [
      [vma.start, 5 * PAGE_SIZE, VM_READ, 'EFAULT'],
      [vma.start - PAGE_SIZE, 2 * PAGE_SIZE, VM_READ, 'EFAULT'],
      [vma.start, PAGE_SIZE, VM_WRITE, 'EACCES'],
      [vma.start, PAGE_SIZE, 0x100, 'EINVAL'],
      [vma.start, 0, VM_READ, 'EINVAL'],
      [vma.start + 1, PAGE_SIZE, VM_READ, 'EINVAL'],
    ] as const) {
      expect(() => addressSpace.protect(start, length, access)).toThrow(expect.objectContaining({ code }));
    }
    expect(addressSpace.vmas).toEqual([vma]);
  });
});

describe('munmap of a range', () => {
  it('E1: cuts VMAs, reports what was dirty in the range, and frees unused tables', () => {
    const machine = new ObjectMachine(8);
    const { vma, cpu, addressSpace } = machine.process();
    const seen: number[] = [];
    machine.mapping.observeZaps({ dirtyEntryZapped: (page) => seen.push(page) });
    const bare = machine.memory.freeFrames;
    for (let page = 0; page < 8; page++) {
      cpu.store8(vma.addressOf(page), page);
    }
    addressSpace.unmapRange(vma.addressOf(3), 2 * PAGE_SIZE);
    expect(seen).toEqual([3, 4]);
    expect(extents(addressSpace, vma)).toEqual([
      [0, 3, 0],
      [5, 8, 5],
    ]);
    expect(cpu.load8(vma.addressOf(6))).toBe(6);
    expect(() => cpu.load8(vma.addressOf(3))).toThrow(expect.objectContaining({ code: 'EFAULT' }));
    addressSpace.unmapRange(vma.start - PAGE_SIZE, 20 * PAGE_SIZE);
    expect([addressSpace.vmas.length, machine.memory.freeFrames]).toEqual([0, bare]);
  });

  it('2.6: the mapping knows the pieces, and refuses the cut during a walk', () => {
    const machine = new ObjectMachine(8);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.addressOf(3), 1);
    machine.mapping.lock.acquireRead('a walker');
    expect(() => addressSpace.unmapRange(vma.addressOf(3), PAGE_SIZE)).toThrow(
      expect.objectContaining({
        code: 'EDEADLK',
        message: expect.stringMatching(/running thread.*a walker/),
      }),
    );
    expect(addressSpace.vmas).toEqual([vma]);
    expect(lowWord(machine, addressSpace, vma.addressOf(3)) & PAGE_DIRTY).toBe(PAGE_DIRTY);
    machine.mapping.lock.releaseRead('a walker');
    addressSpace.unmapRange(vma.addressOf(3), PAGE_SIZE);
    machine.mapping.lock.acquireRead();
    const first = [...machine.mapping.vmasShowing(0, 8)].map(({ value }) => value.firstPage);
    expect(first).toEqual([0, 4]);
  });

  it('E2: a store between zap and flush goes to a page whose write is already reported', () => {
    const machine = new ObjectMachine(4);
    const { vma, cpu } = machine.process();
    const seen: number[] = [];
    machine.mapping.observeZaps({ dirtyEntryZapped: (page) => seen.push(page) });
    cpu.store8(vma.addressOf(1), 1);
    cpu.load8(vma.addressOf(2));
    const stores = () => {
      cpu.store8(vma.addressOf(1), 7);
      // Cached writable but clean: the walk finds no entry, so this one faults and makes a new one.
      cpu.store8(vma.addressOf(2), 8);
    };
    withStoreAt(machine, 'zap: between entries and flush', stores, () => machine.mapping.unmapRange(0, 4));
    expect(seen).toEqual([1]);
    expect(machine.memory.u8[machine.frames[1] * PAGE_SIZE]).toBe(7);
    machine.mapping.unmapRange(0, 4);
    expect(seen).toEqual([1, 2]);
  });
});

describe('mremap', () => {
  it('moves entries with their dirty state, reports nothing, and leaves nothing behind', () => {
    const machine = new ObjectMachine(8);
    const { vma, cpu, addressSpace } = machine.process();
    const seen: number[] = [];
    machine.mapping.observeZaps({ dirtyEntryZapped: (page) => seen.push(page) });
    cpu.store8(vma.addressOf(2), 42);
    cpu.load8(vma.addressOf(3));
    const to = 2 ** 40;
    const request = {
      address: vma.addressOf(2),
      length: 2 * PAGE_SIZE,
      newLength: 3 * PAGE_SIZE,
      newAddress: to,
    };
    const change = () => void addressSpace.remap(request);
    withStoreAt(machine, 'remap: between entries and flush', () => cpu.store8(vma.addressOf(2), 43), change);
    expect([seen, cpu.load8(to)]).toEqual([[], 43]);
    expect(lowWord(machine, addressSpace, to) & PAGE_DIRTY).toBe(PAGE_DIRTY);
    expect(lowWord(machine, addressSpace, to + PAGE_SIZE) & PAGE_DIRTY).toBe(0);
    expect(addressSpace.findVma(to)?.firstPage).toBe(2);
    expect(() => cpu.load8(vma.addressOf(2))).toThrow(expect.objectContaining({ code: 'EFAULT' }));
    cpu.store8(to + 2 * PAGE_SIZE, 1);
    expect(machine.memory.u8[machine.frames[4] * PAGE_SIZE]).toBe(1);
  });

  it('grows in place where there is room, moves where there is none, and shrinks as munmap does', () => {
    const machine = new ObjectMachine(16);
    const { vma, cpu, addressSpace } = machine.process(SHARED_WRITABLE, 12);
    const seen: number[] = [];
    machine.mapping.observeZaps({ dirtyEntryZapped: (page) => seen.push(page) });
    cpu.store8(vma.start + 3 * PAGE_SIZE, 5);
    const grown = addressSpace.remap({ address: vma.start, length: 4 * PAGE_SIZE, newLength: 5 * PAGE_SIZE });
    expect([grown.start, grown.pageCount]).toEqual([vma.start, 5]);
    const request = { flags: SHARED_WRITABLE, mapping: machine.mapping, operations: machine };
    addressSpace.map({ ...request, address: grown.end, length: PAGE_SIZE });
    const moved = addressSpace.remap({
      address: grown.start,
      length: 5 * PAGE_SIZE,
      newLength: 6 * PAGE_SIZE,
    });
    expect(moved.start).not.toBe(grown.start);
    expect([seen, cpu.load8(moved.start + 3 * PAGE_SIZE)]).toEqual([[], 5]);
    const less = addressSpace.remap({
      address: moved.start,
      length: 6 * PAGE_SIZE,
      newLength: 2 * PAGE_SIZE,
    });
    expect([less.pageCount, seen]).toEqual([2, [15]]);
  });

  it('refuses taken, misaligned and unmapped ranges; without a frame for tables nothing has moved', () => {
    const machine = new ObjectMachine(4);
    const { vma, cpu, addressSpace } = machine.process();
    cpu.store8(vma.start, 4);
    const whole = { address: vma.start, length: 4 * PAGE_SIZE, newLength: 4 * PAGE_SIZE };
    for (const [request, code] of [
      [{ ...whole, newAddress: vma.start + PAGE_SIZE }, 'EINVAL'],
      [{ ...whole, newAddress: 2 ** 47 }, 'EINVAL'],
      [{ ...whole, newLength: 0 }, 'EINVAL'],
      [{ ...whole, newLength: 5 }, 'EINVAL'],
      [{ ...whole, length: 5 * PAGE_SIZE }, 'EFAULT'],
      [{ ...whole, address: 2 ** 30 }, 'EFAULT'],
    ] as const) {
      expect(() => addressSpace.remap(request)).toThrow(expect.objectContaining({ code }));
    }
    machine.memory.allocateFrames(machine.memory.freeFrames - 1);
    expect(() => addressSpace.remap({ ...whole, newAddress: 2 ** 45 })).toThrow(
      expect.objectContaining({ code: 'ENOMEM' }),
    );
    expect([addressSpace.vmas, machine.memory.freeFrames, cpu.load8(vma.start)]).toEqual([[vma], 1, 4]);
  });
});

describe('fork and copy-on-write', () => {
  it('a private store copies the page, the object keeps its content, and unmapping frees the copy', () => {
    const machine = new ObjectMachine(4);
    const shared = machine.process();
    const own = machine.process(PRIVATE);
    const before = machine.memory.freeFrames;
    shared.cpu.store8(shared.vma.start, 1);
    expect(own.cpu.load8(own.vma.start)).toBe(1);
    own.cpu.store8(own.vma.start, 2);
    own.cpu.store8(own.vma.addressOf(3), 3);
    expect([own.cpu.load8(own.vma.start), shared.cpu.load8(shared.vma.start)]).toEqual([2, 1]);
    expect(shared.cpu.load8(shared.vma.addressOf(3))).toBe(0);
    expect(machine.memory.anonymous.count).toBe(2);
    machine.mapping.unmapRange(0, 4);
    expect(own.cpu.load8(own.vma.start), 'the object moves, a copy stays').toBe(2);
    own.addressSpace.unmap(own.vma);
    shared.addressSpace.unmap(shared.vma);
    expect([machine.memory.anonymous.count, machine.memory.freeFrames]).toEqual([0, before]);
  });

  it('a handler that answers handled gets its page copied on the first store', () => {
    const machine = new ObjectMachine(2);
    machine.fault = (fault) => {
      fault.frame = machine.frames[fault.page];
      return 'handled';
    };
    const { vma, cpu } = machine.process(PRIVATE);
    cpu.store8(vma.start, 2);
    expect([cpu.load8(vma.start), machine.memory.u8[machine.frames[0] * PAGE_SIZE]]).toEqual([2, 0]);
  });

  it('a second CPU that loaded the page before sees the copy after it', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process(PRIVATE);
    const second = new Cpu(machine.memory);
    second.run(addressSpace);
    second.load8(vma.start);
    const seen: number[] = [];
    const load = () => seen.push(second.load8(vma.start));
    const change = () => cpu.store8(vma.start, 6);
    withStoreAt(machine, 'copy-on-write: between entry and flush', load, change);
    seen.push(second.load8(vma.start));
    expect(seen).toEqual([0, 6]);
  });

  it('two CPUs that copy one page end with one copy, and lose no store', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process(PRIVATE);
    const second = new Cpu(machine.memory);
    second.run(addressSpace);
    cpu.load8(vma.start);
    const store = () => second.store8(vma.start + 1, 2);
    withStoreAt(machine, 'copy-on-write: between copy and entry', store, () => cpu.store8(vma.start, 1));
    expect([cpu.load8(vma.start), cpu.load8(vma.start + 1)]).toEqual([1, 2]);
    expect(machine.memory.anonymous.count).toBe(1);
  });

  it('a store between zap and flush never reaches a frame that was freed', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process(PRIVATE);
    cpu.store8(vma.start, 1);
    const { memory } = machine;
    const copies = memory.anonymous.count;
    const stores = () => {
      cpu.store8(vma.start, 2);
      expect(memory.anonymous.count).toBe(copies);
    };
    withStoreAt(machine, 'zap: between entries and flush', stores, () => addressSpace.unmap(vma));
    expect(memory.anonymous.count).toBe(0);
  });

  it('fork: shared pages are shared, private ones part on the next store, the parent stays dirty', () => {
    const machine = new ObjectMachine(4);
    const before = machine.memory.freeFrames;
    const { vma, cpu, addressSpace } = machine.process();
    const request = { flags: PRIVATE, mapping: machine.mapping, operations: machine, address: 2 ** 32 };
    const own = addressSpace.map({ ...request, length: 4 * PAGE_SIZE });
    cpu.store8(vma.start, 1);
    cpu.store8(own.start, 10);
    const child = addressSpace.fork();
    const second = new Cpu(machine.memory);
    second.run(child);
    second.store8(vma.addressOf(1), 5);
    expect([second.load8(vma.start), cpu.load8(vma.addressOf(1))]).toEqual([1, 5]);
    expect(lowWord(machine, addressSpace, vma.start) & PAGE_DIRTY).toBe(PAGE_DIRTY);
    expect(lowWord(machine, child, vma.start) & PAGE_DIRTY).toBe(0);
    expect(second.load8(own.start)).toBe(10);
    second.store8(own.start, 11);
    cpu.store8(own.start + 1, 12);
    expect([cpu.load8(own.start), second.load8(own.start), second.load8(own.start + 1)]).toEqual([10, 11, 0]);
    cpu.run(undefined);
    second.run(undefined);
    addressSpace.exit();
    child.exit();
    expect([machine.memory.anonymous.count, machine.memory.freeFrames]).toEqual([0, before]);
  });

  it('fork: a parent that had the page cached writable does not write into the child', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process(PRIVATE);
    cpu.store8(vma.start, 1);
    const child = addressSpace.fork();
    cpu.store8(vma.start, 2);
    const second = new Cpu(machine.memory);
    second.run(child);
    expect([cpu.load8(vma.start), second.load8(vma.start)]).toEqual([2, 1]);
  });

  it('fork without frames for its tables leaves no child and a parent that works', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process(PRIVATE);
    cpu.store8(vma.start, 1);
    const spare = machine.memory.allocateFrames(machine.memory.freeFrames - 2);
    expect(() => addressSpace.fork()).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(machine.memory.freeFrames).toBe(2);
    expect(
      machine.memory.anonymous.owners(machine.memory.u32[addressSpace.tables.find(vma.start)] >>> 12),
    ).toBe(1);
    cpu.store8(vma.start, 3);
    expect([cpu.load8(vma.start), spare.length > 0]).toEqual([3, true]);
    expect(machine.mapping.lock.isHeld || addressSpace.lock.isHeld).toBe(false);
  });

  it('exit: the second one is refused, and so is a CPU that would run what is gone', () => {
    const machine = new ObjectMachine(1);
    const { addressSpace, cpu } = machine.process();
    cpu.run(undefined);
    addressSpace.exit();
    const einval = expect.objectContaining({ code: 'EINVAL' });
    expect(() => addressSpace.exit()).toThrow(einval);
    expect(() => cpu.run(addressSpace)).toThrow(einval);
    expect(() => addressSpace.fork()).toThrow(einval);
  });
});
