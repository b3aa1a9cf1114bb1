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
import { SurfaceLayout } from '@cg/surface-layout';
import { AlwaysDirtyMemory } from '@cg/tracked-memory';
import { DirtyTracker, FixedPolicy, type BackedResource } from '@cg/dirty-tracking';
import { BufferObject, type ResidentResource } from '@cg/vmwgfx';
import { Machine } from '@cg/machine';
import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { PostedBoxes } from '../src/posted/boxes.js';
import { readingBack } from '../src/posted/read-back.js';
import { transferringToTheEnd } from '../src/posted/tracker.js';
import { endsAtSkippedVma, PostedMapping, skipsReadOnlyVmas } from '../src/posted/walks.js';

// The files are those of the packages that do it right; the columns here are what the posted functions did.
const inMappingDirty = new URL('../../mapping-dirty/test/', import.meta.url).href;
const inLayout = new URL('../../surface-layout/test/', import.meta.url).href;
const inDriver = new URL('../../vmwgfx/test/', import.meta.url).href;

interface WalkRow {
  id: number;
  /** First page, pages, flags. */
  vmas: [number, number, string][];
  first: number;
  nr: number;
  /** VMA, first and end page from its own first page. */
  v3: [number, number, number][];
}

const flagBits: Record<string, number> = { s: VM_SHARED, w: VM_WRITE, m: VM_MAYWRITE, h: VM_HUGETLB };

function visited({ vmas, first, nr }: WalkRow): [number, number, number][] {
  const memory = new PhysicalMemory((vmas.length + 2) * PAGE_SIZE);
  const mapping = new Mapping('golden');
  const seen: [number, number, number][] = [];
  vmas.forEach(([firstPage, pages, letters], index) => {
    const addressSpace = new AddressSpace(memory);
    const flags = [...letters].reduce((all, letter) => all | (flagBits[letter] ?? 0), VM_READ);
    const operations = { fault: () => 'sigbus' as const };
    const vma = addressSpace.map({ length: pages * PAGE_SIZE, flags, mapping, firstPage, operations });
    addressSpace.addNotifier({
      invalidateStart: (start, end) =>
        seen.push([index, (start - vma.start) / PAGE_SIZE, (end - vma.start) / PAGE_SIZE]),
      invalidateEnd: () => {},
    });
  });
  new PostedMapping(mapping, first, nr, [skipsReadOnlyVmas, endsAtSkippedVma]).writeProtect(0, nr);
  return seen;
}

describe.skipIf(goldenAbsent('walk.jsonl.gz'))('posted walks', () => {
  it('A1, A2: visit what the posted function visited', () => {
    const rows = goldenRows<WalkRow>('walk.jsonl.gz', inMappingDirty);
    rows.forEach((row) => expect(visited(row), `row ${row.id}`).toEqual(row.v3));
    reportGolden('walk, as posted', { rows: rows.length });
  });
});

interface BoxRow {
  id: number;
  f: number;
  sz: [number, number, number];
  m: number;
  l: number;
  s: number;
  off: number;
  r: [start: number, end: number][];
  k: string;
  v3: number[][];
}

describe.skipIf(goldenAbsent('boxes.jsonl.gz'))('posted boxes', () => {
  it('D1, D3, D4: are those of the posted functions', () => {
    // A stream-output trailer is another erratum (D2).
    const rows = goldenRows<BoxRow>('boxes.jsonl.gz', inLayout).filter(({ k }) => k !== 'buf_so');
    for (const row of rows) {
      const [width, height, depth] = row.sz;
      const [mipLevels, layers, samples] = [row.m, row.l, row.s];
      const layout = new SurfaceLayout({ format: row.f, width, height, depth, mipLevels, layers, samples });
      const boxes = new PostedBoxes(layout, new Set(['D1', 'D3', 'D4']));
      row.r.forEach(([start, end]) => boxes.addRange(start - row.off, end - row.off));
      const kept = boxes.kept().map((box) => {
        return [box.subresource, box.x, box.y, box.z, box.width, box.height, box.depth];
      });
      expect(kept, `row ${row.id}`).toEqual(row.v3);
    }
    reportGolden('boxes, as posted', { rows: rows.length });
  });
});

