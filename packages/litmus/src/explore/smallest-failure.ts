import type { FindingKind } from '../check/finding.js';
import { LitmusError } from '../errors.js';
import type { Program } from '../program/statement.js';
import { runProgram } from './run-program.js';
import type { RunOptions } from './run-options.js';
import { shrinkProgram } from './shrink.js';

/**
 * The smallest program that ends in a finding of the same kind.
 * @param onTry called after each run
 */
export function smallestFailure(
  program: Program,
  kind: FindingKind,
  options: Pick<RunOptions, 'configure'> = {},
  onTry?: () => void,
): Program {
  const fails = (candidate: Program): boolean => {
    try {
      return runProgram(candidate, { ...options, stopAtFinding: true }).findings.at(0)?.kind === kind;
    } catch (error) {
      if (error instanceof LitmusError) {
        return false;
      }
      throw error;
    }
  };
  return shrinkProgram(program, fails, onTry);
}
