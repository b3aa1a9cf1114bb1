import type { Instruction, Operand } from '@cg/vgpu10';
import type { CodeWriter } from '../wgsl/code-writer.js';
import type { Flow } from './flow.js';
import type { Registers } from './registers.js';

/** Instructions of all calls, if each were written out: implementations do that. */
const MOST_INLINED = 2 ** 18;

interface Subroutine {
  readonly name: string;
  readonly at: number;
  /** How often it calls others. */
  readonly calls: Map<string, number>;
  lines: number;
}

/** The functions of a shader: its main program, and a subroutine for each label. They share all registers. */
export class Subroutines {
  readonly #texts: string[] = [];
  readonly #all = new Map<string, Subroutine>();
  #current: Subroutine | undefined;

  constructor(
    readonly registers: Registers,
    readonly writer: CodeWriter,
    readonly flow: Flow,
  ) {}

  start(name: string): void {
    this.#current = { name, at: 0, calls: new Map(), lines: 0 };
  }

  label({ sources, at }: Instruction): void {
    this.flow.restart();
    this.#close();
    this.#current = { name: this.#name(sources[0]), at, calls: new Map(), lines: 0 };
  }

  call(operand: Operand, condition?: string): void {
    const name = this.#name(operand);
    const calls = this.#current?.calls;
    calls?.set(name, (calls.get(name) ?? 0) + 1);
    this.writer.say(condition === undefined ? `${name}();` : `if (${condition}) { ${name}(); }`);
  }

  /**
   * @throws TranslateError EINVAL for blocks that do not end, missing labels and recursion; E2BIG for too many calls
   */
  finish(): string {
    this.flow.restart();
    this.#close();
    const sizes = new Map<string, number>();
    for (const name of this.#all.keys()) {
      this.#measure(name, sizes);
    }
    return this.#texts.join('\n');
  }

  #name(operand: Operand): string {
    if (operand.type !== 'LABEL') {
      throw this.registers.error('EINVAL', `a call of ${operand.type}`);
    }
    return `${this.registers.prefix}sub${this.registers.slot(operand)}`;
  }

  #close(): void {
    const current = this.#current;
    if (current === undefined) {
      return;
    }
    if (this.#all.has(current.name)) {
      throw this.registers.error('EINVAL', `label ${current.name} twice`);
    }
    const { text, lines } = this.writer.take();
    current.lines = lines;
    this.#all.set(current.name, current);
    this.#texts.push(`fn ${current.name}() {\n${text}}`);
    this.#current = undefined;
  }

  /** Lines of a function with all calls written out; walks without recursion, calls may be deep. */
  #measure(start: string, sizes: Map<string, number>): void {
    const active = new Set<string>();
    const stack = [start];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      const { calls, lines, at } = this.#of(name);
      this.registers.at = at;
      const missing = active.has(name) ? [] : [...calls.keys()].filter((callee) => !sizes.has(callee));
      active.add(name);
      if (missing.some((callee) => active.has(callee))) {
        throw this.registers.error('EINVAL', 'a subroutine that calls itself');
      }
      stack.push(...missing);
      if (missing.length === 0) {
        stack.pop();
        active.delete(name);
        if (!sizes.has(name)) {
          sizes.set(name, this.#size(lines, calls, sizes));
        }
      }
    }
  }

  #size(lines: number, calls: ReadonlyMap<string, number>, sizes: ReadonlyMap<string, number>): number {
    let size = lines;
    for (const [callee, times] of calls) {
      size += times * (sizes.get(callee) ?? 0);
    }
    if (calls.size > 0 && size > MOST_INLINED) {
      throw this.registers.error('E2BIG', `calls that come to more than ${MOST_INLINED} lines`);
    }
    return size;
  }

  #of(name: string): Subroutine {
    const found = this.#all.get(name);
    if (found === undefined) {
      throw this.registers.error('EINVAL', `no label ${name}`);
    }
    return found;
  }
}
