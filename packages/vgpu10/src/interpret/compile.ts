import type { ControlFlow } from '../control-flow.js';
import { Vgpu10Error } from '../errors.js';
import { instructionLayouts, type InstructionOpcode } from '../instruction-table.js';
import { isInstruction, maskOf, type Instruction, type Operand, type Statement } from '../program.js';
import type { Code, Execution, Step } from './execution.js';
import { add, multiply, subtract } from './float-rules.js';
import { OperandCompiler, type DeclaredSizes, type Reader, type Writer } from './operands.js';
import { operations, type Operation } from './operations.js';
import { compileTextureStep, type TextureContext } from './texture-steps.js';

/** What statements are compiled for. */
export interface CompileContext extends TextureContext {
  readonly sizes: DeclaredSizes;
  readonly flow: ControlFlow;
  readonly statements: readonly Statement[];
  /** EMIT and CUT of geometry shaders. */
  readonly emit: Step;
  readonly cut: Step;
}

const joining: ReadonlySet<Statement['opcode']> = /* @__PURE__ */ new Set([
  'ELSE',
  'ENDIF',
  'ENDLOOP',
  'CASE',
  'DEFAULT',
  'ENDSWITCH',
  'LABEL',
]);

/** Makes a step of each statement. @throws Vgpu10Error EINVAL, ENOTSUP, with the place of the statement */
export function compile(context: CompileContext): Code {
  const { statements, flow } = context;
  return {
    steps: statements.map((statement, i) =>
      isInstruction(statement) ? new StatementCompiler(context, statement, i).step() : undefined,
    ),
    places: statements.map(({ at }) => at),
    joints: Uint8Array.from(statements, ({ opcode }) => (joining.has(opcode) ? 1 : 0)),
    ends: flow.ends,
  };
}

class StatementCompiler {
  private readonly operands: OperandCompiler;

  constructor(
    private readonly context: CompileContext,
    private readonly instruction: Instruction,
    private readonly i: number,
  ) {
    this.operands = new OperandCompiler(context.sizes, instruction.at);
  }

  step(): Step | undefined {
    const { instruction, context } = this;
    const { opcode } = instruction;
    const ofComponents = operations[opcode];
    if (ofComponents !== undefined) {
      return componentStep(ofComponents, this.readers(), this.writers(), this.written());
    }
    return (
      this.flowStep() ??
      this.acrossStep() ??
      compileTextureStep(instruction, this.operands, context) ??
      this.stageStep()
    );
  }

  private readers(): Reader[] {
    const { opcode, sources } = this.instruction;
    const kinds = instructionLayouts[opcode].sources;
    return sources.map((source, i) => this.operands.reader(source, kinds[i]));
  }

  private writers(): Writer[] {
    const { destinations, controls } = this.instruction;
    return destinations.map((destination) => this.operands.writer(destination, controls.saturate));
  }

  /** The components that any destination has. */
  private written(): number[] {
    const mask = this.instruction.destinations.reduce(
      (all, destination) => all | (destination.type === 'NULL' ? 0 : maskOf(destination)),
      0,
    );
    return [0, 1, 2, 3].filter((component) => (mask >> component) & 1);
  }

  /** Dot products, and derivatives, which need other components and lanes. */
  private acrossStep(): Step | undefined {
    const { opcode } = this.instruction;
    const length = dotLengths[opcode];
    if (length !== undefined) {
      return dotStep(length, this.readers(), this.writers()[0]);
    }
    const derivative = derivatives[opcode];
    if (derivative === undefined) {
      return undefined;
    }
    if (this.context.type !== 'PIXEL') {
      throw this.error('EINVAL', `${opcode} in a shader of another stage than PIXEL`);
    }
    return derivativeStep(derivative, this.context.fineDerivatives, this.readers()[0], this.writers()[0]);
  }

