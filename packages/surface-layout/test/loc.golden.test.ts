import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { locate, SurfaceLayout, SurfaceLayoutError } from '../src/index.js';

const NAME = 'loc.jsonl.gz';

type V3Location = [sub: number, x: number, y: number, z: number];
type Correct = [sheet: number, sub: number, x: number, y: number, z: number];

interface Row {
  f: number;
  sz: [number, number, number];
  m: number;
  l: number;
  s: number;
  locs: [offset: number, v3: V3Location, v3End: V3Location, linux61Sheet: number, correct: Correct | null][];
  minmax: [sub: number, first: V3Location, end: V3Location];
}

function checkOffset(layout: SurfaceLayout, [offset, , , , correct]: Row['locs'][number], id: string): void {
  if (offset >= layout.bytes) {
    expect(() => locate(layout, offset), `${id}: past the end (D6)`).toThrow(SurfaceLayoutError);
    return;
  }
  const { sheet, subresource, x, y, z } = locate(layout, offset);
  if (correct === null) {
    expect(layout.format.planar, `${id}: only a planar offset has no single answer (D4)`).toBe(true);
  } else {
    expect([sheet, subresource, x, y, z], id).toEqual(correct);
  }
}

describe.skipIf(goldenAbsent(NAME))('golden loc', () => {
  it('7.1, D3, D6, D11: the block that holds a byte', () => {
    const rows = goldenRows<Row>(NAME, import.meta.url);
    const counts = { layouts: rows.length, offsets: 0, 'wrong in v3': 0 };
    for (const [index, row] of rows.entries()) {
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
      for (const entry of row.locs) {
        checkOffset(layout, entry, `row ${index} offset ${entry[0]}`);
        counts.offsets++;
        counts['wrong in v3'] += entry[4] && entry[4].slice(1).join() !== entry[1].join() ? 1 : 0;
      }
      const [subresource, , [, endX, endY, endZ]] = row.minmax;
      const mip = layout.mipOf(subresource);
      expect([mip.width, mip.height, mip.depth], `row ${index} minmax`).toEqual([endX, endY, endZ]);
    }
    reportGolden(NAME, counts);
  });
});
