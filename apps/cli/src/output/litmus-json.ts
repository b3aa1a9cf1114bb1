import type { Program, ProgramText, RunResult } from '@cg/machine';

/** A litmus file that was run. */
export interface RanFile {
  readonly path: string;
  readonly text: ProgramText;
  readonly program: Program;
  readonly result: RunResult;
  readonly passed: boolean;
}

/** The machine-readable form: one line. */
export function fileJson(files: readonly RanFile[]): string {
  const rows = files.map(({ path, passed, result }) => ({
    file: path,
    passed,
    steps: result.steps,
    bytesCompared: result.compared,
    counts: result.counts,
    unmet: result.unmet,
    unreached: result.unreached,
    findings: result.findings,
  }));
  return `${JSON.stringify({ files: rows })}\n`;
}