  /** Instructions that decide which statement is next. */
  private flowStep(): Step | undefined {
    const { opcode, sources } = this.instruction;
    const target = this.context.flow.targets[this.i];
    switch (opcode) {
      case 'IF': {
        const taken = this.test(sources[0]);
        return (execution) => execution.beginIf(taken(execution));
      }
      case 'ELSE':
        return (execution) => execution.elseIf();
      case 'ENDIF':
        return (execution) => execution.endIf();
      case 'LOOP':
        return (execution) => execution.beginLoop();
      case 'ENDLOOP':
        return (execution) => execution.endLoop(target + 1);
      case 'SWITCH':
        return this.switchStep(target);
      case 'CASE':
      case 'DEFAULT':
        return (execution) => execution.enterCase();
      case 'ENDSWITCH':
        return (execution) => execution.endSwitch();
      case 'LABEL':
        return (execution) => execution.endFunction();
      case 'CALL':
        return (execution) => execution.call(execution.active, target);
      case 'CALLC': {
        const taken = this.test(sources[0]);
        return (execution) => execution.call(taken(execution), target);
      }
      default:
        return this.jumpStep();
    }
  }

  private jumpStep(): Step | undefined {
    const [source] = this.instruction.sources;
    switch (this.instruction.opcode) {
      case 'BREAK':
        return (execution) => execution.leave(execution.active);
      case 'CONTINUE':
        return (execution) => execution.continueLoop(execution.active);
      case 'RET':
        return (execution) => execution.returnLanes(execution.active);
      case 'BREAKC': {
        const taken = this.test(source);
        return (execution) => execution.leave(taken(execution));
      }
      case 'CONTINUEC': {
        const taken = this.test(source);
        return (execution) => execution.continueLoop(taken(execution));
      }
      case 'RETC': {
        const taken = this.test(source);
        return (execution) => execution.returnLanes(taken(execution));
      }
      default:
        return undefined;
    }
  }

  /** The active lanes in which the condition of this instruction holds. */
  private test(source: Operand): (execution: Execution) => number {
    const read = this.operands.reader(source, 'u');
    const { nonZero } = this.instruction.controls;
    const words = new Uint32Array(4);
    return ({ lanes, active }) => {
      let taken = 0;
      for (let lane = 0; lane < lanes.length; lane++) {
        if ((active >> lane) & 1) {
          read(lanes[lane], words);
          taken |= (words[0] !== 0) === nonZero ? 1 << lane : 0;
        }
      }
      return taken;
    };
  }

  private switchStep(first: number): Step {
    const { statements, flow } = this.context;
    const read = this.operands.reader(this.instruction.sources[0], 'u');
    const cases: { readonly at: number; readonly read: Reader }[] = [];
    let fallback: number | undefined;
    let part = first;
    for (; statements[part].opcode !== 'ENDSWITCH'; part = flow.targets[part]) {
      const statement = statements[part];
      if (statement.opcode === 'DEFAULT') {
        fallback ??= part;
      } else if (isInstruction(statement)) {
        cases.push({ at: part, read: this.operands.reader(statement.sources[0], 'u') });
      }
    }
    const otherwise = fallback ?? part;
    const [value, label] = [new Uint32Array(4), new Uint32Array(4)];
    return (execution) => {
      execution.count(cases.length);
      const entries = execution.lanes.map((lane) => {
        read(lane, value);
        const entered = cases.find((one) => {
          one.read(lane, label);
          return label[0] === value[0];
        });
        return entered?.at ?? otherwise;
      });
      execution.beginSwitch(entries);
    };
  }

  /** Instructions of one stage. */
  private stageStep(): Step | undefined {
    const { opcode } = this.instruction;
    const { type, emit, cut } = this.context;
    if (opcode === 'NOP' || opcode === 'DEBUG_BREAK') {
      return undefined;
    }
    const stage = stages[opcode];
    if (stage === undefined) {
      throw this.error('ENOTSUP', `${opcode} is not interpreted`);
    }
    if (stage !== type) {
      throw this.error('EINVAL', `${opcode} in a shader of another stage than ${stage}`);
    }
    switch (opcode) {
      case 'EMIT':
        return emit;
      case 'CUT':
        return cut;
      case 'EMITTHENCUT':
        return (execution) => {
          emit(execution);
          cut(execution);
        };
      default: {
        const taken = this.test(this.instruction.sources[0]);
        return (execution) => execution.discard(taken(execution));
      }
    }
  }