interface Cleaned {
  cleaned: number[];
  prefault: number;
  fenced: number;
}

interface CleanRow {
  id: number;
  /** Offset, bytes, GPU-dirty. */
  res: [number, number, number][];
  ins: number[];
  q: [number, number];
  v3: Cleaned;
}

function cleanedBy(machine: Machine, { res, ins, q }: CleanRow): Cleaned {
  const { driver } = machine;
  const pages = Math.max(q[1], ...res.map(([offset, bytes]) => Math.ceil((offset + bytes) / PAGE_SIZE)));
  const object = new BufferObject(driver.state, pages);
  const cleaned: number[] = [];
  for (const index of ins) {
    const [backingOffset, backingBytes, gpuDirty] = res[index];
    const resource: ResidentResource = {
      backingOffset,
      backingBytes,
      gpuDirty: gpuDirty === 1,
      isTracked: true,
      pageRange: [0, 0],
      addDirtyBytes() {},
      unbind() {},
      destroy() {},
      readBack: () => void cleaned.push(index),
      noteReadBack() {},
    };
    object.resources.insert(backingOffset, backingOffset + backingBytes, resource);
  }
  let fenced = 0;
  const stop = driver.events.listen(({ kind }) => (fenced += kind === 'fence-emitted' ? 1 : 0));
  const posted = readingBack(new Set(['C2a', 'C2b', 'C2c', 'C3']));
  const prefault = object.reserved((held) => posted(held, ...q));
  stop();
  object.references.drop();
  return { cleaned, prefault, fenced };
}

describe.skipIf(goldenAbsent('clean.jsonl.gz'))('posted read-back', () => {
  it('C2: reads back, allows and waits as the posted function did', () => {
    const rows = goldenRows<CleanRow>('clean.jsonl.gz', inDriver);
    const machine = new Machine({ memoryBytes: 2 ** 25 });
    for (const row of rows) {
      // A fence behind nothing is not sent: it would wait for nothing.
      const fenced = row.v3.cleaned.length > 0 ? row.v3.fenced : 0;
      expect(cleanedBy(machine, row), `row ${row.id}`).toEqual({ ...row.v3, fenced });
    }
    reportGolden('clean, as posted', { rows: rows.length });
  });
});

type Ranges = [number, number][];

interface TransferRow {
  id: number;
  np: number;
  in: [number, number, Ranges];
  res: [number, number][];
  ops: { op: ['t' | 'c', number]; v3: [[number, number, number][], [number, number, Ranges]] }[];
}

describe.skipIf(goldenAbsent('transfer.jsonl.gz'))('posted transfer', () => {
  it('B1: the first transfer or clear of a row reports and clears what the posted function did', () => {
    const rows = goldenRows<TransferRow>('transfer.jsonl.gz', inDriver);
    const Tracker = transferringToTheEnd(DirtyTracker);
    for (const { id, np, in: before, res, ops } of rows) {
      const tracker = new Tracker(new AlwaysDirtyMemory(np), new FixedPolicy('scan'));
      before[2].forEach(([start, end]) => tracker.dirty.addRange(start, end));
      const [{ op, v3 }] = ops;
      const [what, index] = op;
      const [backingOffset, backingBytes] = res[index];
      const handed: [number, number, number][] = [];
      const resource: BackedResource = {
        backingOffset,
        backingBytes,
        isTracked: true,
        addDirtyBytes: (start, end) => handed.push([index, start / PAGE_SIZE, end / PAGE_SIZE]),
      };
      tracker[what === 't' ? 'transfer' : 'clear'](resource, () => []);
      expect([handed, [...tracker.dirty.bitmap.ranges()]], `row ${id}`).toEqual([v3[0], v3[1][2]]);
    }
    reportGolden('transfer, as posted', { rows: rows.length });
  });
});
