import {
  AddressSpace,
  Mapping,
  PAGE_SIZE,
  PhysicalMemory,
  VM_HUGETLB,
  VM_MAYWRITE,
  VM_READ,
  VM_SHARED,
  VM_WRITE,
} from '@cg/pagetable';
import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { wpSharedMappingRange } from '../src/index.js';

interface WalkRow {
  id: number;
  /** First page, pages, flags; in the order of the interval tree. */
  vmas: [number, number, string][];
  first: number;
  nr: number;
  /** What the posted code visits (A1, A2). */
  v3: [number, number, number][];
  /** What is right: VMA, first and end page counted from the VMA's own first page. */
  ok?: [number, number, number][];
}

const flagBits: Record<string, number> = { s: VM_SHARED, w: VM_WRITE, m: VM_MAYWRITE, h: VM_HUGETLB };

function flagsOf(letters: string): number {
  return [...letters].reduce((flags, letter) => flags | (flagBits[letter] ?? 0), VM_READ);
}

/** Write-protects the row's range and lists the VMA ranges that the notifiers heard of. */
function visited(row: WalkRow): [number, number, number][] {
  const memory = new PhysicalMemory((row.vmas.length + 2) * PAGE_SIZE);
  const mapping = new Mapping('golden');
  const seen: [number, number, number][] = [];
  row.vmas.forEach(([firstPage, pages, letters], index) => {
    const addressSpace = new AddressSpace(memory);
    const vma = addressSpace.map({
      length: pages * PAGE_SIZE,
      flags: flagsOf(letters),
      mapping,
      firstPage,
      operations: { fault: () => 'sigbus' },
    });
    addressSpace.addNotifier({
      invalidateStart: (start, end) =>
        seen.push([index, (start - vma.start) / PAGE_SIZE, (end - vma.start) / PAGE_SIZE]),
      invalidateEnd: () => {},
    });
  });
  wpSharedMappingRange(mapping, row.first, row.nr);
  return seen;
}

describe.skipIf(goldenAbsent('walk.jsonl.gz'))('golden walk', () => {
  it('A1, A2, 3.5, 4.1: visits exactly the shared VMAs that may be written, clipped to the range', () => {
    const rows = goldenRows<WalkRow>('walk.jsonl.gz', import.meta.url);
    for (const row of rows) {
      expect(visited(row), `row ${row.id}`).toEqual(row.ok ?? row.v3);
    }
    const wrong = rows.filter((row) => JSON.stringify(row.ok ?? row.v3) !== JSON.stringify(row.v3));
    reportGolden('walk', { rows: rows.length, 'rows the posted code gets wrong': wrong.length });
  });
});
