import { vertexShader } from './arithmetic-runs.js';
import { cornerWords, type Random } from './words.js';

/** Operations whose results are exact everywhere: of floats to floats, of floats to integers, and of integers. */
const FLOAT: Readonly<Record<string, number>> = {
  add: 2,
  mul: 2,
  mad: 3,
  min: 2,
  max: 2,
  mov: 1,
  frc: 1,
  round_ne: 1,
  round_ni: 1,
  round_pi: 1,
  round_z: 1,
  dp2: 2,
  dp3: 2,
  dp4: 2,
};
const COMPARE: Readonly<Record<string, number>> = { lt: 2, ge: 2, eq: 2, ne: 2, ftoi: 1, ftou: 1 };
const INTEGER: Readonly<Record<string, number>> = {
  mov: 1,
  ieq: 2,
  ine: 2,
  ilt: 2,
  ige: 2,
  ult: 2,
  uge: 2,
  iadd: 2,
  imad: 3,
  umad: 3,
  imax: 2,
  imin: 2,
  umax: 2,
  umin: 2,
  ineg: 1,
  and: 2,
  or: 2,
  xor: 2,
  not: 1,
  ishl: 2,
  ishr: 2,
  ushr: 2,
  movc: 3,
};
const DOUBLE = ['udiv', 'umul', 'imul', 'idiv'] as const;

const FLOATS = ['r0', 'r1', 'r2'] as const;
const INTEGERS = ['r3', 'r4', 'r5'] as const;
const MOST_BLOCKS = 4;
/** Those of which a product may be at the edge of what is flushed. */
const EDGES = new Set([0x00800000, 0x80800000]);

/**
 * Writes programs with control flow. Floats and integers have registers of their own, and floats become integers only
 * where every NaN is the same: the bits of a NaN are open.
 */
class ProgramWriter {
  readonly #lines: string[] = [];
  readonly #blocks: ('if' | 'else' | 'loop' | 'switch')[] = [];
  #loops = 0;

  constructor(readonly random: Random) {}

  program(length: number): string {
    const { random } = this;
    FLOATS.forEach((register, i) => this.#lines.push(`mov ${register}.xyzw, v${i + 1}.xyzw`));
    INTEGERS.forEach((register, i) => this.#lines.push(`mov ${register}.xyzw, v${i + 1}.wzyx`));
    for (let i = 0; i < 4; i++) {
      this.#lines.push(`mov x1[${i}].xyzw, v${1 + (i % 3)}.xyzw`);
    }
    for (let i = 0; i < length; i++) {
      if (random.below(4) === 0) {
        this.#flow();
      } else {
        this.#operation();
      }
    }
    while (this.#blocks.length > 0) {
      this.#close();
    }
    this.#lines.push(
      'add r0.xyzw, r0.xyzw, r1.xyzw',
      'max o1.xyzw, r0.xyzw, r0.xyzw',
      'xor r3.xyzw, r3.xyzw, r4.xyzw',
    );
    this.#lines.push('xor o2.xyzw, r3.xyzw, r5.xyzw');
    return this.#lines.join('\n');
  }

  #swizzle(): string {
    return Array.from({ length: 4 }, () => this.random.pick([...'xyzw'])).join('');
  }

