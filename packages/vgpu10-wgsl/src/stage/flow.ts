import type { Instruction } from '@cg/vgpu10';
import { MOST_LEVELS, type CodeWriter } from '../wgsl/code-writer.js';
import type { Registers } from './registers.js';

interface Block {
  readonly kind: 'if' | 'else' | 'loop' | 'switch';
  /** Whether the code before it can be reached. */
  readonly reached: boolean;
  /** Of `else`: whether the end of the `if` part can be reached. */
  readonly thenReached: boolean;
  /** Of `switch`: the names of its value and of the variable that says that a case was met. */
  readonly value: string;
  readonly met: string;
  /** Of `switch`: whether the block of a case is open. */
  inCase: boolean;
}

/**
 * * The blocks of a shader as those of WGSL. Code that cannot be reached is left out. A switch is a block for each
 * case, in which control can fall through.
 */
export class Flow {
  readonly #blocks: Block[] = [];
  #reached = true;

  constructor(
    readonly registers: Registers,
    readonly writer: CodeWriter,
  ) {}

  /** Whether the next instruction can be reached. */
  get reached(): boolean {
    return this.#reached;
  }

  condition({ sources, controls }: Instruction): string {
    return `${this.registers.read(sources[0], 'u', [0])} ${controls.nonZero ? '!=' : '=='} 0u`;
  }

  if(instruction: Instruction): void {
    this.#push('if', () => this.writer.open(`if (${this.condition(instruction)})`));
  }

  else(): void {
    const block = this.#pop('if', 'ELSE');
    this.#blocks.push({ ...block, kind: 'else', thenReached: this.#reached });
    this.#reached = block.reached;
    if (block.reached) {
      this.writer.turn();
    }
  }

  endIf(): void {
    const block = this.#pop(undefined, 'ENDIF');
    if (block.kind !== 'if' && block.kind !== 'else') {
      throw this.registers.error('EINVAL', `ENDIF in ${block.kind}`);
    }
    this.#close(block, block.kind === 'if' || block.thenReached || this.#reached);
  }

  loop(): void {
    this.#push('loop', () => {
      const turns = this.registers.module.turns();
      this.writer.open('loop');
      this.writer.say(`if (${turns} == 0u) { break; }`);
      this.writer.say(`${turns} -= 1u;`);
    });
  }

  endLoop(): void {
    this.#close(this.#pop('loop', 'ENDLOOP'), true);
  }

  switch({ sources }: Instruction): void {
    const names = { value: '', met: '' };
    if (this.#reached) {
      names.value = this.writer.hoist(this.registers.read(sources[0], 'u', [0]), 'value');
      names.met = this.writer.name('met');
      this.writer.say(`var ${names.met} = false;`);
    }
    this.#push('switch', () => this.writer.open('switch (0u) { default:'), names);
    this.#reached = false;
  }

  /** A label of a switch: a value, or the values of all other labels for the default. */
  case(isDefault: boolean, values: readonly Instruction[], isLast: boolean): void {
    const block = this.#blocks.at(-1);
    if (block?.kind !== 'switch') {
      throw this.registers.error('EINVAL', `${isDefault ? 'DEFAULT' : 'CASE'} outside of a switch`);
    }
    if (!block.reached) {
      return;
    }
    this.#closeCase(block);
    const tests = values.map(
      ({ sources }) => `${block.value} == ${this.registers.read(sources[0], 'u', [0])}`,
    );
    if (isDefault) {
      this.writer.say(
        `${block.met} = ${[block.met, `!(${['false', ...tests].join(' || ')})`].join(' || ')};`,
      );
    } else {
      this.writer.say(`${block.met} = ${[block.met, ...tests].join(' || ')};`);
    }
    if (isLast) {
      this.writer.open(`if (${block.met})`);
      block.inCase = true;
    }
    this.#reached = true;
  }

  endSwitch(): void {
    const block = this.#pop('switch', 'ENDSWITCH');
    this.#closeCase(block);
    if (block.reached) {
      this.writer.close(' }');
    }
    this.#reached = block.reached;
  }

  /**
   * BREAK, CONTINUE and RET, or on a condition. What follows in the block cannot be reached.
   * @throws TranslateError EINVAL where there is nothing to leave
   */
  leave(statement: 'break' | 'continue' | 'return', conditional: Instruction | undefined): void {
    const leaves = (kind: string): boolean => kind === 'loop' || (statement === 'break' && kind === 'switch');
    if (statement !== 'return' && !this.#blocks.some(({ kind }) => leaves(kind))) {
      throw this.registers.error('EINVAL', `${statement} outside of a loop`);
    }
    if (conditional !== undefined) {
      this.writer.say(`if (${this.condition(conditional)}) { ${statement}; }`);
      return;
    }
    if (statement !== 'return' || this.#blocks.length > 0) {
      this.writer.say(`${statement};`);
    }
    this.#reached = false;
  }

  /** Starts a subroutine. @throws TranslateError EINVAL within a block */
  restart(): void {
    if (this.#blocks.length > 0) {
      throw this.registers.error('EINVAL', `a block of ${this.#blocks.at(-1)!.kind} does not end`);
    }
    this.#reached = true;
  }

  #push(kind: Block['kind'], open: () => void, names = { value: '', met: '' }): void {
    if (this.writer.levels >= MOST_LEVELS || this.#blocks.length >= MOST_LEVELS) {
      throw this.registers.error('E2BIG', `blocks deeper than ${MOST_LEVELS} levels`);
    }
    this.#blocks.push({ kind, reached: this.#reached, thenReached: false, ...names, inCase: false });
    if (this.#reached) {
      open();
    }
  }

  #pop(kind: Block['kind'] | undefined, what: string): Block {
    const block = this.#blocks.pop();
    if (block === undefined || (kind !== undefined && block.kind !== kind)) {
      throw this.registers.error(
        'EINVAL',
        `${what} ${block === undefined ? 'outside of a block' : `in ${block.kind}`}`,
      );
    }
    return block;
  }

  #close(block: Block, endReached: boolean): void {
    if (block.reached) {
      this.writer.close();
    }
    this.#reached = block.reached && endReached;
  }

  #closeCase(block: Block): void {
    if (block.inCase) {
      this.writer.close();
      block.inCase = false;
    }
  }
}
