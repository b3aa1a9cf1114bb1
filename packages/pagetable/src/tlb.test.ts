import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { AddressSpace } from './address-space.js';
import { PAGE_GLOBAL } from './entry-bits.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { Tlb, TLB_DIRTY, TLB_GLOBAL, TLB_WRITABLE } from './tlb.js';

describe('Tlb', () => {
  it('2.2: no address hits by aliasing that is not the page’s own, and none outside the canonical range', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu } = machine.process(SHARED_WRITABLE, 0, 2 ** 32 - PAGE_SIZE);
    cpu.store32(vma.start, 1);
    cpu.store32(vma.start + PAGE_SIZE, 1);
    for (const far of [2 ** 32, -(2 ** 32), 2 ** 47, 2 ** 48, -(2 ** 48), 2 ** 52, 2 ** 60]) {
      expect(() => cpu.load32(vma.start + far), String(far)).toThrow(
        expect.objectContaining({ code: 'EFAULT' }),
      );
      expect(() => cpu.store32(vma.start + far, 9), String(far)).toThrow(
        expect.objectContaining({ code: 'EFAULT' }),
      );
      expect(() => cpu.store8(vma.start + far, 9), String(far)).toThrow(
        expect.objectContaining({ code: 'EFAULT' }),
      );
    }
    for (const none of [Number.NaN, Infinity, -Infinity, vma.start + 0.5, -0.5, -1]) {
      expect(() => cpu.load32(none), String(none)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
      expect(() => cpu.store32(none, 9), String(none)).toThrow(expect.objectContaining({ code: 'EFAULT' }));
    }
    expect([cpu.load32(vma.start), cpu.load32(vma.start + PAGE_SIZE)]).toEqual([1, 1]);
  });

  it('2.4: a range flush drops that range, whether it is smaller or larger than the TLB', () => {
    const tlb = new Tlb(256);
    const insert = (page: number) =>
      tlb.insert(page * PAGE_SIZE, page + 1, TLB_WRITABLE | TLB_DIRTY | TLB_GLOBAL);
    const has = (page: number) => tlb.lookup(page * PAGE_SIZE) !== undefined;
    [1, 2, 3, 300].forEach(insert);
    tlb.flushRange(2 * PAGE_SIZE, 3 * PAGE_SIZE);
    expect([1, 2, 3, 300].map(has)).toEqual([true, false, true, true]);
    tlb.flushRange(2 * PAGE_SIZE, 299 * PAGE_SIZE);
    expect([1, 3, 300].map(has)).toEqual([true, false, true]);
    tlb.flush();
    expect([1, 300].map(has)).toEqual([false, false]);
  });

  it('2.2: pages that are cleaned stay for loads; a store to one of them walks again', () => {
    const tlb = new Tlb(256);
    const pages = [3, 31, 32, 64, 255, 256 + 40];
    pages.forEach((page) => tlb.insert(page * PAGE_SIZE, page + 1, TLB_WRITABLE | TLB_DIRTY));
    const isStorable = (page: number) => {
      const entry = tlb.lookup(page * PAGE_SIZE);
      expect([entry?.frame, entry?.writable]).toEqual([page + 1, true]);
      const hits = tlb.storeTags[tlb.slotOf(page * PAGE_SIZE)] === page * PAGE_SIZE;
      expect(entry?.dirty).toBe(hits);
      return hits;
    };
    // Bit 0 is page 3. Pages 3 and 296 are outside the range, and the bit of page 31 is clear.
    const bits = new Uint32Array(10).fill(0xffffffff);
    bits[0] &= ~(1 << (31 - 3));
    tlb.cleanPages(3 * PAGE_SIZE, bits, 1, 253);
    expect(pages.map(isStorable)).toEqual([true, true, false, false, false, true]);
    // Bit 0 may stand for a page before the first one.
    tlb.cleanPages(-PAGE_SIZE, bits.fill(0xffffffff), 0, 298);
    expect(pages.map(isStorable)).toEqual([false, false, false, false, false, false]);
  });

  it('2.4: more pages than the TLB has slots are cleaned by their bits, too', () => {
    const tlb = new Tlb(256);
    const pages = [3, 4, 277, 278, 552, 553].map((page) => page * PAGE_SIZE);
    for (const page of pages) {
      tlb.insert(page, 1, TLB_WRITABLE | TLB_DIRTY);
    }
    // Bit 0 is page 2. Pages 3 and 553 are outside the range, and the bit of page 278 is clear.
    const bits = new Uint32Array(18).fill(0xffffffff);
    bits[8] &= ~(1 << 20);
    tlb.cleanPages(2 * PAGE_SIZE, bits, 2, 551);
    expect(pages.map((page) => tlb.lookup(page)?.dirty)).toEqual([true, false, false, true, false, true]);
    expect(pages.map((page) => tlb.storeTags[tlb.slotOf(page)] === page)).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('PAGE_GLOBAL survives a switch of address spaces, but no flush', () => {
    const machine = new ObjectMachine(2);
    const { vma, cpu, addressSpace } = machine.process();
    const { memory } = machine;
    cpu.load8(vma.addressOf(1));
    memory.u32[addressSpace.tables.find(vma.addressOf(1))] |= PAGE_GLOBAL;
    addressSpace.flushTlbRange(vma.start, vma.end);
    cpu.load8(vma.start);
    cpu.load8(vma.addressOf(1));
    cpu.run(new AddressSpace(memory));
    const cached = () =>
      [vma.start, vma.addressOf(1)].map((address) => cpu.tlb.lookup(address) !== undefined);
    expect(cached()).toEqual([false, true]);
    cpu.run(addressSpace);
    addressSpace.flushTlb();
    expect(cached()).toEqual([false, false]);
  });

  it('2.4: zapping a global entry reaches CPUs that run something else by now', () => {
    const machine = new ObjectMachine(1);
    const { vma, cpu, addressSpace } = machine.process();
    const { memory } = machine;
    cpu.load8(vma.start);
    memory.u32[addressSpace.tables.find(vma.start)] |= PAGE_GLOBAL;
    addressSpace.flushTlbRange(vma.start, vma.end);
    cpu.load8(vma.start);
    cpu.run(undefined);
    expect(cpu.tlb.lookup(vma.start)).toBeDefined();
    addressSpace.unmap(vma);
    expect(cpu.tlb.lookup(vma.start)).toBeUndefined();
  });

  it('has a power of two of slots', () => {
    for (const slots of [0, 128, 1000, 131072, Number.NaN]) {
      expect(() => new Tlb(slots)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
  });

  it('2.4: whatever was entered and flushed before, a flush leaves nothing of its range and all the rest', () => {
    const page = fc.nat(700);
    const of = (...kinds: string[]) => fc.record({ kind: fc.constantFrom(...kinds), page, end: page });
    const flush = fc.oneof({ weight: 4, arbitrary: of('range') }, of('all', 'switch'));
    // Several flushes in a row, too: the later ones find few translations, or none.
    const steps = fc.tuple(fc.array(of('insert'), { maxLength: 8 }), fc.array(flush, { maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 8 }), (rounds) => {
        const tlb = new Tlb(256);
        // By slot, as only one translation has room in it: its page; every third one is global.
        const model = new Map<number, number>();
        const keep = (test: (page: number) => boolean) =>
          [...model].forEach(([slot, at]) => test(at) || model.delete(slot));
        for (const { kind, page: at, end } of rounds.flat(2)) {
          if (kind === 'insert') {
            tlb.insert(at * PAGE_SIZE, at, TLB_WRITABLE | (at % 3 === 0 ? TLB_GLOBAL : 0));
            model.set(at % 256, at);
          } else if (kind === 'range') {
            tlb.flushRange(at * PAGE_SIZE, end * PAGE_SIZE);
            keep((other) => other < at || other >= end);
          } else if (kind === 'all') {
            tlb.flush();
            model.clear();
          } else {
            tlb.flushForSwitch();
            keep((other) => other % 3 === 0);
          }
          const found = Array.from({ length: 701 }, (_, i) => i).filter((i) => tlb.lookup(i * PAGE_SIZE));
          expect(found).toEqual([...model.values()].toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 100 },
    );
  });
});
