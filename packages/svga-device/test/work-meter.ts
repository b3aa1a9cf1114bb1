import type { CommandName } from '@cg/svga-protocol';
import { COST } from '../src/objects/work-budget.js';
import type { TestGuest } from './guest.js';

/** A command and how long a unit of its charged work takes. */
export interface WorkRate {
  readonly name: CommandName;
  readonly count: number;
  readonly nanosecondsPerUnit: number;
}

/** Commands that come up less often say nothing: the first runs of any code are slow. */
const LEAST_COUNT = 50;

/** Runs of a command that are kept; later ones take the place of earlier ones. */
const MOST_KEPT = 500;

/** Measures how long commands take for each unit of work that they are charged, by name. */
export class WorkMeter {
  readonly #byName = new Map<CommandName, { count: number; rates: number[] }>();

  /** Measures every command of a guest from now on that the device does not refuse. */
  watch(guest: TestGuest): void {
    const { statistics } = guest.device;
    let [start, before] = [0, 0];
    guest.device.events.listen((event) => {
      if (event.kind === 'command-starts') {
        // The command itself has been charged already.
        before = statistics.work - COST.COMMAND - COST.FIELD_BYTE * event.reader.bytes;
        start = performance.now();
      } else if (event.kind === 'command-done') {
        const nanoseconds = 1e6 * (performance.now() - start);
        const { name } = event.reader;
        if (name !== undefined) {
          this.#add(name, nanoseconds / (statistics.work - before));
        }
      }
    });
  }

  #add(name: CommandName, rate: number): void {
    const measured = this.#byName.get(name) ?? { count: 0, rates: [] };
    measured.rates[measured.count++ % MOST_KEPT] = rate;
    this.#byName.set(name, measured);
  }

  /**
   * Medians of all commands that came up often, the slowest first. A mean would say how often other programs on the
   * machine came between.
   */
  rates(): WorkRate[] {
    return [...this.#byName]
      .filter(([, { count }]) => count >= LEAST_COUNT)
      .map(([name, { count, rates }]) => {
        const sorted = rates.toSorted((a, b) => a - b);
        return { name, count, nanosecondsPerUnit: sorted[Math.floor(sorted.length / 2)] };
      })
      .toSorted((a, b) => b.nanosecondsPerUnit - a.nanosecondsPerUnit);
  }
}
