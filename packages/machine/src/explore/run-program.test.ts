import { describe, expect, it } from 'vitest';
import { parseProgram, programOf } from '../program/parse-program.js';
import { runProgram } from './run-program.js';

const run = (text: string) => runProgram(programOf(parseProgram(text)));

describe('runProgram', () => {
  it('refuses a program that would hold more than fits, with the step that makes it', () => {
    const surfaces = (count: number) =>
      Array.from({ length: count }, (_, i) => `surface s${i} A8R8G8B8 4096x2048 plain\n`).join('');
    expect(() => run(`process p1\n${surfaces(5)}`)).toThrow(
      expect.objectContaining({ name: 'MachineError', code: 'ENOMEM', line: 6 }),
    );
    const buffers = Array.from({ length: 9 }, (_, i) => `buffer b${i} 4096 pages\n`).join('');
    expect(() => run(`machine memory 1024\nprocess p1\n${buffers}`)).toThrow(/at most 128 MiB at a time/);
  });

  it('what is destroyed makes room for others', () => {
    const rounds = Array.from(
      { length: 6 },
      (_, i) =>
        `surface s${i} A8R8G8B8 4096x2048 plain\ndestroy s${i}\nbuffer b${i} 4096 pages\ndestroy b${i}\n`,
    );
    const { findings, counts } = run(`machine memory 64\nprocess p1\n${rounds.join('')}`);
    expect([findings, counts.failed]).toEqual([[], 0]);
  });
});
