import {
  isInstruction,
  statementText,
  type Instruction,
  type InstructionOpcode,
  type Operand,
  type Statement,
} from '@cg/vgpu10';
import { CodeWriter } from '../wgsl/code-writer.js';
import { typeName } from '../wgsl/types.js';
import { doubleOperations, operations, type Operation } from './arithmetic.js';
import { Flow } from './flow.js';
import type { Registers } from './registers.js';
import { Stores, type ValueOf } from './store.js';
import { Subroutines } from './subroutines.js';
import { TextureLoads } from './texture-load.js';
import { TextureSamples } from './texture-sample.js';
import type { Views } from './views.js';

/** What a stage needs from its module. */
export interface StageHooks {
  /** Of the targets. */
  readonly samples: number;
  /** The row of the draw's constants for a texture buffer. */
  readonly bufferRow: (slot: number) => string;
  /** Functions of a geometry shader, which tell whether it has done what was wanted of it. */
  readonly emit?: string;
  readonly cut?: string;
}

const leaving: Partial<Record<InstructionOpcode, 'break' | 'continue' | 'return'>> = {
  BREAK: 'break',
  BREAKC: 'break',
  CONTINUE: 'continue',
  CONTINUEC: 'continue',
  RET: 'return',
  RETC: 'return',
};

/** Translates the instructions of a shader to the functions of its module. */
export class StageBody {
  readonly #flow: Flow;
  readonly #writer: CodeWriter;
  readonly #stores: Stores;
  readonly #loads: TextureLoads;
  readonly #samples: TextureSamples;
  readonly #subroutines: Subroutines;

  constructor(
    readonly registers: Registers,
    views: Views,
    readonly hooks: StageHooks,
  ) {
    this.#writer = new CodeWriter();
    this.#flow = new Flow(registers, this.#writer);
    this.#stores = new Stores(registers, this.#writer);
    this.#loads = new TextureLoads(registers, this.#stores, views, hooks.samples, hooks.bufferRow);
    this.#samples = new TextureSamples(registers, this.#stores, views, this.#loads);
    this.#subroutines = new Subroutines(registers, this.#writer, this.#flow);
  }

  /** @returns the text of the function `name` and of its subroutines */
  translate(name: string): string {
    const { statements } = this.registers.shader;
    this.#subroutines.start(name);
    const labels = switchLabels(statements);
    statements.forEach((statement, i) => {
      this.registers.at = statement.at;
      if (statement.opcode === 'CASE' || statement.opcode === 'DEFAULT') {
        const next = statements[i + 1]?.opcode;
        const isLast = next !== 'CASE' && next !== 'DEFAULT';
        const isDefault = statement.opcode === 'DEFAULT';
        this.#flow.case(isDefault, isDefault ? (labels.get(statement) ?? []) : [statement], isLast);
      } else if (isInstruction(statement)) {
        this.#translate(statement);
      }
    });
    return this.#subroutines.finish();
  }

