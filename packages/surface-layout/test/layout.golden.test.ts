import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { formatById, imageBytes, rowPitch } from '../src/index.js';
import type { SurfaceLayout } from '../src/index.js';
import { surface } from './surfaces.js';

const NAME = 'layout.jsonl.gz';
/** Where the posted 32-bit code clamps the size of an image (D8). */
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
  mip: [w: number, h: number, d: number, bytes: number, rowStride: number, imageStride: number][];
}

interface NamedRow extends Row {
  id: string;
}

function layOut({ f, sz: [width, height, depth], m, l, s }: Row): SurfaceLayout {
  return surface(f, width, height, { depth, mipLevels: m, layers: l, samples: s });
}

function isClamped(row: Row): boolean {
  return row.mip.some(([, , , bytes]) => bytes === CLAMPED);
}

/** The golden levels: a clamped size becomes ours, strides lose the posted code's sample factor (D3). */
function goldenLevels(row: Row, layout: SurfaceLayout): number[][] {
  return row.mip.map(([width, height, depth, bytes, rowStride, imageStride], level) => [
    width,
    height,
    depth,
    bytes === CLAMPED ? layout.mips[level].bytes : bytes,
    rowStride / row.s,
    imageStride / row.s,
  ]);
}

function namedRows(): NamedRow[] {
  return goldenRows<Row>(NAME, import.meta.url).map((row, index) =>
    Object.assign(row, { id: `row ${index} (format ${row.f}, ${row.sz.join('×')}, ${row.m} mips)` }),
  );
}

describe.skipIf(goldenAbsent(NAME))('golden layout', () => {
  it('7.1, D3, D8: sizes, strides and exact byte counts', () => {
    const rows = namedRows().filter(({ ret }) => ret === 0);
    for (const row of rows) {
      const layout = layOut(row);
      const levels = layout.mips.map((mip) => [
        mip.width,
        mip.height,
        mip.depth,
        mip.bytes,
        mip.rowStride,
        mip.imageStride,
      ]);
      expect(levels, `${row.id} levels`).toEqual(goldenLevels(row, layout));
      expect(layout.bytes, `${row.id} exact`).toBe(row.exact);
    }
    for (const row of rows.filter((row) => !isClamped(row))) {
      const { mipChainBytes, sheetBytes } = layOut(row);
      expect([mipChainBytes, sheetBytes], `${row.id} chain, sheet`).toEqual([row.chain, row.sheet]);
    }
    const wrong = rows.filter((row) => row.ser !== layOut(row).sheetBytes);
    reportGolden(NAME, { layouts: rows.length, 'sizes wrong in v3': wrong.length });
  });

  it('D10: what the posted code refuses is refused', () => {
    const rows = namedRows().filter(({ ret }) => ret !== 0);
    for (const row of rows) {
      expect(() => layOut(row), `${row.id}`).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    }
    reportGolden(NAME, { refused: rows.length });
  });

  it('one image at its own pitch and at a wider one', () => {
    for (const row of namedRows()) {
      const format = formatById(row.f);
      if (format === undefined) {
        throw new Error(`${row.id}: no such format`);
      }
      const [width, height, depth] = row.sz;
      expect(rowPitch(format, width), `${row.id} pitch`).toBe(row.pitch);
      for (const [pitch, bytes] of [
        [row.pitch, row.img0],
        [row.cpitch, row.imgc],
      ]) {
        const ours = Math.min(imageBytes(format, width, height, depth, pitch), CLAMPED);
        expect(ours, `${row.id} image at pitch ${pitch}`).toBe(bytes);
      }
    }
  });
});
