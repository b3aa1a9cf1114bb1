import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { boxRows, DirtyBoxes } from '../src/index.js';
import type { SurfaceLayout } from '../src/index.js';
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

function run(row: Row): Result {
  const [width, height, depth] = row.sz;
  const layout = surface(row.f, width, height, { depth, mipLevels: row.m, layers: row.l, samples: row.s });
  const dirty = new DirtyBoxes(layout);
  for (const [start, end] of row.r) {
    dirty.addRange(start - row.off, end - row.off);
  }
  const boxes = dirty
    .boxes()
    .map((box): Box => [box.subresource, box.x, box.y, box.z, box.width, box.height, box.depth]);
  return { row, layout, boxes };
}

function areEqual(a: readonly Box[], b: readonly Box[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function results(): Result[] {
  return goldenRows<Row>(NAME, import.meta.url).map(run);
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

  it('7.2, D2, D3: every box lies in its mip', () => {
    for (const { row, layout, boxes } of results()) {
      for (const [subresource, x, y, z, width, height, depth] of boxes) {
        const place = (): unknown => boxRows(layout, subresource, { x, y, z, width, height, depth });
        expect(place, `row ${row.id} subresource ${subresource}`).not.toThrow();
      }
    }
  });
});