  #translate(instruction: Instruction): void {
    if (this.#block(instruction) || !this.#flow.reached) {
      return;
    }
    this.#writer.comment = statementText(instruction);
    const operation = operations[instruction.opcode];
    if (operation !== undefined) {
      this.#operate(instruction, operation);
    } else if (!this.#double(instruction) && !this.#leave(instruction) && !this.#resource(instruction)) {
      this.#other(instruction);
    }
    this.#writer.comment = '';
  }

  /** The instructions that open and close blocks, which count whether they are reached or not. */
  #block(instruction: Instruction): boolean {
    const { opcode } = instruction;
    if (opcode === 'IF' || opcode === 'LOOP' || opcode === 'SWITCH') {
      this.#writer.comment = this.#flow.reached ? statementText(instruction) : '';
    }
    switch (opcode) {
      case 'IF':
        this.#flow.if(instruction);
        return true;
      case 'ELSE':
        this.#flow.else();
        return true;
      case 'ENDIF':
        this.#flow.endIf();
        return true;
      case 'LOOP':
        this.#flow.loop();
        return true;
      case 'ENDLOOP':
        this.#flow.endLoop();
        return true;
      case 'SWITCH':
        this.#flow.switch(instruction);
        return true;
      case 'ENDSWITCH':
        this.#flow.endSwitch();
        return true;
      case 'LABEL':
        this.#subroutines.label(instruction);
        return true;
      default:
        return false;
    }
  }

  #operate(instruction: Instruction, { reads, result, make, call, reduces }: Operation): void {
    const { destinations, sources } = instruction;
    const isDerivative = instruction.opcode.startsWith('DERIV');
    if (isDerivative) {
      this.#requirePixel(instruction);
      this.registers.module.allowDivergence();
    }
    const value: ValueOf = (components, width) => {
      const lanes = reduces === undefined ? components : [0, 1, 2, 3].slice(0, reduces);
      const operands = reads.map((kind, i) => this.registers.read(sources[i], kind, lanes));
      const text =
        call === undefined
          ? make!(operands, width)
          : `${this.registers.module.functions.name(call, reduces ?? width)}(${operands.join(', ')})`;
      return {
        scalar: result,
        text: reduces === undefined || width === 1 ? text : `${typeName(result, width)}(${text})`,
      };
    };
    this.#stores.write(instruction.controls.saturate, [destinations[0], value]);
  }

  /** Operations with two destinations. */
  #double({ opcode, destinations, sources, controls }: Instruction): boolean {
    const operation = doubleOperations[opcode];
    if (operation === undefined) {
      return false;
    }
    const results = destinations.map((operand, which): [Operand, ValueOf] => {
      const name = operation.calls[which];
      return [
        operand,
        (components, width) => {
          const operands = operation.reads.map((kind, i) =>
            this.registers.read(sources[i], kind, components),
          );
          return {
            scalar: 'u',
            text:
              name === '*'
                ? operands.join(' * ')
                : `${this.registers.module.functions.name(name, width)}(${operands.join(', ')})`,
          };
        },
      ];
    });
    this.#stores.write(controls.saturate, ...results);
    return true;
  }

  #leave(instruction: Instruction): boolean {
    const statement = leaving[instruction.opcode];
    if (statement === undefined) {
      return false;
    }
    this.#flow.leave(statement, instruction.opcode.endsWith('C') ? instruction : undefined);
    return true;
  }

  #resource(instruction: Instruction): boolean {
    switch (instruction.opcode) {
      case 'SAMPLE':
      case 'SAMPLE_B':
      case 'SAMPLE_C':
      case 'SAMPLE_C_LZ':
      case 'SAMPLE_D':
      case 'SAMPLE_L':
        this.#samples.sample(instruction);
        return true;
      case 'GATHER4':
        this.#samples.gather(instruction);
        return true;
      case 'LD':
      case 'LD_MS':
        this.#loads.load(instruction);
        return true;
      case 'RESINFO':
        this.#loads.info(instruction);
        return true;
      case 'SAMPLE_INFO':
        this.#loads.sampleInfo(instruction);
        return true;
      case 'SAMPLE_POS':
        this.#loads.samplePosition(instruction);
        return true;
      default:
        return false;
    }
  }

  #other(instruction: Instruction): void {
    const { opcode, sources, destinations, controls } = instruction;
    switch (opcode) {
      case 'NOP':
        break;
      case 'MOVC':
        this.#stores.write(controls.saturate, [
          destinations[0],
          (components, width) => {
            const [a, b] = [sources[1], sources[2]].map((operand) =>
              this.registers.read(operand, 'bits', components),
            );
            const chosen = this.registers.read(sources[0], 'u', components);
            const condition = `${chosen} != ${typeName('u', width)}(0u)`;
            return { scalar: 'u', text: `select(${b}, ${a}, ${condition})` };
          },
        ]);
        break;
      case 'DISCARD':
        this.#requirePixel(instruction);
        this.#writer.say(`if (${this.#flow.condition(instruction)}) { discard; }`);
        break;
      case 'CALL':
        this.#subroutines.call(sources[0]);
        break;
      case 'CALLC':
        this.#subroutines.call(sources[1], this.#flow.condition(instruction));
        break;
      case 'EMIT':
      case 'CUT':
      case 'EMITTHENCUT':
        this.#emit(instruction);
        break;
      default:
        throw this.registers.error('ENOTSUP', opcode);
    }
  }

  #emit({ opcode }: Instruction): void {
    const { emit, cut } = this.hooks;
    if (emit === undefined || cut === undefined) {
      throw this.registers.error('EINVAL', `${opcode} in a ${this.registers.shader.stage} shader`);
    }
    if (opcode !== 'CUT') {
      this.#writer.say(`if (${emit}()) { return; }`);
    }
    if (opcode !== 'EMIT') {
      this.#writer.say(`${cut}();`);
    }
  }

  #requirePixel({ opcode }: Instruction): void {
    if (this.registers.shader.stage !== 'pixel') {
      throw this.registers.error('EINVAL', `${opcode} in a ${this.registers.shader.stage} shader`);
    }
  }
}

/** The cases of the switch of each DEFAULT. */
function switchLabels(statements: readonly Statement[]): ReadonlyMap<Instruction, readonly Instruction[]> {
  const labels = new Map<Instruction, readonly Instruction[]>();
  const open: { readonly cases: Instruction[]; hasDefault: boolean }[] = [];
  for (const statement of statements) {
    const top = open.at(-1);
    if (statement.opcode === 'SWITCH') {
      open.push({ cases: [], hasDefault: false });
    } else if (statement.opcode === 'ENDSWITCH') {
      open.pop();
    } else if (statement.opcode === 'CASE') {
      top?.cases.push(statement);
    } else if (statement.opcode === 'DEFAULT' && top !== undefined && !top.hasDefault) {
      top.hasDefault = true; // a second default is the first one's again: no value is left for it
      labels.set(statement, top.cases);
    }
  }
  return labels;
}
