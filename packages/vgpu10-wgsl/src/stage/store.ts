import type { Operand } from '@cg/vgpu10';
import type { CodeWriter } from '../wgsl/code-writer.js';
import { bitcast, COMPONENTS, type Scalar, type Width } from '../wgsl/types.js';
import type { Registers, Target } from './registers.js';

/** A value with one component for each component of a target. */
export interface Value {
  readonly scalar: Scalar;
  readonly text: string;
}

/** Makes a value for the components that a destination has. */
export type ValueOf = (components: readonly number[], width: Width) => Value;

/** Writes the results of an instruction to its destinations. */
export class Stores {
  constructor(
    readonly registers: Registers,
    readonly writer: CodeWriter,
  ) {}

  /** All values are computed before the first one is written. */
  write(saturate: boolean, ...results: readonly (readonly [Operand, ValueOf])[]): void {
    const targets = results.map(([operand, make]) => ({ target: this.#target(operand), make }));
    const used = targets.filter(({ target }) => target !== undefined && target.components.length > 0);
    const values = used.map(({ target, make }) => {
      const width = target!.components.length as Width;
      const bits = this.#bits(make(target!.components, width), width);
      const text = saturate ? `${this.registers.module.functions.name('sat', width)}(${bits})` : bits;
      return { target: target!, text };
    });
    const texts =
      values.length > 1 ? values.map(({ text }) => this.writer.hoist(text)) : values.map(({ text }) => text);
    values.forEach(({ target }, i) => this.#store(target, texts[i]));
  }

  #target(operand: Operand): Target | undefined {
    return this.registers.target(operand, (expression) => this.writer.hoist(expression, 'i'));
  }

  #bits({ scalar, text }: Value, width: Width): string {
    return scalar === 'b'
      ? `${this.registers.module.functions.name('ones', width)}(${text})`
      : bitcast(scalar, 'u', width, text);
  }

  #store({ name, components, scalar, bound, store }: Target, bits: string): void {
    const value = scalar ? bits : this.#merged(name, components, bits);
    if (store !== undefined) {
      this.writer.say(`${store}, ${value});`);
    } else if (bound !== undefined) {
      this.writer.say(`if (${bound.index} < ${bound.size}u) { ${name} = ${value}; }`);
    } else if (!scalar && components.length === 1) {
      this.writer.say(`${name}.${COMPONENTS[components[0]]} = ${bits};`);
    } else {
      this.writer.say(`${name} = ${value};`);
    }
  }

  /** All four components: those of the value, and the others as they were. */
  #merged(name: string, components: readonly number[], bits: string): string {
    if (components.length === 4) {
      return bits;
    }
    const [first] = components;
    const end = first + components.length;
    const isRun = components.at(-1) === end - 1;
    if (isRun) {
      const before = first === 0 ? [] : [`${name}.${COMPONENTS.slice(0, first)}`];
      const after = end === 4 ? [] : [`${name}.${COMPONENTS.slice(end)}`];
      return `vec4u(${[...before, bits, ...after].join(', ')})`;
    }
    const value = this.writer.hoist(bits);
    const parts = Array.from(COMPONENTS, (component, lane) => {
      const at = components.indexOf(lane);
      return at < 0 ? `${name}.${component}` : `${value}.${COMPONENTS[at]}`;
    });
    return `vec4u(${parts.join(', ')})`;
  }
}