  #mask(): string {
    const mask = [...'xyzw'].filter(() => this.random.below(3) > 0).join('');
    return mask === '' ? 'y' : mask;
  }

  #word(): number {
    const word = this.random.below(2) === 0 ? this.random.pick(cornerWords) : this.random.operand();
    return EDGES.has(word) ? 0 : word;
  }

  /** A literal factor may be folded: no zeros, denormals, infinities or NaNs. */
  #floatLiteral(): string {
    const numbers = Array.from({ length: 4 }, () => (this.random.below(2000) - 1000) / 64 + 1 / 128);
    return `l(${numbers.join(', ')})`;
  }

  #literal(): string {
    return `l(${Array.from({ length: 4 }, () => `0x${this.#word().toString(16)}`).join(', ')})`;
  }

  #float(): string {
    const { random } = this;
    const place = random.below(8);
    const base =
      place < 5
        ? `${random.pick(FLOATS)}.${this.#swizzle()}`
        : place < 7
          ? `x1[${this.#element()}].${this.#swizzle()}`
          : this.#floatLiteral();
    return this.#modified(base, ['', '', '', '-', '|', '-|']);
  }

  #element(): string {
    const { random } = this;
    return random.below(2) === 0
      ? String(random.below(4))
      : `${random.pick(INTEGERS)}.x + ${random.below(3)}`;
  }

  #modified(base: string, choices: readonly string[]): string {
    const modifier = this.random.pick(choices);
    return modifier.endsWith('|') ? `${modifier}${base}|` : `${modifier}${base}`;
  }

  #integer(): string {
    const base =
      this.random.below(5) === 0 ? this.#literal() : `${this.random.pick(INTEGERS)}.${this.#swizzle()}`;
    return this.#modified(base, ['', '', '', '-']);
  }

  #operation(): void {
    const { random } = this;
    const kind = random.below(9);
    if (kind < 4) {
      const [name, count] = random.pick(Object.entries(FLOAT));
      const to =
        random.below(6) === 0 ? `x1[${random.pick(INTEGERS)}.y + ${random.below(2)}]` : random.pick(FLOATS);
      const sources = Array.from({ length: count }, () => this.#float());
      this.#lines.push(
        `${name}${random.below(5) === 0 ? '_sat' : ''} ${[`${to}.${this.#mask()}`, ...sources].join(', ')}`,
      );
    } else if (kind < 5) {
      const [name, count] = random.pick(Object.entries(COMPARE));
      const sources = Array.from({ length: count }, () => this.#float());
      this.#lines.push(`${name} ${[`${random.pick(INTEGERS)}.${this.#mask()}`, ...sources].join(', ')}`);
    } else if (kind < 6) {
      this.#lines.push(
        `${random.pick(['itof', 'utof'])} ${random.pick(FLOATS)}.${this.#mask()}, ${this.#integer()}`,
      );
    } else if (kind < 7) {
      const [a, b] = random.below(2) === 0 ? ['r3', 'r4'] : ['r5', 'r3'];
      const first = random.below(4) === 0 ? 'null' : `${a}.${this.#mask()}`;
      this.#lines.push(
        `${random.pick(DOUBLE)} ${first}, ${b}.${this.#mask()}, ${this.#integer()}, ${this.#integer()}`,
      );
    } else {
      const [name, count] = random.pick(Object.entries(INTEGER));
      const sources = Array.from({ length: count }, () => this.#integer());
      this.#lines.push(`${name} ${[`${random.pick(INTEGERS)}.${this.#mask()}`, ...sources].join(', ')}`);
    }
  }

  #condition(): string {
    return `${this.random.pick(INTEGERS)}.${this.random.pick([...'xyzw'])}`;
  }

  #flow(): void {
    const { random } = this;
    const top = this.#blocks.at(-1);
    const choice = random.below(10);
    if (choice < 3 && this.#blocks.length < MOST_BLOCKS) {
      this.#lines.push(`if_${random.pick(['z', 'nz'])} ${this.#condition()}`);
      this.#blocks.push('if');
    } else if (choice < 5 && this.#blocks.length < MOST_BLOCKS) {
      this.#openLoop();
    } else if (choice < 6 && this.#blocks.length < MOST_BLOCKS) {
      this.#lines.push(`switch ${this.#condition()}`, `case l(${random.pick([0, 1, 0xffffffff])})`);
      this.#blocks.push('switch');
    } else if (top === 'if' && choice < 7) {
      this.#lines.push('else');
      this.#blocks.splice(-1, 1, 'else');
    } else if (top === 'switch' && choice < 8) {
      this.#label();
    } else if (choice < 9 && this.#blocks.length > 0) {
      this.#leave(top === 'if' || top === 'else');
    } else if (this.#blocks.length > 0) {
      this.#close();
    }
  }

  /** A loop of a few turns: each counts in a register of its own. */
  #openLoop(): void {
    const counter = `r${6 + this.#loops++}`;
    this.#lines.push(
      `mov ${counter}.x, l(0)`,
      'loop',
      `uge ${counter}.y, ${counter}.x, l(${1 + this.random.below(4)})`,
    );
    this.#lines.push(`breakc_nz ${counter}.y`, `iadd ${counter}.x, ${counter}.x, l(1)`);
    this.#blocks.push('loop');
  }

  #label(): void {
    const { random } = this;
    if (random.below(2) === 0) {
      this.#lines.push('break');
    }
    this.#lines.push(random.below(4) === 0 ? 'default' : `case l(${random.below(4)})`);
  }

  /** What follows in the block is not reached, if nothing is asked. */
  #leave(canAlways: boolean): void {
    const { random } = this;
    const inLoop = this.#blocks.includes('loop');
    const canBreak = inLoop || this.#blocks.includes('switch');
    const choices = [
      ...(canBreak ? ['break', 'breakc'] : []),
      ...(inLoop ? ['continue', 'continuec'] : []),
      'retc',
    ];
    const picked = random.pick(choices);
    const name = picked.endsWith('c') || (canAlways && random.below(3) === 0) ? picked : `${picked}c`;
    this.#lines.push(name.endsWith('c') ? `${name}_${random.pick(['z', 'nz'])} ${this.#condition()}` : name);
  }

  #close(): void {
    const block = this.#blocks.pop();
    this.#lines.push(block === 'loop' ? 'endloop' : block === 'switch' ? 'endswitch' : 'endif');
  }

  get temps(): number {
    return 6 + this.#loops;
  }
}

/** A random vertex shader of so many statements, from v1 to v3 to o1 and o2. */
export function randomShader(random: Random, length: number) {
  const writer = new ProgramWriter(random);
  const code = writer.program(length);
  return { code, program: vertexShader(code, `dcl_temps ${writer.temps}\ndcl_indexableTemp x1[4], 4`) };
}
