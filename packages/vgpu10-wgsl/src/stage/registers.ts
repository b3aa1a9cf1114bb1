import { maskOf, swizzleOf, type Index, type Operand } from '@cg/vgpu10';
import { GROUPS, BINDINGS } from '../bindings.js';
import { TranslateError } from '../errors.js';
import type { ModuleText } from '../module/module-text.js';
import { bitcast, swizzleText, typeName, word, type Width } from '../wgsl/types.js';
import type { StageInterface } from './stage-interface.js';

/**
 * How an operand is read: as floats, as the bits of floats (modifiers change the sign bit), as signed or as unsigned
 * integers (negation is two's complement).
 */
export type ReadKind = 'f' | 'bits' | 'i' | 'u';

/** Where a result goes: components of a variable, in order. */
export interface Target {
  readonly name: string;
  readonly components: readonly number[];
  /** A u32, not a vector. */
  readonly scalar: boolean;
  /** Elements are written only where this index is below the size. */
  readonly bound?: { readonly index: string; readonly size: number };
  /** A call, but for its last argument, that stores all components. */
  readonly store?: string;
}

const MOST_TEMPS = 4096;
const SIGN = 0x80000000;

/** The registers of a stage as variables of its module. All are `vec4u`: bits, that no operation may change. */
export class Registers {
  /** The temporaries and outputs in use, with their types. */
  readonly variables = new Map<string, string>();
  /** Whether the module has a variable `primitive_id`. */
  readsPrimitiveId = false;
  /** The declared numbers of v# and o#. */
  readonly #declared: { readonly v: ReadonlySet<number>; readonly o: ReadonlySet<number> };
  #at = 0;

  constructor(
    readonly module: ModuleText,
    readonly shader: StageInterface,
    /** Goes before the names, where a module has two stages. */
    readonly prefix: string,
    /** Constant buffers in this stage's order, bound as uniform buffers as far as they may be. */
    readonly uniforms: ReadonlySet<number>,
  ) {
    this.#declared = { v: numbersOf(shader.inputs), o: numbersOf(shader.outputs) };
  }

  /** The statement that is translated, for errors. */
  set at(at: number) {
    this.#at = at;
  }

  error(code: 'EINVAL' | 'ENOTSUP' | 'E2BIG', what: string): TranslateError {
    return new TranslateError(code, what, this.shader.stage, this.#at);
  }

  /** The components of a source that are read for `lanes` of the destination. */
  read(operand: Operand, kind: ReadKind, lanes: readonly number[]): string {
    const width = lanes.length as Width;
    const swizzle = swizzleOf(operand);
    const bits = `${this.#vector(operand)}${swizzleText(lanes.map((lane) => swizzle[lane]))}`;
    const negates = operand.modifier === 'NEG' || operand.modifier === 'ABSNEG';
    const isAbsolute = operand.modifier === 'ABS' || operand.modifier === 'ABSNEG';
    if (kind === 'f') {
      const value = bitcast('u', 'f', width, bits);
      const absolute = isAbsolute ? `abs(${value})` : value;
      return negates ? `(-${absolute})` : absolute;
    }
    const type = typeName('u', width);
    if (kind === 'bits') {
      const absolute = isAbsolute ? `(${bits} & ${type}(0x7fffffffu))` : bits;
      return negates ? `(${absolute} ^ ${type}(${word(SIGN)}))` : absolute;
    }
    const absolute = isAbsolute ? `${this.module.functions.name('magnitude', width)}(${bits})` : bits;
    const integer = negates ? `(${type}(0u) - ${absolute})` : absolute;
    return kind === 'i' ? bitcast('u', 'i', width, integer) : integer;
  }

  /** Where a destination is; undefined for the null register. Its index is evaluated by `hoist`. */
  target(operand: Operand, hoist: (expression: string) => string): Target | undefined {
    const mask = maskOf(operand);
    const components = [0, 1, 2, 3].filter((component) => (mask >>> component) & 1);
    switch (operand.type) {
      case 'NULL':
        return undefined;
      case 'TEMP':
        return { name: this.#temp(operand), components, scalar: false };
      case 'OUTPUT':
        return this.#outputTarget(operand, components, hoist);
      case 'INDEXABLE_TEMP':
        return this.#arrayTarget(operand, components, hoist);
      case 'OUTPUT_DEPTH':
        return { name: this.#variable('o_depth', 'u32'), components: [0], scalar: true };
      case 'OUTPUT_COVERAGE_MASK':
        return { name: this.#variable('o_mask', 'u32'), components: [0], scalar: true };
      default:
        throw this.error('ENOTSUP', `a destination ${operand.type}`);
    }
  }

  /** The variable of an output register. */
  output(register: number): string {
    return this.#variable(`o${register}`, 'vec4u');
  }

  /** The variable of an input register. */
  input(register: number): string {
    return this.#variable(`v${register}`, 'vec4u');
  }

  /** The inputs of a geometry shader: by vertex and register. */
  vertices(): string {
    return this.module.declare(`${this.prefix}v`, () => {
      const { count, registers } = this.vertexInputs();
      return `var<private> ${this.prefix}v: array<array<vec4u, ${registers}>, ${count}>;`;
    });
  }

  vertexInputs(): { readonly count: number; readonly registers: number } {
    const counts: Partial<Record<string, number>> = {
      POINT: 1,
      LINE: 2,
      TRIANGLE: 3,
      LINE_ADJ: 4,
      TRIANGLE_ADJ: 6,
    };
    const count = counts[this.shader.primitive];
    if (count === undefined) {
      throw this.error('ENOTSUP', `primitives of type ${this.shader.primitive}`);
    }
    const registers = Math.max(0, ...this.shader.inputs.map(({ register }) => register)) + 1;
    return { count, registers };
  }

  /** The first index of a resource, sampler or label, which cannot be relative. */
  slot(operand: Operand): number {
    return this.#immediate(operand, 0);
  }

  /** All four components, before the swizzle. */
  #vector(operand: Operand): string {
    switch (operand.type) {
      case 'TEMP':
        return this.#temp(operand);
      case 'INPUT':
        return this.shader.stage === 'geometry' ? this.#vertexInput(operand) : this.#indexed('v', operand);
      case 'OUTPUT':
        return this.#indexed('o', operand);
      case 'INDEXABLE_TEMP':
        return this.#element(this.#array(operand), this.#index(operand, 1));
      case 'IMMEDIATE32':
        return this.#literal(operand.immediate);
      case 'IMMEDIATE_CONSTANT_BUFFER':
        return this.#immediateConstant(this.#index(operand, 0));
      case 'CONSTANT_BUFFER':
        return this.#element(this.#constants(operand), this.#index(operand, 1));
      case 'INPUT_PRIMITIVEID':
        this.readsPrimitiveId = true;
        return `vec4u(${this.module.variable('primitive_id', 'u32')})`;
      case 'NULL':
        return 'vec4u()';
      default:
        throw this.error('ENOTSUP', `a source ${operand.type}`);
    }
  }

  #variable(name: string, type: string): string {
    const full = `${this.prefix}${name}`;
    this.variables.set(full, type);
    return this.module.variable(full, type);
  }

  #temp(operand: Operand): string {
    const register = this.#immediate(operand, 0);
    if (register >= MOST_TEMPS) {
      throw this.error('E2BIG', `r${register}, of at most ${MOST_TEMPS} temporaries`);
    }
    return this.#variable(`r${register}`, 'vec4u');
  }

  #immediate(operand: Operand, dimension: number): number {
    const index = operand.indices[dimension];
    if (index === undefined || index.relative !== undefined) {
      throw this.error('EINVAL', `${operand.type} without a number of its own`);
    }
    return index.offset;
  }

