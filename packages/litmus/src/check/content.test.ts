import { PAGE_SIZE } from '@cg/pagetable';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { expect, it } from 'vitest';
import { RandomNumbers } from '../explore/random-numbers.js';
import { CPU, Content } from './content.js';

/** A further allowed value: of all readers, of aliases, or of submissions that began by a time. */
interface Further {
  readonly value: number;
  seenBy: 'anyone' | 'aliases' | { readonly until: number; readonly by: number };
}

const isReplaced = ({ seenBy }: Further): boolean => typeof seenBy === 'object';

/** The set of allowed values of one byte, as a list. */
class ByteSet {
  newest = 0;
  owner = 0;
  further: Further[] = [];

  replace(by: number, time: number | undefined, withNewest = true): void {
    if (time !== undefined) {
      const values = this.further.filter((other) => !isReplaced(other)).map(({ value }) => value);
      for (const value of withNewest ? [...values, this.newest] : values) {
        this.further.push({ value, seenBy: { until: time, by } });
      }
    }
  }

  settle(value: number, time: number | undefined): void {
    this.replace(CPU, time, false);
    if (this.isNewest(value)) {
      if (time !== undefined && value !== this.newest) {
        this.further.push({ value: this.newest, seenBy: { until: time, by: CPU } });
      }
      this.further = this.further.filter(isReplaced);
      this.newest = value;
    }
  }

  writeByDevice(value: number, owner: number, aliased: boolean): void {
    const older = this.further.filter((other) => !isReplaced(other)).map((other) => other.value);
    this.further = this.further.filter(isReplaced);
    for (const other of aliased ? [...older, this.newest] : []) {
      if (other !== value || older.includes(other)) {
        this.further.push({ value: other, seenBy: 'aliases' });
      }
    }
    this.owner = aliased ? owner : this.owner;
    this.newest = value;
  }

  isNewest(value: number): boolean {
    return value === this.newest || this.#has(value, 'anyone');
  }

  #has(value: number, seenBy: Further['seenBy']): boolean {
    return this.further.some((other) => other.value === value && other.seenBy === seenBy);
  }

  allows(value: number, reader: number, since: number): boolean {
    const isAlias = reader !== CPU && reader !== this.owner;
    if (this.isNewest(value) || (isAlias && this.#has(value, 'aliases'))) {
      return true;
    }
    const replaced = this.further.flatMap((other) =>
      typeof other.seenBy === 'object' ? [{ value: other.value, ...other.seenBy }] : [],
    );
    const own = Math.max(0, ...replaced.filter(({ by }) => by === reader).map(({ until }) => until));
    return replaced.some((other) => other.value === value && other.until >= since && other.until > own);
  }
}

/** Bytes on both sides of a page's end, and few values, so that sets grow. */
const FIRST = PAGE_SIZE - 6;
const COUNT = 12;
const VALUES = 4;
const STEPS = 50;

/** Does the same to a content and to a list for each byte. @returns the first difference for any reader */
function differenceOf(seed: number): string | undefined {
  const random = new RandomNumbers(seed);
  const content = new Content('content', 2 * PAGE_SIZE);
  const sets = Array.from({ length: COUNT }, () => new ByteSet());
  const underWay: number[] = [];
  let now = 1;
  for (let step = 1; step <= STEPS; step++) {
    const [start, length] = [random.below(COUNT - 5), random.between(1, 5)];
    const values = Uint8Array.from({ length }, () => random.below(VALUES));
    const each = (act: (set: ByteSet, value: number) => void): void =>
      values.forEach((value, i) => act(sets[start + i], value));
    const time = underWay.length > 0 ? ++now : undefined;
    const owner = random.between(1, 3);
    switch (random.below(7)) {
      case 0:
        content.store(FIRST + start, values, step, time);
        each((set, value) => {
          set.replace(CPU, time);
          set.further = set.further.filter(isReplaced);
          set.newest = value;
        });
        break;
      case 1:
      case 2: {
        const aliased = random.chance(70);
        content.writeByDevice(FIRST + start, values, step, { owner, aliased, time });
        each((set, value) => {
          set.replace(owner, time);
          set.writeByDevice(value, owner, aliased);
        });
        break;
      }
      case 3:
        content.mayComeBack(FIRST + start, values, 0, length);
        each((set, value) => {
          set.further.push(...(value === set.newest ? [] : [{ value, seenBy: 'anyone' } as const]));
          set.owner = 0;
        });
        break;
      case 4:
        content.mayBeOlder(FIRST + start, values, 0, length, owner);
        each((set, value) => {
          set.further.push(...(value === set.newest ? [] : [{ value, seenBy: 'aliases' } as const]));
          set.owner = set.owner === 0 || set.owner === owner ? owner : 0;
        });
        break;
      case 5:
        content.settle(FIRST + start, values, time);
        each((set, value) => set.settle(value, time));
        break;
      case 6:
        if (random.chance(50)) {
          underWay.push(++now);
        } else {
          underWay.shift();
          const since = underWay.at(0) ?? Infinity;
          content.forgetReplaced(since);
          sets.forEach((set) => {
            set.further = set.further.filter(
              ({ seenBy }) => typeof seenBy !== 'object' || seenBy.until >= since,
            );
          });
        }
        break;
    }
    const seen = allowed((i, ...asked) => content.allows(FIRST + i, ...asked), underWay);
    const wanted = allowed((i, ...asked) => sets[i].allows(...asked), underWay);
    const different = seen.findIndex((line, i) => line !== wanted[i]);
    if (different >= 0) {
      return `seed ${seed}, step ${step}: ${seen[different]}, not ${wanted[different]}`;
    }
  }
  content.release(); // the next seed begins with zeros in the same memory
  return undefined;
}

/** What each reader may see of each byte, as text. */
function allowed(
  allows: (i: number, value: number, reader: number, since: number) => boolean,
  underWay: readonly number[],
): string[] {
  const lines: string[] = [];
  for (let i = 0; i < COUNT; i++) {
    for (let reader = CPU; reader <= 3; reader++) {
      const times = reader === CPU ? [0] : [...underWay, Infinity];
      for (const since of times) {
        const seen = Array.from({ length: VALUES }, (_, value) => allows(i, value, reader, since));
        lines.push(`byte ${i}, reader ${reader} since ${since}: ${seen.map(Number).join('')}`);
      }
    }
  }
  return lines;
}

it(
  '1.1–1.3: the columns and replaced runs of a content are, byte by byte, one set of allowed values',
  () => {
    for (const seed of seeds(12)) {
      expect(differenceOf(seed)).toBeUndefined();
    }
  },
  seedsTimeout,
);
