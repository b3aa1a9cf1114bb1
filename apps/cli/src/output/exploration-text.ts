import {
  checkingCost,
  letterCount,
  printProgram,
  programAt,
  programCount,
  smallestFailure,
} from '@cg/machine';
import type { Exploration, ExploreRequest } from '../litmus/explore.js';
import { configureVariant } from '../litmus/variant.js';
import { describeRun } from './litmus-text.js';
import { progressBar } from './progress.js';

const number = (value: number): string => value.toLocaleString('en-US');

/** What an exploration found: the sum, and the first program that failed, made as small as it goes. */
export function describeExploration(request: ExploreRequest, { explored, seconds }: Exploration): string {
  const { programs, steps, compared, counts, failed } = explored;
  const { uploaded = 0, excess = 0 } = counts;
  const changed = uploaded === 0 ? 0 : (100 * (uploaded - excess)) / uploaded;
  const wrong = failed === 0 ? 'none lost or stale' : `${failed} programs with wrong ones`;
  const cost = checkingCost(explored);
  const jobs = request.jobs === 1 ? '1 job' : `${request.jobs} jobs`;
  const rate = `${number(Math.round(steps / seconds))} checked steps a second, ${jobs}`;
  const lines = [
    `${titleOf(request, programs)}: ${number(steps)} steps in ${seconds.toFixed(1)} s`,
    `  compared  ${number(compared)} bytes, ${wrong}`,
    `  uploaded  ${number(uploaded)} bytes, ${changed.toFixed(1)} % of them had changed`,
    `  checking  ${cost === undefined ? '' : `${cost.toFixed(1)} times as long as unchecked; `}${rate}`,
  ];
  return `${lines.join('\n')}\n${describeFirst(request, explored.failures)}`;
}

function titleOf({ source, from, end, variant }: ExploreRequest, programs: number): string {
  const what =
    source.kind === 'random'
      ? `${number(programs)} random programs, seeds ${from} to ${end - 1}`
      : [
          `${number(programs)} programs of up to ${source.length} of ${letterCount} steps`,
          `(${number(programCount(source))} with those that repeat others)`,
        ].join(' ');
  return variant === undefined ? what : `variant ${variant}: ${what}`;
}

function describeFirst(
  { source, variant }: ExploreRequest,
  failures: Exploration['explored']['failures'],
): string {
  const [first] = failures;
  const program = first && programAt(source, first.number);
  if (program === undefined) {
    return '';
  }
  const options = configureVariant(variant);
  const progress = progressBar('shrinking', 3000, 'runs');
  let tried = 0;
  const smallest = smallestFailure(program, first.kind, options, () => progress.update(++tried));
  progress.stop();
  const which = source.kind === 'random' ? `seed ${first.number}` : `program ${first.number}`;
  return [
    `\n${which} fails; the smallest program that does so in the same way:\n\n`,
    printProgram(smallest),
    '\n',
    describeRun(smallest, options),
    '\nSave it, and run it again with cg litmus <file>.\n',
  ].join('');
}
