/**
 * Of each instruction its number (VGPU10_OPCODE of VGPU10ShaderTokens.h) and what its operands are: destinations, `=`,
 * sources, one letter each. Both are one text, which bundles smaller.
 *
 * - f: 32-bit floats; i: signed and u: unsigned 32-bit integers; d: 64-bit floats in two components each
 * - x: 32 bits of any type, whose modifiers change the sign bit as those of floats do
 * - t: a resource, s: a sampler, g: an unordered access view or memory of a thread group, p: positions of samples (a
 *   resource or the rasterizer), m: a stream, l: a label, n: an interface
 *
 * Names are the header's. IDIV, DFRC and DRSQ are VGPU10_VMWARE_OPCODE_…, the sub-opcodes of 107.
 */
const instructionTable = {
  ADD: '0 f=ff',
  AND: '1 u=uu',
  BREAK: '2 =',
  BREAKC: '3 =u',
  CALL: '4 =l',
  CALLC: '5 =ul',
  CASE: '6 =u',
  CONTINUE: '7 =',
  CONTINUEC: '8 =u',
  CUT: '9 =',
  DEFAULT: '10 =',
  DERIV_RTX: '11 f=f',
  DERIV_RTY: '12 f=f',
  DISCARD: '13 =u',
  DIV: '14 f=ff',
  DP2: '15 f=ff',
  DP3: '16 f=ff',
  DP4: '17 f=ff',
  ELSE: '18 =',
  EMIT: '19 =',
  EMITTHENCUT: '20 =',
  ENDIF: '21 =',
  ENDLOOP: '22 =',
  ENDSWITCH: '23 =',
  EQ: '24 u=ff',
  EXP: '25 f=f',
  FRC: '26 f=f',
  FTOI: '27 i=f',
  FTOU: '28 u=f',
  GE: '29 u=ff',
  IADD: '30 i=ii',
  IF: '31 =u',
  IEQ: '32 u=ii',
  IGE: '33 u=ii',
  ILT: '34 u=ii',
  IMAD: '35 i=iii',
  IMAX: '36 i=ii',
  IMIN: '37 i=ii',
  IMUL: '38 ii=ii',
  INE: '39 u=ii',
  INEG: '40 i=i',
  ISHL: '41 i=iu',
  ISHR: '42 i=iu',
  ITOF: '43 f=i',
  LABEL: '44 =l',
  LD: '45 x=it',
  LD_MS: '46 x=iti',
  LOG: '47 f=f',
  LOOP: '48 =',
  LT: '49 u=ff',
  MAD: '50 f=fff',
  MIN: '51 f=ff',
  MAX: '52 f=ff',
  MOV: '54 x=x',
  MOVC: '55 x=uxx',
  MUL: '56 f=ff',
  NE: '57 u=ff',
  NOP: '58 =',
  NOT: '59 u=u',
  OR: '60 u=uu',
  RESINFO: '61 x=ut',
  RET: '62 =',
  RETC: '63 =u',
  ROUND_NE: '64 f=f',
  ROUND_NI: '65 f=f',
  ROUND_PI: '66 f=f',
  ROUND_Z: '67 f=f',
  RSQ: '68 f=f',
  SAMPLE: '69 x=fts',
  SAMPLE_C: '70 f=ftsf',
  SAMPLE_C_LZ: '71 f=ftsf',
  SAMPLE_L: '72 x=ftsf',
  SAMPLE_D: '73 x=ftsff',
  SAMPLE_B: '74 x=ftsf',
  SQRT: '75 f=f',
  SWITCH: '76 =u',
  SINCOS: '77 ff=f',
  UDIV: '78 uu=uu',
  ULT: '79 u=uu',
  UGE: '80 u=uu',
  UMUL: '81 uu=uu',
  UMAD: '82 u=uuu',
  UMAX: '83 u=uu',
  UMIN: '84 u=uu',
  USHR: '85 u=uu',
  UTOF: '86 f=u',
  XOR: '87 u=uu',
  IDIV: '107 ii=ii',
  DFRC: '107 d=d',
  DRSQ: '107 d=d',
  LOD: '108 f=fts',
  GATHER4: '109 x=fts',
  SAMPLE_POS: '110 f=pu',
  SAMPLE_INFO: '111 x=p',
  HS_DECLS: '113 =',
  HS_CONTROL_POINT_PHASE: '114 =',
  HS_FORK_PHASE: '115 =',
  HS_JOIN_PHASE: '116 =',
  EMIT_STREAM: '117 =m',
  CUT_STREAM: '118 =m',
  EMITTHENCUT_STREAM: '119 =m',
  INTERFACE_CALL: '120 =n',
  BUFINFO: '121 u=t',
  DERIV_RTX_COARSE: '122 f=f',
  DERIV_RTX_FINE: '123 f=f',
  DERIV_RTY_COARSE: '124 f=f',
  DERIV_RTY_FINE: '125 f=f',
  GATHER4_C: '126 f=ftsf',
  GATHER4_PO: '127 x=fits',
  GATHER4_PO_C: '128 f=fitsf',
  RCP: '129 f=f',
  F32TOF16: '130 u=f',
  F16TOF32: '131 f=u',
  UADDC: '132 uu=uu',
  USUBB: '133 uu=uu',
  COUNTBITS: '134 u=u',
  FIRSTBIT_HI: '135 u=u',
  FIRSTBIT_LO: '136 u=u',
  FIRSTBIT_SHI: '137 u=i',
  UBFE: '138 u=uuu',
  IBFE: '139 i=uui',
  BFI: '140 u=uuuu',
  BFREV: '141 u=u',
  SWAPC: '142 xx=uxx',
  LD_UAV_TYPED: '163 x=ug',
  STORE_UAV_TYPED: '164 g=ux',
  LD_RAW: '165 x=ut',
  STORE_RAW: '166 g=ux',
  LD_STRUCTURED: '167 x=uut',
  STORE_STRUCTURED: '168 g=uux',
  ATOMIC_AND: '169 g=uu',
  ATOMIC_OR: '170 g=uu',
  ATOMIC_XOR: '171 g=uu',
  ATOMIC_CMP_STORE: '172 g=uuu',
  ATOMIC_IADD: '173 g=ui',
  ATOMIC_IMAX: '174 g=ui',
  ATOMIC_IMIN: '175 g=ui',
  ATOMIC_UMAX: '176 g=uu',
  ATOMIC_UMIN: '177 g=uu',
  IMM_ATOMIC_ALLOC: '178 ug=',
  IMM_ATOMIC_CONSUME: '179 ug=',
  IMM_ATOMIC_IADD: '180 ig=ui',
  IMM_ATOMIC_AND: '181 ug=uu',
  IMM_ATOMIC_OR: '182 ug=uu',
  IMM_ATOMIC_XOR: '183 ug=uu',
  IMM_ATOMIC_EXCH: '184 ug=uu',
  IMM_ATOMIC_CMP_EXCH: '185 ug=uuu',
  IMM_ATOMIC_IMAX: '186 ig=ui',
  IMM_ATOMIC_IMIN: '187 ig=ui',
  IMM_ATOMIC_UMAX: '188 ug=uu',
  IMM_ATOMIC_UMIN: '189 ug=uu',
  SYNC: '190 =',
  DADD: '191 d=dd',
  DMAX: '192 d=dd',
  DMIN: '193 d=dd',
  DMUL: '194 d=dd',
  DEQ: '195 u=dd',
  DGE: '196 u=dd',
  DLT: '197 u=dd',
  DNE: '198 u=dd',
  DMOV: '199 d=d',
  DMOVC: '200 d=udd',
  DTOF: '201 f=d',
  FTOD: '202 d=f',
  EVAL_SNAPPED: '203 f=fi',
  EVAL_SAMPLE_INDEX: '204 f=fi',
  EVAL_CENTROID: '205 f=f',
  ABORT: '207 =',
  DEBUG_BREAK: '208 =',
  DDIV: '210 d=dd',
  DFMA: '211 d=ddd',
  DRCP: '212 d=d',
  MSAD: '213 u=uuu',
  DTOI: '214 i=d',
  DTOU: '215 u=d',
  ITOD: '216 d=i',
  UTOD: '217 d=u',
} as const satisfies Record<string, `${number} ${string}`>;

