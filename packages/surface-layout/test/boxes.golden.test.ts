import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { boxRows, DirtyBoxes, DirtyRegion, SurfaceLayout } from '../src/index.js';
import type { DirtyOptions, SubresourceBox } from '../src/index.js';
import { surface } from './surfaces.js';

const NAME = 'boxes.jsonl.gz';

type Box = [subresource: number, x: number, y: number, z: number, w: number, h: number, d: number];

interface Row {
  id: number;
  f: number;
  sz: [number, number, number];
  m: number;
  l: number;
  s: number;
  off: number;
  bs: number;
  r: [start: number, end: number][];
  k: 'plain' | 'block' | 'buf' | 'buf_so' | 'ms' | 'planar';
  v3: Box[];
  tight: Box[];
}

interface Result {
  row: Row;
  layout: SurfaceLayout;
  boxes: Box[];
}

function contains(outer: Box, inner: Box): boolean {
  return (
    outer[0] === inner[0] &&
    [1, 2, 3].every((i) => outer[i] <= inner[i] && outer[i] + outer[i + 3] >= inner[i] + inner[i + 3])
  );
}

function run(row: Row, options: DirtyOptions = {}): Result {
  const [width, height, depth] = row.sz;
  const layout = surface(row.f, width, height, { depth, mipLevels: row.m, layers: row.l, samples: row.s });
  const dirty = new DirtyBoxes(layout, options);
  for (const [start, end] of row.r) {
    dirty.addRange(start - row.off, end - row.off);
  }
  const boxes = dirty
    .boxes()
    .map((box): Box => [box.subresource, box.x, box.y, box.z, box.width, box.height, box.depth]);
  return { row, layout, boxes };
}

/** The box around those of each subresource; boxes come by subresource. */
function hulls(boxes: readonly SubresourceBox[]): Box[] {
  const found = new Map<number, Box>();
  for (const { subresource, x, y, z, width, height, depth } of boxes) {
    const origin = [x, y, z];
    const end = [x + width, y + height, z + depth];
    const [, ...before] = found.get(subresource) ?? [0, x, y, z, width, height, depth];
    const from = origin.map((start, i) => Math.min(start, before[i]));
    const size = end.map((to, i) => Math.max(to, before[i] + before[i + 3]) - from[i]);
    found.set(subresource, [subresource, ...from, ...size] as Box);
  }
  return [...found.values()];
}

function areEqual(a: readonly Box[], b: readonly Box[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function results(): Result[] {
  return goldenRows<Row>(NAME, import.meta.url).map((row) => run(row));
}

describe.skipIf(goldenAbsent(NAME))('golden boxes', () => {
  it('7.2–7.4, D1, D2, D4, D5: the boxes are the smallest that hold what is dirty', () => {
    const single = results().filter(({ row }) => row.k !== 'ms');
    for (const { row, boxes } of single) {
      expect(boxes, `row ${row.id} (${row.k})`).toEqual(row.tight);
    }
    const different = single.filter(({ row, boxes }) => !areEqual(boxes, row.v3));
    reportGolden(NAME, { 'rows equal to tight': single.length, 'different in v3': different.length });
  });

  it('D3: the boxes of a multisample surface hold all that is dirty', () => {
    const multisample = results().filter(({ row }) => row.k === 'ms');
    for (const { row, boxes } of multisample) {
      const lost = row.tight.filter((inner) => !boxes.some((outer) => contains(outer, inner)));
      expect(lost, `row ${row.id} loses`).toEqual([]);
    }
    const different = multisample.filter(({ row, boxes }) => !areEqual(boxes, row.v3));
    reportGolden(NAME, { 'multisample rows': multisample.length, 'different in v3': different.length });
  });

  it('D3: in sheets that lie one after another they are the smallest, too', () => {
    const rows = goldenRows<Row>(NAME, import.meta.url).filter(({ k }) => k === 'ms');
    const sheets = rows.map((row) => run(row, { samples: 'sheets' }));
    for (const { row, boxes } of sheets) {
      expect(boxes, `row ${row.id}`).toEqual(row.tight);
    }
    reportGolden(NAME, { 'multisample rows equal to tight, sheet by sheet': sheets.length });
  });

  it('D2: the backing has a trailer where a stream-output target has one', () => {
    for (const { row, layout } of results().filter(({ row }) => row.k === 'buf' || row.k === 'buf_so')) {
      const description = { ...layout.description, streamOutput: row.k === 'buf_so' };
      expect(new SurfaceLayout(description).backingBytes, `row ${row.id}`).toBe(row.bs);
    }
  });

  it('exact and cheapest boxes: their hulls are the smallest boxes', () => {
    for (const { row, layout } of results()) {
      const dirty = new DirtyRegion(layout, { samples: 'sheets' });
      row.r.forEach(([start, end]) => dirty.addRange(start - row.off, end - row.off));
      const exact = dirty.exactBoxes();
      expect(hulls(exact), `row ${row.id} exact`).toEqual(row.tight);
      for (const perBox of [64, 4096]) {
        const boxes = dirty.cheapestBoxes({ perByte: 1, perBox });
        expect(hulls(boxes), `row ${row.id} at ${perBox}`).toEqual(row.tight);
        expect(boxes.length, `row ${row.id}`).toBeLessThanOrEqual(exact.length);
      }
    }
  });

  it('7.2, D2, D3: every box lies in its mip', () => {
    for (const { row, layout, boxes } of results()) {
      for (const [subresource, x, y, z, width, height, depth] of boxes) {
        const place = (): unknown => boxRows(layout, subresource, { x, y, z, width, height, depth });
        expect(place, `row ${row.id} subresource ${subresource}`).not.toThrow();
      }
    }
  });
});
