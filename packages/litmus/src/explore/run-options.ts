import type { MachineOptions, TrackingMethodName } from '@cg/machine';
import type { Finding } from '../check/finding.js';
import type { PreemptionPoint } from '../program/preemption-points.js';
import type { CountedName } from '../program/statement.js';
import type { RunWatcher } from './run-watcher.js';
import type { Timeline } from './timeline.js';

/** Options of a run. */
export interface RunOptions {
  /** Replaces parts of the machine, for variants. */
  readonly configure?: (base: MachineOptions) => MachineOptions;
  /** The tracking method of programs that name none. Default auto. */
  readonly method?: TrackingMethodName;
  /** False runs without the oracle, to measure its cost; then nothing of the device is counted. */
  readonly checked?: boolean;
  /** Ends the run at the first finding. */
  readonly stopAtFinding?: boolean;
  /** Records the events. */
  readonly timeline?: Timeline;
  /** Follows the run; needs the oracle and a timeline. */
  readonly watcher?: RunWatcher;
  /** Called when a step reaches a preemption point. */
  readonly onPoint?: (point: PreemptionPoint, step: number) => void;
}

/** An `expect` that failed. */
export interface UnmetExpectation {
  readonly step: number;
  readonly counted: CountedName;
  readonly value: number;
}

export interface RunResult {
  /** The first hundred findings. */
  readonly findings: readonly Finding[];
  readonly unmet: readonly UnmetExpectation[];
  readonly counts: Readonly<Record<CountedName, number>>;
  /** Bytes compared. */
  readonly compared: number;
  /** Steps run. */
  readonly steps: number;
  /** `at` steps whose preemption point was not reached. */
  readonly unreached: number;
}
