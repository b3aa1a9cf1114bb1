import { describe, expect, it } from 'vitest';
import { cg, runCg } from './cg.js';

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

  it('--offset prints the location of a byte, also with several samples and planes', async () => {
    expect((await runCg([...square, '--offset', '0x1004', '--offset', '0'])).out).toContain(
      'byte 4,100: layer 0 mip 0 (subresource 0), texel (1, 2, 0)\nbyte 0: layer 0',
    );
    expect((await runCg([...square, '--samples', '2', '--offset', String(2 ** 20)])).out).toContain(
      'byte 1,048,576: sheet 1 layer 0 mip 0 (subresource 0), texel (0, 0, 0)',
    );
    const planar = (await runCg(['layout', '--format', 'NV12', '--size', '64x64', '--offset', '4098'])).out;
    expect(planar).toContain('plane 1, texel (2, 0, 0)');
  });

  it('--range and --merge: one box, the exact ones, the cheapest', async () => {
    const ranges = ['--range', '4096..8192', '--range', '0x6000..0x6010', '--range', '1000000..1000004'];
    const boxes = async (...more: string[]) =>
      table((await runCg([...square, ...ranges, ...more])).out, 'box in');
    expect(await boxes()).toHaveLength(1);
    const exact = await boxes('--merge', 'exact');
    expect(exact.map((cells) => [cells[1], cells[2]])).toEqual([
      ['(0, 2, 0)', '512x2x1'],
      ['(0, 12, 0)', '4x1x1'],
      ['(144, 488, 0)', '1x1x1'],
    ]);
    expect(await boxes('--merge', 'cheapest')).toHaveLength(3);
    expect(await boxes('--merge', 'cheapest', '--box-cost', '19000')).toHaveLength(2);
    const trailer = ['--stream-output', '--range', `${2 ** 20}..${2 ** 20 + 16}`];
    expect((await runCg([...square, ...trailer])).out).toContain('no box');
  });

  it('--upload prints the textures and the calls, or why there are none', async () => {
    const bc = ['layout', '--format', 'BC1_UNORM', '--size', '64x64', '--range', '8..64', '--upload'];
    const gpu = (await runCg([...bc, 'webgpu'])).out;
    expect(gpu).toContain('bc1-rgba-unorm\n  needs texture-compression-bc\ncreateTexture');
    expect(gpu).toContain('{size: {width: 64, height: 64, depthOrArrayLayers: 1}}');
    expect(gpu).toContain('bytesPerRow: 128, rowsPerImage: 16');
    const gl = (await runCg([...bc, 'webgl'])).out;
    expect(gl).toContain('texStorage2D target 0xde1');
    expect(gl).toContain('compressedTexSubImage2D');
    const none = ['layout', '--format', 'P8', '--size', '64x64', '--range', '8..64', '--upload', 'webgl'];
    expect((await runCg(none)).out).toContain('no WebGL 2 texture: WebGL 2 has no palettes');
  });

  it('--unaligned: part blocks, for devices that have the feature', async () => {
    const bc = ['layout', '--format', 'BC7_UNORM', '--size', '10x6x3', '--upload'];
    expect((await runCg([...bc, 'webgpu'])).out).toContain('WebGPU needs texture-compression-unaligned');
    expect((await runCg([...bc, 'webgpu', '--unaligned'])).out).toContain(
      '  needs texture-compression-unaligned',
    );
    expect((await runCg([...bc, 'webgl', '--unaligned'])).out).toContain(
      'not a multiple of the block, which WebGL 2',
    );
  });

  it('a format may have its WebGPU or WebGL 2 name', async () => {
    for (const [name, shown] of [
      ['bc3-rgba-unorm', 'BC3_UNORM'],
      ['bgra8unorm', 'B8G8R8A8_UNORM'],
      ['RGB9_E5', 'R9G9B9E5_SHAREDEXP'],
      ['COMPRESSED_RGBA_BPTC_UNORM_EXT', 'BC7_UNORM'],
    ]) {
      expect((await runCg(['layout', '--format', name, '--size', '4x4'])).out).toMatch(
        new RegExp(`^${shown} 4x4x1,`),
      );
    }
  });

  it('--formats lists all 154, --json too', async () => {
    const rows = table(`${(await runCg(['layout', '--formats'])).out}\n`, 'id');
    expect(rows).toHaveLength(154);
    expect(rows[44].map((cell) => cell.trim())).toEqual(['44', 'NV12', '2x2', '6', 'mip', 'mips', '-']);
    const { formats } = JSON.parse((await runCg(['layout', '--formats', '--json'])).out) as {
      formats: unknown[];
    };
    expect(formats).toHaveLength(154);
    expect(formats[2]).toMatchObject({
      name: 'SVGA3D_A8R8G8B8',
      exactness: { oneSample: 'block', severalSamples: 'surface' },
      webgpu: { format: 'bgra8unorm' },
      webgl: { name: 'RGBA8', swizzle: 'bgra' },
    });
  });

  it('--json has all of it in one object', async () => {
    const args = [...square, '--cube', '--stream-output', '--offset', '4', '--range', '0..4', '--json'];
    const { code, out } = await runCg([...args, '--upload', 'webgpu']);
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

  it('keeps within 100 columns', async () => {
    const huge = ['layout', '--format', 'R32G32B32A32_FLOAT', '--size', '65535x65535', '--layers', '2047'];
    const bc = ['layout', '--format', 'bc6h-rgb-ufloat', '--upload', 'webgpu', '--size'];
    const upload = [...square, '--layers', '4', '--range', '2000000..9999999', '--upload', 'webgl'];
    const volume = [...bc, '65532x65532x60'];
    for (const args of [
      huge,
      volume,
      [...bc, '7x7'],
      upload,
      ['layout', '--formats'],
      ['layout', '--help'],
    ]) {
      for (const line of (await runCg(args)).out.split('\n')) {
        expect(line.length, line).toBeLessThanOrEqual(100);
      }
    }
  });

  it('bad input: one line, exit code 2, nothing on standard output', async () => {
    for (const [args, message] of [
      [[], 'needs --format and --size'],
      [['--format', 'NOPE', '--size', '4x4'], '«NOPE»'],
      [['--format', 'P8', '--size', '0x4'], 'width 0'],
      [['--format', 'P8', '--size', '4'], 'WIDTHxHEIGHT'],
      [['--format', 'P8', '--size', '4x4', '--mips', '25'], 'mipLevels 25'],
      [['--format', 'P8', '--size', '4294967295x4294967295', '--layers', '2048'], '2^53'],
      [['--format', 'FORMAT_INVALID', '--size', '4x4'], 'no layout'],
      [['--format', 'P8', '--size', '4x4', '--offset', '16'], 'outside the surface'],
      [['--format', 'P8', '--size', '4x4', '--range', '4'], 'START..END'],
      [['--format', 'P8', '--size', '4x4', '--range', '4..0'], 'end after'],
      [['--format', 'P8', '--size', '4x4', '--range', '4..4'], 'end after'],
      [['--format', 'P8', '--size', '4x4', '--range', '0..4', '--range', '8..17'], '8..17 leaves'],
      [['--format', 'P8', '--size', '4x4', '--range', '16..17'], '16..17 leaves'],
      [['--format', 'BUFFER', '--size', '4x1', '--stream-output', '--range', '0..21'], '20 bytes'],
      [['--format', 'P8', '--size', '4x4x2', '--layers', '2'], 'arrays of volumes'],
      [['--format', 'P8', '--size', '4x8', '--cube'], 'square'],
      [['--format', 'P8', '--size', '4x4x4', '--cube'], 'flat'],
      [['--format', 'P8', '--size', '4x4', '--cube', '--layers', '7'], '7 layers'],
      [['--format', 'P8', '--size', '4x4', '--layers', '0'], 'layers 0'],
      [['--format', 'P8', '--size', '4x4', '--samples', '33'], '32 samples'],
      [['--format', 'P8', '--size', '4x4', '--mips', '0'], 'mipLevels 0'],
      [['--format', 'P8', '--size', '4x4', '--mips', '-1'], 'mips'],
      [['--format', 'BUFFER', '--size', '4x2'], 'a buffer'],
      [['--format', 'BUFFER', '--size', '4x1', '--mips', '2'], 'a buffer'],
      [['--format', 'BUFFER', '--size', '4x1', '--samples', '2'], 'a buffer'],
      [['--format', 'P8', '--size', '4x4', '--merge', 'exact'], 'without --range'],
      [['--format', 'P8', '--size', '4x4', '--range', '0..4', '--box-cost', '9'], 'cheapest'],
      [['--format', 'P8', '--size', '4x4', '--sheets'], 'without --range'],
      [['--format', 'P8', '--size', '4x4', '--planes'], 'without --range'],
      [['--format', 'P8', '--size', '4x4', '--unaligned'], 'without --upload'],
      [['--formats', '--size', '4x4'], 'cannot be used'],
      [['--format', 'P8', '--size', '4x4', '--merge', 'best'], 'merge'],
      [['--format', 'P8', '--size', '4x4', '--offset', '1e3'], 'number'],
    ] as const) {
      const { code, out, err } = await runCg(['layout', ...args]);
      expect([code, out], message).toEqual([2, '']);
      expect(err).toMatch(/^cg: .*\n$/);
      expect(err).toContain(message);
    }
  });
});
