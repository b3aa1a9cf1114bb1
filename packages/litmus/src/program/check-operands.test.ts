import { describe, expect, it } from 'vitest';
import { LitmusError } from '../errors.js';
import { randomProgram } from '../explore/random-program.js';
import { checkOperands } from './check-operands.js';
import { parseProgram, programOf } from './parse-program.js';

const MADE = `machine cpus 2 memory 8 graphics 64
process p1
buffer b1 2 pages
surface s1 A8R8G8B8 64x32 mips 3
surface s2 A8R8G8B8 64x32 mips 3
surface half A8R8G8B8 32x32
surface seen A8R8G8B8 64x32 mips 3 plain
surface bc BC1_UNORM 64x64
surface bc2 BC1_UNORM 64x64
surface yuv NV12 64x64
surface yuv2 NV12 64x64
`;

function check(text: string): void {
  checkOperands(programOf(parseProgram(text)));
}

describe('invalid operands', () => {
  it.each([
    [
      'a box outside its mip',
      'submit copy s1 -> s2 box 48x0x0 32x1x1',
      /leaves its mip: .* "s1" is 64x32x1 there/,
    ],
    ['a box outside a smaller mip', 'submit copy s1 -> s2 sub 2 box 0x0x0 17x1x1', /"s1" is 16x8x1 there/],
    ['a box behind the last slice', 'submit copy s1 -> s2 box 0x0x1 1x1x1', /leaves its mip/],
    [
      'a box that starts inside a block',
      'submit copy bc -> bc2 box 2x0x0 4x4x1',
      /does not start on a block/,
    ],
    ['a part of a planar image', 'submit copy yuv -> yuv2 box 0x0x0 8x8x1', /part of a planar subresource/],
    ['an unknown subresource', 'submit copy s1 -> s2 sub 3 box 0x0x0 1x1x1', /no subresource 3: it has 3/],
    ['a copy to another shape', 'submit copy s1 -> half', /"s1" and "half" have different shapes/],
    ['a copy to itself', 'submit copy s1 -> s1', /"s1" cannot be copied to itself/],
    ['the second command of two', 'submit copy s1 -> s2, copy s1 -> half', /different shapes/],
    ['a plain surface switched', 'switch seen b1', /"seen" is plain, so that it cannot be moved/],
    ['a buffer too small to switch to', 'switch s1 b1', /"s1" has 10752 bytes, "b1" only 8192/],
    ['a plain surface mapped', 'map p1 seen', /"seen" is plain, so it cannot be mapped/],
    ['a plain surface stored to', 'cpu 0 store seen +0 4', /"seen" is plain/],
    ['a store behind the end', 'cpu 0 store b1 +8192 1', /1 bytes from \+8192 on end outside "b1"/],
    ['a store over the end', 'cpu 0 store b1 +8000 193', /end outside "b1", of which 8192 are mapped/],
    ['a load behind the last page of a surface', 'cpu 0 load s1 +12288 1', /of which 12288 are mapped/],
    ['an unmapping over the end', 'unmap p1 b1 +4096 8192', /end outside "b1"/],
    ['an unknown CPU', 'cpu 2 store b1 +0 1', /no CPU 2: it has 2, counted from 0/],
    ['a process on such a CPU', 'cpu 3 runs p1', /no CPU 3/],
    [
      'a step in another one',
      "at 'zap: between entries and flush' cpu 0 load b1 +9000 1",
      /end outside "b1"/,
    ],
    ['a cube with layers', 'surface x A8R8G8B8 4x4 layers 2 cube', /a cube has six faces and no layers/],
    ['mips beyond all', 'surface x A8R8G8B8 4x4 mips 25', /not a count of 1 to 24/],
    ['a surface outside its buffer', 'surface x A8R8G8B8 64x32 in b1 +4096', /end outside "b1"/],
    [
      'a buffer larger than memory',
      'buffer x 2049 pages',
      /2049 pages are more than the machine's 2048 of memory/,
    ],
    [
      'a buffer larger than graphics memory',
      'buffer x 65 pages',
      /more than the machine's 64 of graphics memory/,
    ],
    ['a surface that cannot be checked', 'surface x A8R8G8B8 64x528', /33 pages and 33 for a copy/],
    ['a huge surface', 'surface x A8R8G8B8 65536x65536x65536 plain', /pages are more than/],
  ])('%s: %s', (_what, statement, message) => {
    const line = MADE.split('\n').length;
    expect(() => check(MADE + statement)).toThrow(
      expect.objectContaining({ code: 'EINVAL', line, message: expect.stringMatching(message) }),
    );
    expect(() => check(MADE + statement)).toThrow(LitmusError);
  });

  it.each([
    ['processes', 'process p%\n', 256, 'process px\n'],
    ['moves', 'move p1 b1\n', 65_536, 'map p1 b1 huge\n'],
  ])('too many %s', (_what, line, most, oneMore) => {
    const made = line.includes('%') ? '' : 'process p1\nbuffer b1 1 page\n';
    const text = made + Array.from({ length: most }, (_, i) => line.replace('%', `${i}`)).join('');
    expect(() => check(text)).not.toThrow();
    expect(() => check(text + oneMore)).toThrow(/at most/);
  });

  it('too many commands of one submission', () => {
    const copies = (count: number) => `submit ${Array(count).fill('copy s1 -> s2').join(', ')}\n`;
    expect(() => check(MADE + copies(1024))).not.toThrow();
    expect(() => check(MADE + copies(1025))).toThrow(/at most 1024 commands/);
  });
});

describe('valid operands', () => {
  it.each([
    'submit copy s1 -> s2 sub 2 box 0x0x0 16x8x1',
    'submit copy bc -> bc2 box 60x60x0 4x4x1',
    'submit copy yuv -> yuv2 sub 0 box 0x0x0 64x64x1',
    'cpu 1 store s1 +12287 1',
    'cpu 1 load b1 +0 8192',
    'unmap p1 b1 +4096 4096',
    'surface x A8R8G8B8 64x512',
  ])('%s', (statement) => {
    expect(() => check(MADE + statement)).not.toThrow();
  });

  it('those of random programs', () => {
    for (let seed = 1; seed < 2000; seed++) {
      expect(() => checkOperands(randomProgram(seed)), `seed ${seed}`).not.toThrow();
    }
  });
});
