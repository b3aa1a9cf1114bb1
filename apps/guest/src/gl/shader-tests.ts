import { basename } from 'node:path';
import { PIGLIT_FOLDER } from '../boot/disk-content.js';
import type { PiglitResult } from './piglit-tests.js';
import type { GuestCommand } from './run-program.js';

/** Piglit's program for tests that are files. It takes several, and then each is a subtest, named like its file. */
const PROGRAM = `${PIGLIT_FOLDER}/bin/shader_runner`;
const SUFFIX = '.shader_test';

const MOST_TOGETHER = 20;

const SUBTEST_LINE = /^PIGLIT: \{"subtest": \{"(.*)" : "(\w+)"\}\}\s*$/gm;

/** The file of a test that can share a process; undefined for others. */
function sharedFile({ words: [program, file, ...options] }: GuestCommand): string | undefined {
  const isPlain = options.join(' ') === '-auto -fbo';
  return program === PROGRAM && file?.endsWith(SUFFIX) && isPlain ? file : undefined;
}

function subtestName(command: GuestCommand): string {
  return basename(sharedFile(command) ?? '', SUFFIX);
}

/** Tests in their order, in groups that one process can run. Most groups are one test. */
export function groupsOf(commands: readonly GuestCommand[]): GuestCommand[][] {
  const groups: GuestCommand[][] = [];
  for (const command of commands) {
    const last = groups.at(-1);
    const isNext =
      last !== undefined &&
      last.length < MOST_TOGETHER &&
      [command, last[0]].every((one) => sharedFile(one) !== undefined) &&
      last.every((one) => subtestName(one) !== subtestName(command));
    if (isNext) {
      last.push(command);
    } else {
      groups.push([command]);
    }
  }
  return groups;
}

/** A command that runs the tests of a group. */
export function groupCommand(group: readonly GuestCommand[]): GuestCommand {
  const files = group.map((command) => sharedFile(command) ?? '');
  const words = [PROGRAM, ...files, '-auto', '-fbo', '-report-subtests'];
  return { name: `shader_runner, ${group.length} tests`, words, hasMarks: false, flip: true };
}

/** The results of a group's tests; undefined for the one at which its process ended, and for those after it. */
export function groupResults(group: readonly GuestCommand[], output: string): (PiglitResult | undefined)[] {
  const results = new Map([...output.matchAll(SUBTEST_LINE)].map(([, name, result]) => [name, result]));
  return group.map((command) => results.get(subtestName(command)) as PiglitResult | undefined);
}
