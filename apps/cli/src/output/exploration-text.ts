import {
  checkingCost,
  letterCount,
  printProgram,
  programAt,
  programCount,
  smallestFailure,
} from '@cg/litmus';
import type { Exploration, ExploreRequest } from '../litmus/explore.js';
import { configureVariant } from '../litmus/variant.js';
import { describeRun } from './litmus-text.js';
import { progressBar } from './progress.js';

const number = (value: number): string => value.toLocaleString('en-US');

/** The result of an exploration: totals, the first failing program, and how to continue after a signal. */
export function describeExploration(request: ExploreRequest, exploration: Exploration): string {
  const { explored, seconds, processorSeconds, interrupted } = exploration;
  const { steps, compared, counts, failed } = explored;
  const { uploaded = 0, excess = 0 } = counts;
  const changed = uploaded === 0 ? 0 : (100 * (uploaded - excess)) / uploaded;
  const wrong = failed === 0 ? 'none lost or stale' : `wrong in ${failed} programs`;
  const cost = checkingCost(explored);
  const jobs = request.jobs === 1 ? '1 job' : `${request.jobs} jobs`;
  const perSecond = number(Math.round(steps / seconds));
  const perProcessorSecond = number(Math.round(steps / processorSeconds));
  const lines = [
    `${titleOf(request, exploration)}: ${number(steps)} steps in ${seconds.toFixed(1)} s`,
    `  compared  ${number(compared)} bytes, ${wrong}`,
    `  uploaded  ${number(uploaded)} bytes, ${changed.toFixed(1)} % of them had changed`,
    `  speed     ${perSecond} checked steps per second, ${jobs}; ${perProcessorSecond} per processor second`,
    ...(cost === undefined ? [] : [`  checking  ${cost.toFixed(1)} times as long as unchecked`]),
  ];
  const first = explored.failures.at(0);
  if (first !== undefined) {
    const which = request.source.kind === 'random' ? 'seed' : 'program';
    lines.push(
      '',
      `${which} ${first.number} fails; shrunk to the smallest program with the same failure:`,
      '',
    );
  } else if (interrupted !== undefined) {
    lines.push('', `stopped by ${interrupted}; ${restOf(request, exploration)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** How to run the rest after a signal. */
function restOf({ source, end, variant, jobs }: ExploreRequest, { next }: Exploration): string {
  if (source.kind !== 'random') {
    return `${number(next)} of ${number(end)} programs are done`;
  }
  const options = [
    ['--random', end - next],
    ['--seed', next],
    ['--steps', source.steps],
    ['--method', source.method],
    ['--variant', variant],
    ['--jobs', jobs === 1 ? undefined : jobs],
  ].filter(([, value]) => value !== undefined);
  return `the next seed is ${next}:\n  cg litmus ${options.flat().join(' ')}`;
}

function titleOf({ source, from, variant }: ExploreRequest, { explored, next }: Exploration): string {
  const { programs } = explored;
  const what = describeSource(source, programs, `seeds ${from} to ${next - 1}`);
  return variant === undefined ? what : `variant ${variant}: ${what}`;
}

function describeSource(source: ExploreRequest['source'], programs: number, seeds: string): string {
  const all = number(programCount(source));
  switch (source.kind) {
    case 'random':
      return `${number(programs)} random programs, ${seeds}`;
    case 'exhaustive':
      return [
        `${number(programs)} programs of up to ${source.length} of ${letterCount} steps`,
        `(${all} with those that repeat others)`,
      ].join(' ');
    case 'races':
      return `${number(programs)} races (${all} with those that cannot happen)`;
  }
}

/** The first failing program, shrunk; undefined if none failed. */
export function describeSmallest(
  { source, variant }: ExploreRequest,
  { failures }: Exploration['explored'],
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
  return [
    printProgram(smallest),
    '\n',
    describeRun(smallest, options),
    '\nSave it, and run it again with cg litmus <file>.\n',
  ].join('');
}
