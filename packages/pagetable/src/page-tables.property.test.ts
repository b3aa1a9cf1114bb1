import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from './address.js';
import { frameOfLeaf, LEAF_PAGES, PAGE_DIRTY, PAGE_PRESENT, PAGE_RW, PAGE_USER } from './entry-bits.js';
import { ObjectMachine, SHARED_WRITABLE } from './object-machine.fixture.js';
import { ENTRY_SPAN, PageTables } from './page-tables.js';
import { PhysicalMemory } from './physical-memory.js';
import { VM_MAYREAD, VM_READ, VM_WRITE } from './vma.js';

const BASE = 5 * ENTRY_SPAN[3];
const BITS = PAGE_USER | PAGE_RW | PAGE_DIRTY;

/** What a page maps to, straight from the tables. */
function pageOf(tables: PageTables, address: number): { frame: number; bits: number } | undefined {
  const level = tables.leafLevel(address);
  if (level === 0) {
    return undefined;
  }
  const { u32 } = tables.memory;
  const entry = tables.findEntry(address, level);
  const inside = Math.floor(address / PAGE_SIZE) % LEAF_PAGES[level];
  return {
    frame: frameOfLeaf(u32[entry], u32[entry + 1], level) + inside,
    bits: u32[entry] & (BITS | PAGE_PRESENT),
  };
}

describe('page tables against a plain map', () => {
  it('map and split leaves of all sizes: every page maps to what the map says', () => {
    const operation = fc.record({
      kind: fc.constantFrom('map' as const, 'map' as const, 'split' as const),
      level: fc.integer({ min: 1, max: 3 }),
      // Few places, on purpose: leaves meet tables and other leaves.
      place: fc.integer({ min: 0, max: 3 }),
      frame: fc.integer({ min: 0, max: 2 ** 20 }),
      bits: fc.constantFrom(PAGE_USER, PAGE_USER | PAGE_RW, BITS),
    });
    const probes = [0, 1, 2, 3, 511, 512, 513, 1024, 1535, 2048, 262143, 262144, 524288, 786432, 1048575];
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), (operations) => {
        const memory = new PhysicalMemory(80 * PAGE_SIZE);
        const tables = new PageTables(memory);
        // Leaves in the order of entry; one that overlaps an earlier one is refused.
        const model: { first: number; pages: number; frame: number; bits: number }[] = [];
        const holding = (page: number) =>
          model.find(({ first, pages }) => page >= first && page < first + pages);
        // Regions that have a table: small leaves were entered there, or a larger one was split.
        const tablesAt = new Set<string>();
        const hasTable = (level: number, page: number) =>
          tablesAt.has(`${level}:${Math.floor(page / LEAF_PAGES[level])}`);
        for (const { kind, level, place, frame, bits } of operations) {
          const pages = LEAF_PAGES[level];
          const first = place * pages;
          const noteTables = () => {
            for (let upper = level + (kind === 'split' ? 0 : 1); upper <= 3; upper++) {
              tablesAt.add(`${upper}:${Math.floor(first / LEAF_PAGES[upper])}`);
            }
          };
          if (kind === 'map') {
            const isFree = holding(first) === undefined && (level === 1 || !hasTable(level, first));
            const aligned = frame - (frame % pages);
            expect(tables.map(BASE + first * PAGE_SIZE, aligned, bits, 0, level)).toBe(isFree);
            if (isFree) {
              model.push({ first, pages, frame: aligned, bits });
              noteTables();
            }
          } else {
            const isLeaf = level > 1 && tables.leafLevel(BASE + first * PAGE_SIZE) === level;
            expect(tables.splitHuge(BASE + first * PAGE_SIZE, level)).toBe(isLeaf);
            if (isLeaf) {
              noteTables();
            }
          }
        }
        for (const page of probes) {
          const leaf = holding(page);
          const wanted = leaf && { frame: leaf.frame + page - leaf.first, bits: leaf.bits | PAGE_PRESENT };
          expect(pageOf(tables, BASE + page * PAGE_SIZE), `page ${page}`).toEqual(wanted);
        }
        tables.free();
        expect(memory.freeFrames).toBe(79);
      }),
      { numRuns: 150 },
    );
  });

  it('E1, E2: under stores, mprotect, munmap, mremap and fork no written page is forgotten', () => {
    const pages = 12;
    const operation = fc.record({
      kind: fc.constantFrom(
        'store',
        'store',
        'store',
        'read-only',
        'writable',
        'munmap',
        'move',
        'fork',
        'zap',
      ),
      page: fc.integer({ min: 0, max: pages - 1 }),
      count: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 25 }), (operations) => {
        const machine = new ObjectMachine(pages);
        const frames = machine.memory.freeFrames;
        const { addressSpace, cpu, vma } = machine.process(SHARED_WRITABLE | VM_MAYREAD);
        const reported = new Set<number>();
        machine.mapping.observeZaps({ dirtyEntryZapped: (page) => reported.add(page) });
        // The model: where each page is mapped, whether it may be written; and which pages were written.
        const place = new Map<number, { address: number; writable: boolean }>();
        for (let page = 0; page < pages; page++) {
          place.set(page, { address: vma.addressOf(page), writable: true });
        }
        const written = new Set<number>();
        let moves = 0;
        for (const { kind, page, count } of operations) {
          const at = place.get(page);
          if (at === undefined) {
            continue;
          }
          const { address } = at;
          if (kind === 'store') {
            if (at.writable) {
              cpu.store8(address, page + 1);
              written.add(page);
            } else {
              expect(() => cpu.store8(address, 99)).toThrow(expect.objectContaining({ code: 'EACCES' }));
            }
          } else if (kind === 'read-only' || kind === 'writable') {
            const writable = kind === 'writable';
            addressSpace.protect(address, PAGE_SIZE, VM_READ | (writable ? VM_WRITE : 0));
            place.set(page, { address, writable });
          } else if (kind === 'munmap') {
            addressSpace.unmapRange(address, PAGE_SIZE);
            place.delete(page);
          } else if (kind === 'move') {
            const newAddress = 2 ** 40 + moves++ * ENTRY_SPAN[2];
            addressSpace.remap({ address, length: PAGE_SIZE, newLength: PAGE_SIZE, newAddress });
            place.set(page, { ...at, address: newAddress });
          } else if (kind === 'fork') {
            addressSpace.fork().exit();
          } else {
            machine.mapping.unmapRange(page, count);
          }
        }
        for (const [page, { address }] of place) {
          expect(cpu.load8(address)).toBe(written.has(page) ? page + 1 : 0);
          expect(addressSpace.findVma(address)?.pageAt(address)).toBe(page);
        }
        cpu.run(undefined);
        addressSpace.exit();
        expect([...reported].toSorted((a, b) => a - b)).toEqual([...written].toSorted((a, b) => a - b));
        expect(machine.memory.freeFrames).toBe(frames);
      }),
      { numRuns: 150 },
    );
  });
});
