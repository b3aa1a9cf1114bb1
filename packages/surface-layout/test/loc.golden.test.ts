import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { locate } from '../src/index.js';
import type { SurfaceLayout } from '../src/index.js';
import { surface } from './surfaces.js';

const NAME = 'loc.jsonl.gz';

type V3Location = [subresource: number, x: number, y: number, z: number];
type Correct = [sheet: number, subresource: number, x: number, y: number, z: number];

interface Row {
  f: number;
  sz: [number, number, number];
  m: number;
  l: number;
  s: number;
  locs: [offset: number, v3: V3Location, v3End: V3Location, linux61Sheet: number, correct: Correct | null][];
  minmax: [subresource: number, first: V3Location, end: V3Location];
}

interface Offset {
  id: string;
  layout: SurfaceLayout;
  offset: number;
  v3: V3Location;
  correct: Correct | null;
}

function layOut({ f, sz: [width, height, depth], m, l, s }: Row): SurfaceLayout {
  return surface(f, width, height, { depth, mipLevels: m, layers: l, samples: s });
}

function goldenOffsets(): Offset[] {
  return goldenRows<Row>(NAME, import.meta.url).flatMap((row, index) => {
    const layout = layOut(row);
    return row.locs.map(([offset, v3, , , correct]) => ({
      id: `row ${index} offset ${offset}`,
      layout,
      offset,
      v3,
      correct,
    }));
  });
}

describe.skipIf(goldenAbsent(NAME))('golden loc', () => {
  it('7.1, D3, D11: the block that holds a byte', () => {
    const offsets = goldenOffsets().filter(({ correct }) => correct !== null);
    let different = 0;
    for (const { id, layout, offset, v3, correct } of offsets) {
      const { sheet, subresource, x, y, z } = locate(layout, offset);
      expect([sheet, subresource, x, y, z], `${id}`).toEqual(correct);
      different += [subresource, x, y, z].join() === v3.join() ? 0 : 1;
    }
    reportGolden(NAME, { offsets: offsets.length, 'different in v3': different });
  });

  it('D4, D6: offsets without a block are past the end, or in a planar surface', () => {
    const offsets = goldenOffsets().filter(({ correct }) => correct === null);
    for (const { id, layout, offset } of offsets.filter((one) => one.offset >= one.layout.bytes)) {
      expect(() => locate(layout, offset), `${id}`).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
    for (const { id, layout, offset } of offsets.filter((one) => one.offset < one.layout.bytes)) {
      expect(layout.format.planar, `${id} has one answer`).toBe(true);
      const place = locate(layout, offset);
      const { width, height } = layout.mipOf(place.subresource);
      expect([place.x <= width, place.y < height, place.z], `${id}`).toEqual([true, true, 0]);
    }
  });

  it('7.1: a subresource ends at the size of its mip', () => {
    for (const [index, row] of goldenRows<Row>(NAME, import.meta.url).entries()) {
      const [subresource, , [, ...end]] = row.minmax;
      const { width, height, depth } = layOut(row).mipOf(subresource);
      expect([width, height, depth], `row ${index} subresource ${subresource}`).toEqual(end);
    }
  });
});
