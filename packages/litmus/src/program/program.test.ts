import { describe, expect, it } from 'vitest';
import { randomProgram } from '../explore/random-program.js';
import { parseProgram, programOf } from './parse-program.js';
import { printProgram } from './print-program.js';

const every = `machine cpus 4 method scan memory 16 objects 8 graphics 40 dx shadow
process p1
buffer b1 12 pages
buffer b2 1 page
surface s1 A8R8G8B8 64x64 in b1 +4096
surface s2 A8R8G8B8 64x64x4 mips 3 layers 2 samples 4
surface s3 BC1_UNORM 64x64 cube plain
cpu 1 runs p1
map p1 s1
unmap p1 s1 +4096 8192
unmap p1 s1
protect p1 b1 read
move p1 b1
fork p1 p2
exit p2
cpu 0 store s1 +4096 16
cpu 0 store s1 +0 4 value 7
cpu 3 load b1 +0 1
submit copy s1 -> s2, switch s1 b1, copy s2 -> s1 sub 3 box 0x8x0 16x16x1
evict s1
destroy s1
wait
fail command-space after 2 times 3
at 'fault: between recorded write and writable entry' cpu 1 store b1 +0 4
check
check s2
expect lost 0
expect uploaded <= 4096
`;

describe('programs', () => {
  it('parse to what was printed, every statement', () => {
    expect(printProgram(programOf(parseProgram(every)))).toBe(every);
  });

  it('parse to what was printed, random ones', () => {
    for (let seed = 1; seed < 100; seed++) {
      const program = randomProgram(seed);
      expect(programOf(parseProgram(printProgram(program)))).toEqual(program);
    }
  });

  it('are the same for the same seed, and differ between seeds', () => {
    expect(randomProgram(7)).toEqual(randomProgram(7));
    expect(randomProgram(7)).not.toEqual(randomProgram(8));
  });

  it('keep lines, and the title that stands before the first statement', () => {
    const { lines, title } = parseProgram('# One line\n#two\n\nprocess p1 # not a title\nwait\n');
    expect(title).toEqual(['One line', 'two']);
    expect(lines.map(({ line }) => line)).toEqual([4, 5]);
  });

  it.each([
    ['frobnicate', /no statement begins with "frobnicate"/],
    ['toString', /no statement begins with "toString"/],
    ['buffer b1 0 pages', /a number from 1 to 4096, not "0"/],
    ['buffer b1 3', /expected "pages?"/],
    ['cpu 9 store b1 +0 1', /a CPU must be a number from 0 to 3/],
    ['cpu 0 store b1 +0 1', /"b1" is not the name of a surface or buffer/],
    ['cpu 0 store b1 0 1', /expected an offset such as \+4096/],
    ['surface s1 NOFORMAT 4x4', /"NOFORMAT" is not a format/],
    ['surface s1 A8R8G8B8 4x', /a size such as 64x64/],
    ['process p1 p2', /unexpected "p2"/],
    ["at 'nowhere' wait", /"nowhere" is not a preemption point/],
    ["at 'zap: between entries and flush' wait", /"wait" cannot be used in "at"/],
    ['surface s1 A8R8G8B8 4x4x1x9', /at most three numbers, not 4/],
    [
      'surface s1 A8R8G8B8 4x4\nsurface s2 A8R8G8B8 4x4\nsubmit copy s1 -> s2 box xx 4x4',
      /corner such as 0x0x0/,
    ],
    ['wait\nmachine cpus 1', /"machine" comes before everything else/],
    ['machine cpus 1\nmachine cpus 4', /"machine" comes before everything else/],
    ["at 'zap", /a quote has no end/],
    ['expect luck 0', /"luck" is not a counter/],
    ['fail nothing', /"nothing" is not a fault point/],
    ['surface s A8R8G8B8 4x4\nswitch s b2', /"b2" is not the name of a buffer/],
    ['process p1\nmachine cpus 1', /"machine" comes before everything else/],
  ])('are refused with the line: %s', (text, message) => {
    const line = text.split('\n').length + 1;
    expect(() => parseProgram(`# title\n${text}`)).toThrow(
      expect.objectContaining({ code: 'EBADMSG', line, message: expect.stringMatching(message) }),
    );
  });

  it('are refused if steps are nested, however deep', () => {
    const text = `${"at 'zap: between entries and flush' ".repeat(20_000)}wait`;
    expect(() => parseProgram(text)).toThrow(expect.objectContaining({ code: 'EBADMSG', line: 1 }));
  });
});
