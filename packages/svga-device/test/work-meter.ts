import type { CommandName } from '../src/index.js';
import { COST } from '../src/objects/work-budget.js';
import type { TestGuest } from './guest.js';

/** What the commands of one name took. */
interface Measured {
  count: number;
  seconds: number;
  work: number;
}

/** A command and how long a unit of its charged work takes. */
export interface WorkRate {
  readonly name: CommandName;
  readonly count: number;
  readonly nanosecondsPerUnit: number;
}

/** Commands that come up less often say nothing: the first runs of any code are slow. */
const LEAST_COUNT = 50;

/** Measures how long commands take for each unit of work that they are charged, by name. */
export class WorkMeter {
  readonly #byName = new Map<CommandName, Measured>();

  /** Measures every command of a guest from now on that the device does not refuse. */
  watch(guest: TestGuest): void {
    const { statistics } = guest.device;
    let [start, before] = [0, 0];
    guest.onCommand = ({ bytes }) => {
      // The command itself has been charged already.
      before = statistics.work - COST.COMMAND - COST.FIELD_BYTE * bytes;
      start = performance.now();
    };
    guest.onCommandDone = ({ name }) => {
      const seconds = (performance.now() - start) / 1000;
      if (name !== undefined) {
        this.#add(name, seconds, statistics.work - before);
      }
    };
  }

  #add(name: CommandName, seconds: number, work: number): void {
    const measured = this.#byName.get(name) ?? { count: 0, seconds: 0, work: 0 };
    measured.count++;
    measured.seconds += seconds;
    measured.work += work;
    this.#byName.set(name, measured);
  }

  /** Rates of all commands that came up often, the slowest first. */
  rates(): WorkRate[] {
    return [...this.#byName]
      .filter(([, { count }]) => count >= LEAST_COUNT)
      .map(([name, { count, seconds, work }]) => ({
        name,
        count,
        nanosecondsPerUnit: (1e9 * seconds) / work,
      }))
      .toSorted((a, b) => b.nanosecondsPerUnit - a.nanosecondsPerUnit);
  }
}
