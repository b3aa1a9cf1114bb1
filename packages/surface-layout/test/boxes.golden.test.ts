import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { boxRows, DirtyBoxes, SurfaceLayout } from '../src/index.js';

const NAME = 'boxes.jsonl.gz';

type Box = [sub: number, x: number, y: number, z: number, width: number, height: number, depth: number];

interface Row {
  id: number;
  f: number;
  sz: [number, number, number];
  m: number;
  l: number;
  s: number;
  off: number;
  bs: number;
  r: [number, number][];
  k: 'plain' | 'block' | 'buf' | 'buf_so' | 'ms' | 'planar';
  v3: Box[];
  tight: Box[];
}

function contains(outer: Box, inner: Box): boolean {
  return (
    outer[0] === inner[0] &&
    [1, 2, 3].every((i) => outer[i] <= inner[i] && outer[i] + outer[i + 3] >= inner[i] + inner[i + 3])
  );
}

function dirtyBoxes(row: Row): { layout: SurfaceLayout; boxes: Box[] } {
  const [width, height, depth] = row.sz;
  const layout = new SurfaceLayout({
    format: row.f,
    width,
    height,
    depth,
    mipLevels: row.m,
    layers: row.l,
    samples: row.s,
  });
  const dirty = new DirtyBoxes(layout);
  for (const [start, end] of row.r) {
    dirty.addRange(start - row.off, end - row.off);
  }
  const boxes = dirty
    .boxes()
    .map((box): Box => [box.subresource, box.x, box.y, box.z, box.width, box.height, box.depth]);
  expect(dirty.count, `row ${row.id} count`).toBe(boxes.length);
  return { layout, boxes };
}

describe.skipIf(goldenAbsent(NAME))('golden boxes', () => {
  it('7.2–7.4, D1–D5: byte ranges become the smallest boxes, each inside its mip', () => {
    const rows = goldenRows<Row>(NAME, import.meta.url);
    const counts = { rows: rows.length, 'equal to tight': 0, 'different in v3': 0 };
    for (const row of rows) {
      const { layout, boxes } = dirtyBoxes(row);
      for (const [subresource, x, y, z, width, height, depth] of boxes) {
        const place = (): unknown => boxRows(layout, subresource, { x, y, z, width, height, depth });
        expect(place, `row ${row.id} subresource ${subresource}`).not.toThrow();
      }
      if (row.k === 'ms') {
        const lost = row.tight.filter((inner) => !boxes.some((outer) => contains(outer, inner)));
        expect(lost, `row ${row.id} (ms) loses`).toEqual([]);
      } else {
        expect(boxes, `row ${row.id} (${row.k})`).toEqual(row.tight);
      }
      counts['equal to tight'] += JSON.stringify(boxes) === JSON.stringify(row.tight) ? 1 : 0;
      counts['different in v3'] += JSON.stringify(boxes) === JSON.stringify(row.v3) ? 0 : 1;
    }
    reportGolden(NAME, counts);
  });
});
