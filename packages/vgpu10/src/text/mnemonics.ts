import { instructionReturnTypes, resinfoReturnTypes, type InfoReturnType } from '../enumerations.js';
import { instructionLayouts, type InstructionOpcode } from '../instruction-table.js';
import type { Controls } from '../program.js';

/** The mnemonics that are not the header's names in lower case. */
const spellings: Partial<Record<InstructionOpcode, string>> = {
  EMITTHENCUT: 'emit_then_cut',
  EMITTHENCUT_STREAM: 'emit_then_cut_stream',
  LD_MS: 'ldms',
  SAMPLE_INFO: 'sampleinfo',
  SAMPLE_POS: 'samplepos',
};

const returnSuffixes: Readonly<Record<InfoReturnType, string>> = {
  FLOAT: '',
  RCPFLOAT: '_rcpFloat',
  UINT: '_uint',
};
/** The suffixes of the flags of SYNC, from the highest bit down. */
const syncSuffixes = ['_uglobal', '_ugroup', '_g', '_t'];

/** What the mnemonic of an instruction says. */
export interface Mnemonic {
  readonly opcode: InstructionOpcode;
  readonly controls: Omit<Controls, 'precise'>;
}

/** The mnemonic of an instruction with its suffixes: `if_nz`, `mul_sat`, `resinfo_uint`. */
export function mnemonicText({ opcode, controls }: Mnemonic): string {
  const { saturate, nonZero, returns, immediate } = controls;
  const base = spellings[opcode] ?? opcode.toLowerCase();
  return `${base}${variantSuffix()}${saturate ? '_sat' : ''}`;

  function variantSuffix(): string {
    switch (instructionLayouts[opcode].control) {
      case 'test':
        return nonZero ? '_nz' : '_z';
      case 'resinfo':
      case 'sampleInfo':
        return returnSuffixes[returns];
      case 'sync':
        return syncSuffixes.filter((_, i) => (immediate >> (3 - i)) & 1).join('');
      default:
        return '';
    }
  }
}

let table: ReadonlyMap<string, Mnemonic> | undefined;

/** Every mnemonic with every suffix that it can have. */
export function mnemonics(): ReadonlyMap<string, Mnemonic> {
  table ??= new Map(allMnemonics().map((mnemonic) => [mnemonicText(mnemonic), mnemonic]));
  return table;
}

function allMnemonics(): Mnemonic[] {
  return (Object.keys(instructionLayouts) as InstructionOpcode[]).flatMap((opcode) => {
    const all = variants(opcode);
    const saturated = instructionLayouts[opcode].computes
      ? all.map((one) => ({ ...one, saturate: true }))
      : [];
    return [...all, ...saturated].map((controls) => ({ opcode, controls }));
  });
}

function variants(opcode: InstructionOpcode): Mnemonic['controls'][] {
  const plain = { saturate: false, nonZero: false, returns: 'FLOAT', immediate: 0 } as const;
  switch (instructionLayouts[opcode].control) {
    case 'test':
      return [false, true].map((nonZero) => ({ ...plain, nonZero }));
    case 'resinfo':
      return resinfoReturnTypes.map((returns) => ({ ...plain, returns }));
    case 'sampleInfo':
      return instructionReturnTypes.map((returns) => ({ ...plain, returns }));
    case 'sync':
      return Array.from({ length: 16 }, (_, immediate) => ({ ...plain, immediate }));
    default:
      return [plain];
  }
}
