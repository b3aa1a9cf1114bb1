import { expect, it } from 'vitest';
import { countEnumerated, enumeratedProgram } from './enumerated-programs.js';
import { runProgram } from './run-program.js';

const LENGTH = 2;

it('leaves out a letter whose preemption point its method never reaches', { timeout: 120_000 }, () => {
  const reached = { scan: new Set<string>(), trap: new Set<string>() };
  const letters = { scan: new Set<string>(), trap: new Set<string>() };
  for (let number = 0; number < countEnumerated(LENGTH); number++) {
    const program = enumeratedProgram(number, LENGTH) ?? [];
    const method = program[0]?.kind === 'machine' && program[0].method === 'trap' ? 'trap' : 'scan';
    runProgram(program, { checked: false, onPoint: (point) => reached[method].add(point) });
    program.forEach((statement) => statement.kind === 'at' && letters[method].add(statement.point));
  }
  const clean = 'clean: between entries and flush';
  const recorded = 'fault: between recorded write and writable entry';
  const transfer = 'submit: between scan and transfer';
  expect([...letters.scan]).toEqual([clean, transfer]);
  expect([...letters.trap]).toEqual([recorded, transfer]);
  expect(reached.scan).toContain(clean);
  expect(reached.scan).not.toContain(recorded);
  expect(reached.trap).toContain(recorded);
  expect(reached.trap).not.toContain(clean);
});
