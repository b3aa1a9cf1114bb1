import { goldenAbsent, goldenCsv, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { formatById, formatByName } from '../src/index.js';
import type { SurfaceFormat } from '../src/index.js';

const NAME = 'formats.csv';

function flag(set: boolean): string {
  return set ? '1' : '0';
}

function channels(prefix: string, values: readonly number[]): [string, string][] {
  return values.map((value, i) => [`${prefix}_c${i}`, String(value)]);
}

function asRow(format: SurfaceFormat): Record<string, string> {
  return {
    id: String(format.id),
    name: format.name,
    block_w: String(format.blockWidth),
    block_h: String(format.blockHeight),
    block_d: String(format.blockDepth),
    bytes_per_block: String(format.bytesPerBlock),
    pitch_bytes_per_block: String(format.pitchBytesPerBlock),
    block_desc: `0x${format.blockDesc.toString(16).padStart(8, '0')}`,
    flags: format.flags.join(' '),
    ...Object.fromEntries(channels('bits', format.channelBits)),
    ...Object.fromEntries(channels('off', format.channelOffsets)),
    planar: flag(format.planar),
    compressed: flag(format.compressed),
    buffer: flag(format.buffer),
  };
}

describe.skipIf(goldenAbsent(NAME))('golden formats', () => {
  it('every format of the device is in the table, column for column', () => {
    const rows = goldenCsv(NAME, import.meta.url);
    for (const row of rows) {
      const format = formatById(Number(row['id']));
      expect(format && asRow(format), `format ${row['id']} ${row['name']}`).toEqual(row);
      expect(formatByName(row['name']), `format ${row['name']} by name`).toBe(format);
    }
    reportGolden(NAME, { formats: rows.length });
  });
});
