import { BindingList } from '../bindings.js';
import type { PipelineKey } from '../key.js';
import { Functions } from '../wgsl/functions.js';

/** The iterations of all loops of an invocation together, if the key says no other; then every loop ends. */
const MOST_LOOP_TURNS = 2 ** 20;

/** A WGSL module while it is written: what its code needs is declared once, in the order of the first need. */
export class ModuleText {
  readonly bindings = new BindingList();
  readonly functions = new Functions();
  readonly #directives = new Set<string>();
  readonly #declarations = new Map<string, string>();
  readonly #loopTurns: number;

  constructor({ maxLoopTurns = MOST_LOOP_TURNS }: Pick<PipelineKey, 'maxLoopTurns'> = {}) {
    this.#loopTurns = maxLoopTurns;
  }

  /** Of texture lookups and derivatives in divergent flow, whose results Direct3D leaves open, too. */
  allowDivergence(): void {
    this.#directives.add('diagnostic(off, derivative_uniformity);');
  }

  enable(extension: string): void {
    this.#directives.add(`enable ${extension};`);
  }

  /** Declares a name, once. @returns the name */
  declare(name: string, declaration: () => string): string {
    if (!this.#declarations.has(name)) {
      this.#declarations.set(name, ''); // declarations that need it again find it
      this.#declarations.set(name, declaration());
    }
    return name;
  }

  variable(name: string, type: string): string {
    return this.declare(name, () => `var<private> ${name}: ${type};`);
  }

  /** The turns that loops have left. */
  turns(): string {
    return this.declare('turns', () => `var<private> turns = ${this.#loopTurns}u;`);
  }

  /** The whole module, with the functions of its stages. */
  print(functions: readonly string[]): string {
    const enables = [...this.#directives].filter((directive) => directive.startsWith('enable'));
    const others = [...this.#directives].filter((directive) => !directive.startsWith('enable'));
    return [
      ...enables,
      ...others,
      ...this.bindings.text(),
      ...this.#declarations.values(),
      ...this.functions.text(),
      ...functions,
      '',
    ].join('\n');
  }
}