export type InstructionOpcode = keyof typeof instructionTable;

/** What one operand of an instruction is: the letters of the table. */
export type OperandKind = 'f' | 'i' | 'u' | 'd' | 'x' | 't' | 's' | 'g' | 'p' | 'm' | 'l' | 'n';

/** What an instruction keeps in bits 11 to 23 of its opcode token, other than saturation. */
export type InstructionControl = 'none' | 'test' | 'resinfo' | 'sampleInfo' | 'sync' | 'vmware';

export interface InstructionLayout {
  /** VGPU10_OPCODE. */
  readonly opcode: number;
  readonly destinations: readonly OperandKind[];
  readonly sources: readonly OperandKind[];
  readonly control: InstructionControl;
  /** Whether it computes components, which can be saturated. */
  readonly computes: boolean;
  /** Whether it has a resource, so that extended tokens may follow. */
  readonly hasResource: boolean;
}

/** The sub-opcodes of 107 by their numbers. */
export const vmwareOpcodes = ['IDIV', 'DFRC', 'DRSQ'] as const;

const controls: Partial<Record<InstructionOpcode, InstructionControl>> = {
  BREAKC: 'test',
  CALLC: 'test',
  CONTINUEC: 'test',
  DISCARD: 'test',
  IF: 'test',
  RETC: 'test',
  RESINFO: 'resinfo',
  SAMPLE_INFO: 'sampleInfo',
  SYNC: 'sync',
  IDIV: 'vmware',
  DFRC: 'vmware',
  DRSQ: 'vmware',
};

function layoutOf(name: InstructionOpcode): InstructionLayout {
  const [opcode, operands] = instructionTable[name].split(' ');
  const [destinations, sources] = operands.split('=').map((kinds) => [...kinds] as OperandKind[]);
  const control = controls[name] ?? 'none';
  return {
    opcode: Number(opcode),
    destinations,
    sources,
    control,
    computes: destinations.length > 0 && destinations[0] !== 'g' && control !== 'vmware',
    hasResource: /[tgp]/.test(operands),
  };
}

function allLayouts(): Readonly<Record<InstructionOpcode, InstructionLayout>> {
  const names = Object.keys(instructionTable) as InstructionOpcode[];
  return Object.fromEntries(names.map((name) => [name, layoutOf(name)])) as Record<
    InstructionOpcode,
    InstructionLayout
  >;
}

/** The layout of every instruction by its name. */
export const instructionLayouts = /* @__PURE__ */ allLayouts();
