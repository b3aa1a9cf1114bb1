import { preemptionPoints, type PreemptionPoint } from '../program/preemption-points.js';
import type { Program, Statement } from '../program/statement.js';
import { raceFamilies, type RaceFamily } from './race-families.js';
import { runProgram } from './run-program.js';
import { statementsOf } from './statements-of.js';

const METHODS = ['scan', 'trap'] as const;

/** A family as statements. */
class Races {
  readonly count: number;
  readonly #start: readonly Statement[];
  readonly #machine: RaceFamily['machine'];
  readonly #preambles: readonly Program[];
  readonly #operations: readonly Program[];
  readonly #steps: readonly Program[];
  readonly #ends: readonly Program[];
  /** For each operation, whether each step is apart from it. */
  readonly #apart: readonly (readonly boolean[])[];
  readonly #counts: readonly number[];
  /** The points that an operation reaches, by the number of the method, the preamble and the operation. */
  readonly #reached = new Map<number, ReadonlySet<PreemptionPoint>>();
  /** The last race without its end, and whether it happens: its other ends come next. */
  #last = { race: -1, happens: false };

  constructor({ machine, objects, preambles, operations, steps, ends }: RaceFamily) {
    const parsed = (texts: readonly string[]): Program[] => texts.map((text) => statementsOf(text, objects));
    this.#machine = machine;
    this.#start = statementsOf(objects, '');
    this.#preambles = parsed(preambles);
    this.#operations = parsed(operations);
    this.#steps = parsed(steps);
    this.#ends = parsed(ends);
    this.#apart = operations.map((operation) => steps.map((step) => isApart(operation, step)));
    this.#counts = [METHODS, preambles, operations, preemptionPoints, steps, ends].map(
      ({ length }) => length,
    );
    this.count = this.#counts.reduce((product, count) => product * count, 1);
  }

  program(number: number): Program | undefined {
    const digits: number[] = [];
    let left = number;
    for (const count of this.#counts.toReversed()) {
      digits.unshift(left % count);
      left = Math.floor(left / count);
    }
    const [method, preamble, operation, point, step, end] = digits;
    const name = preemptionPoints[point];
    if (this.#apart[operation][step] || !this.#pointsOf(method, preamble, operation).has(name)) {
      return undefined;
    }
    const race: Statement = { kind: 'at', point: name, step: this.#steps[step][0] };
    const raced = [...this.#startOf(method, preamble), race, ...this.#operations[operation]];
    return this.#happens(Math.floor(number / this.#ends.length), raced)
      ? [...raced, ...this.#ends[end], { kind: 'check' }]
      : undefined;
  }

  #happens(race: number, raced: Program): boolean {
    if (this.#last.race !== race) {
      const { counts } = runProgram(raced, { checked: false });
      this.#last = { race, happens: counts.blocked === 0 && counts.skipped === 0 };
    }
    return this.#last.happens;
  }

  #startOf(method: number, preamble: number): Program {
    const machine: Statement = { kind: 'machine', cpus: 2, method: METHODS[method], ...this.#machine };
    return [machine, ...this.#start, ...this.#preambles[preamble]];
  }

  /** Runs an operation alone to see which points it reaches. */
  #pointsOf(method: number, preamble: number, operation: number): ReadonlySet<PreemptionPoint> {
    const key = (method * this.#preambles.length + preamble) * this.#operations.length + operation;
    let points = this.#reached.get(key);
    if (points === undefined) {
      const found = new Set<PreemptionPoint>();
      const program = [...this.#startOf(method, preamble), ...this.#operations[operation]];
      const last = program.length;
      runProgram(program, {
        checked: false,
        onPoint: (point, step) => {
          if (step === last) {
            found.add(point);
          }
        },
      });
      points = found;
      this.#reached.set(key, points);
    }
    return points;
  }
}

/** The buffers that a text is about: s1 and s2 are in b1, s3 has its own; undefined for all. */
function buffersOf(text: string): ReadonlySet<string> | undefined {
  const names = text.match(/\b[bs]\d\b/g)?.map((name) => (/s[125]/.test(name) ? 'b1' : name));
  return names === undefined ? undefined : new Set(names.filter((name) => name !== 's4'));
}

/** Whether a step cannot meet an operation: they are about different buffers. */
function isApart(operation: string, step: string): boolean {
  const [one, other] = [buffersOf(operation), buffersOf(step)];
  return one !== undefined && other !== undefined && [...one].every((name) => !other.has(name));
}

const families = raceFamilies.map((family) => new Races(family));

/** The number of races, with those that cannot happen. */
export const raceCount = families.reduce((sum, { count }) => sum + count, 0);

/**
 * The program of a number: of each family, each step at each preemption point of each operation, after each preamble,
 * with each method and each end. Undefined if the operation does not reach the point, if the step is about another
 * buffer or does not apply, or if it has to wait: then it goes on at a later point, or after the operation, which is
 * another program.
 */
export function raceProgram(number: number): Program | undefined {
  let left = number;
  for (const family of families) {
    if (left < family.count) {
      return family.program(left);
    }
    left -= family.count;
  }
  return undefined;
}
