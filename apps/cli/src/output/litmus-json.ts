import { checkingCost, printProgram, programAt, smallestFailure } from '@cg/litmus';
import type { Exploration, ExploreRequest } from '../litmus/explore.js';
import type { RanFile } from '../litmus/run-file.js';
import { configureVariant } from '../litmus/variant.js';

/** The results of files as one line of JSON. */
export function filesJson(files: readonly RanFile[]): string {
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

/** The result of an exploration as one line of JSON. */
export function explorationJson(request: ExploreRequest, exploration: Exploration): string {
  const { explored, seconds, processorSeconds, next, interrupted } = exploration;
  const { source, variant, from, end, jobs } = request;
  const { programs, steps, compared, counts, failed, failures } = explored;
  const [first] = failures;
  const program = first && programAt(source, first.number);
  const smallest = program && smallestFailure(program, first.kind, configureVariant(variant));
  return `${JSON.stringify({
    source,
    variant,
    from,
    end,
    next,
    interrupted,
    jobs,
    programs,
    steps,
    bytesCompared: compared,
    counts,
    failed,
    failures,
    smallest: smallest && printProgram(smallest),
    seconds,
    processorSeconds,
    checkedStepsPerSecond: Math.round(steps / seconds),
    checkingCost: checkingCost(explored),
  })}\n`;
}