  #index(operand: Operand, dimension: number): Index {
    const index = operand.indices[dimension];
    if (index === undefined || operand.indices.length !== dimension + 1) {
      throw this.error('EINVAL', `${operand.type} with ${operand.indices.length} indices`);
    }
    return index;
  }

  #indexText({ offset, relative }: Index): string {
    if (relative === undefined) {
      return word(offset);
    }
    const value = this.read(relative, 'u', [0]);
    return offset === 0 ? value : `${word(offset)} + ${value}`;
  }

  /** An element of an array, or zeros beyond its end. */
  #element({ name, size }: { name: string; size: number }, index: Index): string {
    if (index.relative === undefined) {
      return index.offset < size ? `${name}[${index.offset}]` : 'vec4u()';
    }
    const reader = this.module.declare(
      `${name}_at`,
      () =>
        `fn ${name}_at(i: u32) -> vec4u {\n  if (i < ${size}u) { return ${name}[i]; }\n  return vec4u();\n}`,
    );
    return `${reader}(${this.#indexText(index)})`;
  }

  #array(operand: Operand): { name: string; size: number } {
    const register = this.#immediate(operand, 0);
    const size = this.shader.arrays.get(register) ?? 0;
    if (size === 0) {
      throw this.error('EINVAL', `x${register} is not declared`);
    }
    return { name: this.#variable(`x${register}`, `array<vec4u, ${size}>`), size };
  }

  #constants(operand: Operand): { name: string; size: number } {
    const slot = this.#immediate(operand, 0);
    const size = this.shader.constants.get(slot) ?? 0;
    const name = `${this.prefix}cb${slot}`;
    const { stage } = this.shader;
    if (size > 0) {
      const type = this.uniforms.has(slot) ? 'uniform' : 'read-only-storage';
      const space = type === 'uniform' ? 'uniform' : 'storage, read';
      this.module.bindings.add(
        {
          group: GROUPS[stage],
          binding: BINDINGS.constants + slot,
          resource: { kind: 'constants', stage, slot },
          buffer: { type, minBindingSize: 16 * size },
        },
        `var<${space}> ${name}: array<vec4u, ${size}>`,
      );
    }
    return { name, size };
  }

  /**
   * A row that is not read dynamically is a variable of its own; never a constant, which may not be NaN when it is
   * folded.
   */
  #immediateConstant(index: Index): string {
    const { immediates } = this.shader;
    const rows = immediates.length / 4;
    if (index.relative === undefined) {
      const { offset } = index;
      return offset < rows
        ? this.#literalVariable(`icb${offset}`, immediates.subarray(4 * offset, 4 * offset + 4))
        : 'vec4u()';
    }
    if (rows === 0) {
      return 'vec4u()';
    }
    const name = this.module.declare(`${this.prefix}icb`, () => {
      const texts = Array.from({ length: rows }, (_, row) =>
        vectorOf(immediates.subarray(4 * row, 4 * row + 4)),
      );
      return `var<private> ${this.prefix}icb = array<vec4u, ${rows}>(${texts.join(', ')});`;
    });
    return this.#element({ name, size: rows }, index);
  }

  #literal(words: readonly number[]): string {
    const all = words.length === 1 ? [words[0], words[0], words[0], words[0]] : words;
    return this.#literalVariable(`l_${all.map((value) => value.toString(16)).join('_')}`, all);
  }

  #literalVariable(name: string, words: ArrayLike<number>): string {
    const full = `${this.prefix}${name}`;
    return this.module.declare(full, () => `var<private> ${full} = ${vectorOf(words)};`);
  }

  /** v# or o#, by its number or dynamically. */
  #indexed(file: 'v' | 'o', operand: Operand): string {
    const index = this.#index(operand, 0);
    if (index.relative !== undefined) {
      return `${this.#reader(file)}(${this.#indexText(index)})`;
    }
    const isDeclared = this.#declared[file].has(index.offset);
    return isDeclared ? this.#variable(`${file}${index.offset}`, 'vec4u') : 'vec4u()';
  }

  /** The function that reads v# or o# by a number. */
  #reader(file: 'v' | 'o'): string {
    return this.#switch(
      `${file}_at`,
      'i: u32',
      ' -> vec4u',
      file,
      (name) => `return ${name};`,
      'return vec4u();',
    );
  }

  /** A function with a case for each declared register. */
  #switch(
    name: string,
    parameters: string,
    result: string,
    file: 'v' | 'o',
    make: (register: string) => string,
    otherwise: string,
  ): string {
    const full = `${this.prefix}${name}`;
    return this.module.declare(full, () => {
      const cases = [...this.#declared[file]].map(
        (register) => `    case ${register}u: { ${make(this.#variable(`${file}${register}`, 'vec4u'))} }`,
      );
      const lines = ['  switch (i) {', ...cases, `    default: { ${otherwise} }`, '  }', '}'];
      return [`fn ${full}(${parameters})${result} {`, ...lines].join('\n');
    });
  }

  #vertexInput(operand: Operand): string {
    const register = this.#index(operand, 1);
    const [vertex] = operand.indices;
    const { count, registers } = this.vertexInputs();
    const name = this.vertices();
    if (vertex.relative === undefined && register.relative === undefined) {
      return vertex.offset < count && register.offset < registers
        ? `${name}[${vertex.offset}][${register.offset}]`
        : 'vec4u()';
    }
    const reader = this.module.declare(`${name}_at`, () =>
      [
        `fn ${name}_at(vertex: u32, i: u32) -> vec4u {`,
        `  if (vertex < ${count}u && i < ${registers}u) { return ${name}[vertex][i]; }`,
        '  return vec4u();',
        '}',
      ].join('\n'),
    );
    return `${reader}(${this.#indexText(vertex)}, ${this.#indexText(register)})`;
  }

  #outputTarget(
    operand: Operand,
    components: number[],
    hoist: (expression: string) => string,
  ): Target | undefined {
    const index = this.#index(operand, 0);
    if (index.relative === undefined) {
      if (!this.#declared.o.has(index.offset)) {
        throw this.error('EINVAL', `o${index.offset} is not declared`);
      }
      return { name: this.#variable(`o${index.offset}`, 'vec4u'), components, scalar: false };
    }
    const at = hoist(this.#indexText(index));
    const store = this.#switch('o_set', 'i: u32, value: vec4u', '', 'o', (name) => `${name} = value;`, '');
    return { name: `${this.#reader('o')}(${at})`, components, scalar: false, store: `${store}(${at}` };
  }

  #arrayTarget(
    operand: Operand,
    components: number[],
    hoist: (expression: string) => string,
  ): Target | undefined {
    const { name, size } = this.#array(operand);
    const index = this.#index(operand, 1);
    if (index.relative === undefined) {
      return index.offset < size
        ? { name: `${name}[${index.offset}]`, components, scalar: false }
        : undefined;
    }
    const at = hoist(this.#indexText(index));
    return { name: `${name}[${at}]`, components, scalar: false, bound: { index: at, size } };
  }
}

function numbersOf(declarations: StageInterface['inputs']): ReadonlySet<number> {
  return new Set(declarations.map(({ register }) => register));
}

function vectorOf(words: ArrayLike<number>): string {
  const texts = Array.from(words, word);
  return texts.every((text) => text === texts[0]) ? `vec4u(${texts[0]})` : `vec4u(${texts.join(', ')})`;
}
