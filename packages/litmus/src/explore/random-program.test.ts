import { describe, expect, it } from 'vitest';
import type { Statement } from '../program/statement.js';
import { randomProgram } from './random-program.js';

const statements = Array.from({ length: 100 }, (_, i) => randomProgram(i + 1)).flat();

const kindsOf = (of: readonly Statement[]) => [...new Set(of.map(({ kind }) => kind))].toSorted();

describe('random programs', () => {
  it('have every statement but `expect`, and every submitted command', () => {
    const kinds =
      'at buffer check destroy evict exit fail fork load machine map move process protect run store';
    expect(kindsOf(statements)).toEqual([...kinds.split(' '), 'submit', 'surface', 'unmap', 'wait']);
    const commands = statements.flatMap((statement) =>
      statement.kind === 'submit' ? statement.commands.map(({ kind }) => kind) : [],
    );
    expect([...new Set(commands)].toSorted()).toEqual(['copy', 'switch']);
  });

  it('use every kind of step in an `at` statement', () => {
    const steps = statements.flatMap((statement) => (statement.kind === 'at' ? [statement.step] : []));
    expect(kindsOf(steps)).toEqual(['evict', 'load', 'move', 'protect', 'store', 'submit', 'unmap']);
  });
});
