import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findingText } from './explore/describe-finding.js';
import { runProgram } from './explore/run-program.js';
import { litmusFiles } from './node.js';
import { parseProgram, programOf } from './program/parse-program.js';
import { preemptionPoints } from './program/preemption-points.js';

const files = litmusFiles().map((path) => [basename(path, '.litmus'), path] as const);

describe('the bundled litmus programs', () => {
  const reached = new Set<string>();

  it.each(files)('%s', (_, path) => {
    const text = parseProgram(readFileSync(path, 'utf8'));
    const program = programOf(text);
    const result = runProgram(program, { onPoint: (point) => reached.add(point) });
    expect(result.findings.map((finding) => findingText(finding, program))).toEqual([]);
    expect(result.unmet).toEqual([]);
    expect([result.unreached, result.counts.skipped], 'skipped or unreached steps').toEqual([0, 0]);
    expect(text.title[0], 'a title').toMatch(/\S/);
  });

  it('reach every preemption point', () => {
    expect(preemptionPoints.filter((point) => !reached.has(point))).toEqual([]);
  });
});
