import { describe, expect, it } from 'vitest';
import { cg } from './cg.js';

/** The table whose head begins with `first`, a list of cells for each line. */
function table(out: string, first: string): string[][] {
  const lines = out.split('\n');
  const start = lines.findIndex((line) => line.startsWith(first));
  const length = lines.slice(start).findIndex((line) => line === '' || /^\d+ box/.test(line));
  return lines.slice(start + 1, start + length).map((line) => line.split(/ {2,}/));
}

const square = ['layout', '--format', 'A8R8G8B8', '--size', '512x512'];

describe('cg layout', () => {
  it('7.1: prints the mip table', () => {
    const size = ['--size', '1000x600x1', '--mips', '10', '--layers', '6'];
    const { code, out, err } = cg(['layout', '--format', 'BC3_UNORM', ...size]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('BC3_UNORM 1000x600x1, 6 layers, 1 sample');
    const mips = table(out, 'mip');
    expect(mips).toHaveLength(10);
    expect(mips[2].map((cell) => cell.trim()).join('|')).toBe(
      '2|250x150x1|63x38x1|750,000|38,304|1,008|38,304',
    );
  });

  it('--offset says where a byte is, of several samples and of planes too', () => {
    expect(cg([...square, '--offset', '0x1004', '--offset', '0']).out).toContain(
      'byte 4,100: layer 0 mip 0 (subresource 0), texel (1, 2, 0)\nbyte 0: layer 0',
    );
    expect(cg([...square, '--samples', '2', '--offset', String(2 ** 20)]).out).toContain(
      'byte 1,048,576: sheet 1 layer 0 mip 0 (subresource 0), texel (0, 0, 0)',
    );
    const planar = cg(['layout', '--format', 'NV12', '--size', '64x64', '--offset', '4098']).out;
    expect(planar).toContain('plane 1, texel (2, 0, 0)');
  });

  it('--range and --merge: one box, the exact ones, the cheapest', () => {
    const ranges = ['--range', '4096..8192', '--range', '0x6000..0x6010', '--range', '1000000..1000004'];
    const boxes = (...more: string[]) => table(cg([...square, ...ranges, ...more]).out, 'box in');
    expect(boxes()).toHaveLength(1);
    expect(boxes('--merge', 'exact').map((cells) => [cells[1], cells[2]])).toEqual([
      ['(0, 2, 0)', '512x2x1'],
      ['(0, 12, 0)', '4x1x1'],
      ['(144, 488, 0)', '1x1x1'],
    ]);
    expect(boxes('--merge', 'cheapest')).toHaveLength(3);
    expect(boxes('--merge', 'cheapest', '--box-cost', '19000')).toHaveLength(2);
    expect(cg([...square, '--range', '2000000..2000001']).out).toContain('no box');
  });

  it('--upload prints calls, and why there are none', () => {
    const bc = ['layout', '--format', 'BC1_UNORM', '--size', '64x64', '--range', '8..64', '--upload'];
    expect(cg([...bc, 'webgpu']).out).toContain('bytesPerRow: 128, rowsPerImage: 16');
    expect(cg([...bc, 'webgl']).out).toContain('compressedTexSubImage2D');
    const none = ['layout', '--format', 'P8', '--size', '64x64', '--range', '8..64', '--upload', 'webgl'];
    expect(cg(none).out).toContain('no WebGL 2 format: WebGL 2 has no palettes');
  });

  it('--formats lists all 154, --json too', () => {
    const rows = table(`${cg(['layout', '--formats']).out}\n`, 'id');
    expect(rows).toHaveLength(154);
    expect(rows[44].map((cell) => cell.trim())).toEqual(['44', 'NV12', '2x2', '6', 'mip', 'mips', '-']);
    const { formats } = JSON.parse(cg(['layout', '--formats', '--json']).out) as { formats: unknown[] };
    expect(formats).toHaveLength(154);
    expect(formats[2]).toMatchObject({
      name: 'SVGA3D_A8R8G8B8',
      exactness: { oneSample: 'block', severalSamples: 'surface' },
      webgpu: { format: 'bgra8unorm' },
      webgl: { name: 'RGBA8', swizzle: 'bgra' },
    });
  });

  it('--json has all of it in one object', () => {
    const args = [...square, '--cube', '--stream-output', '--offset', '4', '--range', '0..4', '--json'];
    const { code, out } = cg([...args, '--upload', 'webgpu']);
    expect(code).toBe(0);
    expect(out.trimEnd()).not.toContain('\n');
    expect(JSON.parse(out)).toMatchObject({
      format: 'SVGA3D_A8R8G8B8',
      size: [512, 512, 1],
      layers: 6,
      bytes: 6 * 2 ** 20,
      backingBytes: 6 * 2 ** 20 + 16,
      locations: [{ offset: 4, subresource: 0, x: 1, y: 0, z: 0 }],
      boxes: [{ subresource: 0, x: 0, y: 0, z: 0, width: 1, height: 1, depth: 1, bytes: 4 }],
      upload: { writes: [{ dataLayout: { offset: 0, bytesPerRow: 2048, rowsPerImage: 512 } }] },
    });
  });

  it('keeps within 100 columns', () => {
    const huge = ['layout', '--format', 'R32G32B32A32_FLOAT', '--size', '65535x65535x60', '--layers', '32'];
    const upload = [...square, '--layers', '4', '--range', '2000000..9999999', '--upload', 'webgl'];
    for (const args of [huge, upload, ['layout', '--formats'], ['layout', '--help']]) {
      for (const line of cg(args).out.split('\n')) {
        expect(line.length, line).toBeLessThanOrEqual(100);
      }
    }
  });

  it('bad input: one line, exit code 2, nothing on standard output', () => {
    for (const [args, said] of [
      [[], 'needs --format and --size'],
      [['--format', 'NOPE', '--size', '4x4'], '«NOPE»'],
      [['--format', 'P8', '--size', '0x4'], 'width 0'],
      [['--format', 'P8', '--size', '4'], 'WIDTHxHEIGHT'],
      [['--format', 'P8', '--size', '4x4', '--mips', '25'], 'mipLevels 25'],
      [['--format', 'P8', '--size', '4294967295x4294967295', '--layers', '2048'], '2^53'],
      [['--format', 'FORMAT_INVALID', '--size', '4x4'], 'no layout'],
      [['--format', 'P8', '--size', '4x4', '--offset', '16'], 'outside the surface'],
      [['--format', 'P8', '--size', '4x4', '--range', '4'], 'START..END'],
      [['--format', 'P8', '--size', '4x4', '--range', '4..0'], 'end before'],
      [['--format', 'P8', '--size', '4x4', '--merge', 'best'], 'merge'],
      [['--format', 'P8', '--size', '4x4', '--offset', '1e3'], 'number'],
    ] as const) {
      const { code, out, err } = cg(['layout', ...args]);
      expect([code, out], said).toEqual([2, '']);
      expect(err).toMatch(/^cg: .*\n$/);
      expect(err).toContain(said);
    }
  });
});
