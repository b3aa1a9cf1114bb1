import { Vgpu10Error } from './errors.js';
import { isInstruction, type Statement } from './program.js';

/** Where execution goes on, in indices of statements; the number of statements is the end of the shader. */
export interface ControlFlow {
  /**
   * Of IF its ELSE or ENDIF, of ELSE its ENDIF, of LOOP its ENDLOOP and of ENDLOOP its LOOP; of SWITCH, CASE and
   * DEFAULT the next CASE, DEFAULT or ENDSWITCH of the same switch; of BREAK and BREAKC the ENDLOOP or ENDSWITCH that
   * they leave, of CONTINUE and CONTINUEC the LOOP that they begin again; of CALL and CALLC the LABEL. Otherwise −1.
   */
  readonly targets: Int32Array;
  /**
   * The statement that ends the part of a block around each statement: the ELSE, ENDIF, ENDLOOP, CASE, DEFAULT or
   * ENDSWITCH; in no block the LABEL of the next function, or the end. ELSE, CASE and DEFAULT are in the part they
   * begin.
   */
  readonly ends: Int32Array;
  /** The LABEL statement of each function by its number. */
  readonly functions: ReadonlyMap<number, number>;
}

/** A part of a block that is still open: from the statement `start` on. */
interface Part {
  readonly block: 'function' | 'if' | 'loop' | 'switch';
  readonly start: number;
}

/** The block that a statement opens, or goes on with. */
const opened: Partial<Record<Statement['opcode'], Part['block']>> = {
  IF: 'if',
  LOOP: 'loop',
  SWITCH: 'switch',
};
const closed: Partial<Record<Statement['opcode'], Part['block']>> = {
  ELSE: 'if',
  ENDIF: 'if',
  ENDLOOP: 'loop',
  CASE: 'switch',
  DEFAULT: 'switch',
  ENDSWITCH: 'switch',
};
const continued: ReadonlySet<Statement['opcode']> = /* @__PURE__ */ new Set(['ELSE', 'CASE', 'DEFAULT']);

/**
 * The blocks and functions of a program, in time and memory linear in its statements, however they are nested.
 * @throws Vgpu10Error EINVAL, with the place of the statement, for blocks that do not fit each other, jumps outside of
 *   what they leave, and calls of a function that is not there
 */
export function controlFlow(statements: readonly Statement[]): ControlFlow {
  return new FlowBuilder(statements).build();
}

class FlowBuilder {
  private readonly targets: Int32Array;
  private readonly ends: Int32Array;
  private readonly functions = new Map<number, number>();
  private readonly parts: Part[] = [{ block: 'function', start: -1 }];
  /** For each statement the part that it is in, and for each part the statement that ends it. */
  private readonly partOf: Int32Array;
  private readonly partEnds: number[] = [-1];
  private readonly openIds: number[] = [0];
  /** The statements that leave each open loop or switch. */
  private readonly leaving: number[][] = [];
  private readonly loops: number[] = [];

  constructor(private readonly statements: readonly Statement[]) {
    this.targets = new Int32Array(statements.length).fill(-1);
    this.ends = new Int32Array(statements.length);
    this.partOf = new Int32Array(statements.length);
  }

  build(): ControlFlow {
    const { statements } = this;
    for (let i = 0; i < statements.length; i++) {
      this.add(statements[i], i);
    }
    if (this.parts.length > 1) {
      const { start } = this.parts.at(-1)!;
      throw this.error(start, `${statements[start].opcode} is not closed`);
    }
    this.endPart(statements.length);
    for (let i = 0; i < statements.length; i++) {
      this.ends[i] = this.partEnds[this.partOf[i]];
    }
    this.resolveCalls();
    return { targets: this.targets, ends: this.ends, functions: this.functions };
  }

  private add(statement: Statement, i: number): void {
    const { opcode } = statement;
    const closes = closed[opcode];
    if (closes !== undefined) {
      this.close(closes, opcode, i);
    } else if (opcode === 'LABEL') {
      this.beginFunction(statement, i);
    }
    this.partOf[i] = this.openIds.at(-1)!;
    const opens = opened[opcode];
    if (opens !== undefined) {
      this.open(opens, i);
    } else if (opcode === 'BREAK' || opcode === 'BREAKC') {
      this.leave(i);
    } else if (opcode === 'CONTINUE' || opcode === 'CONTINUEC') {
      this.targets[i] = this.loops.at(-1) ?? this.outside(i);
    }
  }

  private open(block: Part['block'], i: number): void {
    this.beginPart(block, i);
    if (block !== 'if') {
      this.leaving.push([]);
    }
    if (block === 'loop') {
      this.loops.push(i);
    }
  }

  private beginPart(block: Part['block'], i: number): void {
    this.parts.push({ block, start: i });
    this.openIds.push(this.partEnds.length);
    this.partEnds.push(-1);
  }

  /** Ends the innermost part at statement `i`. */
  private endPart(i: number): Part {
    this.partEnds[this.openIds.pop()!] = i;
    return this.parts.pop()!;
  }

  private close(block: Part['block'], opcode: Statement['opcode'], i: number): void {
    const { block: open, start } = this.parts.at(-1)!;
    if (open !== block || (opcode === 'ELSE' && this.statements[start].opcode === 'ELSE')) {
      throw this.error(i, `${opcode} closes nothing`);
    }
    this.endPart(i);
    this.targets[start] = i;
    if (continued.has(opcode)) {
      this.beginPart(block, i);
      return;
    }
    if (block !== 'if') {
      for (const left of this.leaving.pop()!) {
        this.targets[left] = i;
      }
    }
    if (block === 'loop') {
      this.targets[i] = start;
      this.loops.pop();
    }
  }

  private leave(i: number): void {
    const leaving = this.leaving.at(-1);
    if (leaving === undefined) {
      this.outside(i);
    } else {
      leaving.push(i);
    }
  }

  private outside(i: number): never {
    throw this.error(i, `${this.statements[i].opcode} is in no block that it could leave`);
  }

  private beginFunction(statement: Statement, i: number): void {
    if (this.parts.length > 1) {
      throw this.error(i, 'LABEL is within a block');
    }
    const number = labelOf(statement);
    if (this.functions.has(number)) {
      throw this.error(i, `label ${number} is there twice`);
    }
    this.functions.set(number, i);
    this.endPart(i);
    this.beginPart('function', i);
  }

  private resolveCalls(): void {
    for (const [i, statement] of this.statements.entries()) {
      if (statement.opcode === 'CALL' || statement.opcode === 'CALLC') {
        const label = this.functions.get(labelOf(statement));
        this.targets[i] = label ?? this.noLabel(i);
      }
    }
  }

  private noLabel(i: number): never {
    throw this.error(i, 'the function that is called is not there');
  }

  private error(i: number, what: string): Vgpu10Error {
    return new Vgpu10Error('EINVAL', what, this.statements[i].at);
  }
}

/** The number of the label that a statement names last; −1 for none. */
function labelOf(statement: Statement): number {
  const label = isInstruction(statement) ? statement.sources.at(-1) : undefined;
  return label?.indices[0]?.offset ?? -1;
}
