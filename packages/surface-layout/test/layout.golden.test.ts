import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { formatById, imageBytes, rowPitch, SurfaceLayout, SurfaceLayoutError } from '../src/index.js';

const NAME = 'layout.jsonl.gz';
/** Where the posted 32-bit code clamps an image's size (D8). */
const CLAMPED = 0xffff_ffff;

interface Row {
  f: number;
  sz: [number, number, number];
  m: number;
  l: number;
  s: number;
  ret: number;
  pitch: number;
  img0: number;
  cpitch: number;
  imgc: number;
  ser: number;
  exact: number;
  chain: number;
  sheet: number;
  mip: [number, number, number, number, number, number][];
}

function checkLevels(row: Row, layout: SurfaceLayout, id: string): void {
  expect(layout.mips.length, `${id} levels`).toBe(row.m);
  for (const [level, [width, height, depth, bytes, rowStride, imageStride]] of row.mip.entries()) {
    // The golden strides carry the posted code's sample factor (D3).
    expect(layout.mips[level], `${id} mip ${level}`).toMatchObject({
      width,
      height,
      depth,
      ...(bytes === CLAMPED ? {} : { bytes }),
      rowStride: rowStride / row.s,
      imageStride: imageStride / row.s,
    });
  }
}

function checkCustomPitch(row: Row, id: string): void {
  const format = formatById(row.f);
  expect(format, id).toBeDefined();
  if (format === undefined) {
    return;
  }
  const [width, height, depth] = row.sz;
  expect(rowPitch(format, width), `${id} pitch`).toBe(row.pitch);
  for (const [bytes, pitch] of [[row.img0, row.pitch], [row.imgc, row.cpitch]]) {
    if (bytes !== CLAMPED) {
      expect(imageBytes(format, width, height, depth, pitch), `${id} image at pitch ${pitch}`).toBe(bytes);
    }
  }
}

describe.skipIf(goldenAbsent(NAME))('golden layout', () => {
  it('7.1, D3, D8, D10: sizes, strides and exact byte counts', () => {
    const rows = goldenRows<Row>(NAME, import.meta.url);
    const counts = { rows: rows.length, refused: 0, clamped: 0, '32-bit sizes wrong in v3': 0 };
    for (const [index, row] of rows.entries()) {
      const id = `row ${index} (format ${row.f}, ${row.sz.join('×')}, ${row.m} mips)`;
      const [width, height, depth] = row.sz;
      const create = (): SurfaceLayout =>
        new SurfaceLayout({ format: row.f, width, height, depth, mipLevels: row.m, layers: row.l, samples: row.s });
      checkCustomPitch(row, id);
      if (row.ret !== 0) {
        expect(create, id).toThrow(SurfaceLayoutError);
        counts.refused++;
        continue;
      }
      const layout = create();
      checkLevels(row, layout, id);
      expect(layout.bytes, `${id} exact`).toBe(row.exact);
      if (row.mip.some(([, , , bytes]) => bytes === CLAMPED)) {
        counts.clamped++;
      } else {
        expect([layout.mipChainBytes, layout.sheetBytes], `${id} chain, sheet`).toEqual([row.chain, row.sheet]);
      }
      counts['32-bit sizes wrong in v3'] += row.ser === layout.sheetBytes ? 0 : 1;
    }
    reportGolden(NAME, counts);
  });
});