  private error(code: 'EINVAL' | 'ENOTSUP', what: string): Vgpu10Error {
    return new Vgpu10Error(code, what, this.instruction.at);
  }
}

const stages: Partial<Record<InstructionOpcode, 'PIXEL' | 'GEOMETRY'>> = {
  DISCARD: 'PIXEL',
  EMIT: 'GEOMETRY',
  CUT: 'GEOMETRY',
  EMITTHENCUT: 'GEOMETRY',
};

/** Each component by itself. All sources are read, and all results known, before a destination is written. */
function componentStep(
  ofComponents: readonly Operation[],
  readers: readonly Reader[],
  writers: readonly Writer[],
  components: readonly number[],
): Step {
  const sources = [0, 1, 2, 3].map(() => new Uint32Array(4));
  const [a, b, c, d] = sources;
  const results = ofComponents.map(() => new Uint32Array(4));
  return ({ lanes, active }) => {
    for (let lane = 0; lane < lanes.length; lane++) {
      if (((active >> lane) & 1) === 0) {
        continue;
      }
      for (let i = 0; i < readers.length; i++) {
        readers[i](lanes[lane], sources[i]);
      }
      for (let i = 0; i < results.length; i++) {
        const operation = ofComponents[i];
        for (const component of components) {
          results[i][component] = operation(a[component], b[component], c[component], d[component]);
        }
      }
      for (let i = 0; i < results.length; i++) {
        writers[i](lanes[lane], results[i]);
      }
    }
  };
}

const dotLengths: Partial<Record<InstructionOpcode, number>> = { DP2: 2, DP3: 3, DP4: 4 };

/** A sum of products from x on, each rounded. */
function dotStep(length: number, [readA, readB]: readonly Reader[], write: Writer): Step {
  const [a, b, result] = [new Uint32Array(4), new Uint32Array(4), new Uint32Array(4)];
  return ({ lanes, active }) => {
    for (let lane = 0; lane < lanes.length; lane++) {
      if (((active >> lane) & 1) === 0) {
        continue;
      }
      readA(lanes[lane], a);
      readB(lanes[lane], b);
      let sum = multiply(a[0], b[0]);
      for (let component = 1; component < length; component++) {
        sum = add(sum, multiply(a[component], b[component]));
      }
      write(lanes[lane], result.fill(sum));
    }
  };
}

interface Derivative {
  /** The bit of a lane's number that tells pixels apart in this direction: 1 to the right, 2 downwards. */
  readonly direction: 1 | 2;
  /** Whether each row, or column, has its own; undefined where it is open. */
  readonly fine: boolean | undefined;
}

const derivatives: Partial<Record<InstructionOpcode, Derivative>> = {
  DERIV_RTX: { direction: 1, fine: undefined },
  DERIV_RTY: { direction: 2, fine: undefined },
  DERIV_RTX_COARSE: { direction: 1, fine: false },
  DERIV_RTY_COARSE: { direction: 2, fine: false },
  DERIV_RTX_FINE: { direction: 1, fine: true },
  DERIV_RTY_FINE: { direction: 2, fine: true },
};

/** Differences of the source in the four lanes, active or not. */
function derivativeStep(
  { direction, fine }: Derivative,
  isFineOtherwise: boolean,
  read: Reader,
  write: Writer,
): Step {
  const values = [0, 1, 2, 3].map(() => new Uint32Array(4));
  const result = new Uint32Array(4);
  const other = (fine ?? isFineOtherwise) ? 3 - direction : 0;
  return ({ lanes, active }) => {
    for (let lane = 0; lane < lanes.length; lane++) {
      read(lanes[lane], values[lane]);
    }
    for (let lane = 0; lane < lanes.length; lane++) {
      if ((active >> lane) & 1) {
        const from = values[lane & other];
        const to = values[(lane & other) | direction];
        write(
          lanes[lane],
          result.map((_, component) => subtract(to[component], from[component])),
        );
      }
    }
  };
}
