import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import type { CpuEvent } from './cpu-event.js';
import { ObjectMachine } from './object-machine.fixture.js';

function setUp() {
  const machine = new ObjectMachine(4);
  const process = machine.process();
  const told: CpuEvent[] = [];
  const stop = machine.memory.events.listen((event) => told.push(event));
  return { machine, ...process, told, stop, cpuName: process.cpu.name };
}

describe('PhysicalMemory.events', () => {
  it('2.2: tells of the first store to a page its TLB miss and its fault, of the next ones nothing', () => {
    const { vma, cpu, told, cpuName } = setUp();
    const address = vma.start + PAGE_SIZE + 8;
    const store = { cpu: cpuName, address, access: 'store' };
    cpu.store32(address, 1);
    expect(told.splice(0)).toEqual([
      { kind: 'tlb-miss', ...store },
      { kind: 'fault-starts', ...store },
      { kind: 'fault-done', ...store },
    ]);
    cpu.store32(address, 2);
    cpu.load32(address);
    expect(told).toEqual([]);
  });

  it('2.5: a store to a page that is mapped read-only faults twice, for the entry and for the write', () => {
    const { machine, vma, cpu, told } = setUp();
    machine.trap = true;
    cpu.load8(vma.start);
    expect(told.splice(0).map(({ kind, access }) => [kind, access])).toEqual([
      ['tlb-miss', 'load'],
      ['fault-starts', 'load'],
      ['fault-done', 'load'],
    ]);
    cpu.store8(vma.start, 1);
    cpu.store8(vma.start + PAGE_SIZE, 1);
    expect(told.map(({ kind, address }) => [kind, (address - vma.start) / PAGE_SIZE])).toEqual([
      ['tlb-miss', 0],
      ['fault-starts', 0],
      ['fault-done', 0],
      ['tlb-miss', 1],
      ['fault-starts', 1],
      ['fault-done', 1],
      ['fault-starts', 1],
      ['fault-done', 1],
    ]);
  });

  it('a fault that cannot be handled is told with the error that the access throws', () => {
    const { vma, cpu, told, cpuName } = setUp();
    const [address, access] = [vma.end, 'load'];
    let thrown: unknown;
    try {
      cpu.load8(address);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'EFAULT' });
    expect(told.slice(1)).toEqual([
      { kind: 'fault-starts', cpu: cpuName, address, access },
      { kind: 'fault-failed', cpu: cpuName, address, access, error: thrown },
    ]);
  });

  it('tells nothing once the listener is removed, and still counts', () => {
    const { vma, cpu, told, stop } = setUp();
    stop();
    cpu.store8(vma.start, 1);
    expect(told).toEqual([]);
    expect(cpu.statistics).toEqual({ readFaults: 0, writeFaults: 1, walks: 2 });
  });
});
