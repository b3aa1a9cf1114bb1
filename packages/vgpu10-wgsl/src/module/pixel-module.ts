import { drawRow } from '../draw-constants.js';
import { TranslateError } from '../errors.js';
import type { TargetState } from '../key.js';
import type { RegisterDeclaration, StageInterface } from '../stage/stage-interface.js';
import { samplePositions } from '../stage/sample-positions.js';
import { interstageMembers } from './interstage.js';
import { hasFeatureOf, type Linkage } from './linkage.js';
import { ModuleText } from './module-text.js';
import {
  translateStage,
  uniformSlots,
  type TranslatedStage,
  type TranslationContext,
} from './stage-context.js';

const MOST_TARGETS = 8;
const TYPES = { float: 'vec4f', sint: 'vec4i', uint: 'vec4u' } as const;

/** A module with a pixel shader. */
export function pixelModule(
  context: TranslationContext,
  shader: StageInterface,
  linkage: Linkage,
): { text: string; module: ModuleText } {
  const module = new ModuleText(context.key);
  const [uniforms] = uniformSlots(context, [shader]);
  const stage = translateStage(context, module, shader, uniforms);
  const inputs = new PixelInputs(context, module, stage, linkage);
  const outputs = new PixelOutputs(context, module, stage);
  const parameter = inputs.members.length > 0 ? 'in: FromRasterizer' : '';
  const result = outputs.members.length > 0 ? ' -> Targets' : '';
  const main = [
    ...structure('FromRasterizer', inputs.members),
    ...structure('Targets', outputs.members),
    `@fragment fn main(${parameter})${result} {`,
    ...[...inputs.lines, stage.call, ...outputs.lines].map((line) => `  ${line}`),
    '}',
  ];
  return { text: module.print([stage.text, ...main]), module };
}

function structure(name: string, members: readonly string[]): string[] {
  return members.length === 0 ? [] : [`struct ${name} {`, ...members, '}'];
}

/** The structure that the rasterizer fills, and the statements that take it apart. */
class PixelInputs {
  readonly members: string[] = [];
  readonly lines: string[] = [];
  readonly #done = new Set<number>();

  constructor(
    readonly context: TranslationContext,
    readonly module: ModuleText,
    readonly stage: TranslatedStage,
    readonly linkage: Linkage,
  ) {
    this.members.push(...interstageMembers(linkage));
    const vectors = linkage.clipLocation === undefined ? 0 : Math.ceil(linkage.clipDistances.length / 4);
    for (let i = 0; i < vectors; i++) {
      this.lines.push(`if (any(in.clip${i} < vec4f(0.0))) { discard; }`);
    }
    for (const input of stage.registers.shader.inputs) {
      if (!this.#done.has(input.register) && stage.registers.variables.has(`v${input.register}`)) {
        this.#done.add(input.register);
        this.lines.push(`v${input.register} = ${this.#value(input)};`);
      }
    }
    if (linkage.builtinPrimitiveId) {
      module.enable('primitive_index');
    }
  }

  #value({ register, name }: RegisterDeclaration): string {
    const varying = this.linkage.varyings.find((other) => other.register === register);
    if (varying !== undefined) {
      return varying.interpolation === 'CONSTANT' ? `in.v${register}` : `bitcast<vec4u>(in.v${register})`;
    }
    switch (name) {
      case 'POSITION':
        // Direct3D's w is that of clip space, WGSL's its reciprocal.
        return `bitcast<vec4u>(vec4f(${this.#place()}, in.position.z, 1.0 / in.position.w))`;
      case 'IS_FRONT_FACE':
        return `vec4u(select(0u, 0xffffffffu, ${this.#builtin('front_facing', 'bool')}))`;
      case 'SAMPLE_INDEX':
        return `vec4u(${this.#sample()})`;
      case 'PRIMITIVE_ID':
        return this.linkage.builtinPrimitiveId ? `vec4u(${this.#primitive()})` : 'vec4u()';
      case 'RENDER_TARGET_ARRAY_INDEX':
        return `vec4u(${drawRow(this.module, this.context.layout, 1)}.z & 0xffffu)`;
      case 'VIEWPORT_ARRAY_INDEX':
        return `vec4u(${drawRow(this.module, this.context.layout, 1)}.w & 0xffffu)`;
      default:
        return 'vec4u()';
    }
  }

  /** Where the shader runs: at a pixel's centre, or at the sample, of which WGSL does not say whether it gives it. */
  #place(): string {
    const pixel = `${this.#builtin('position', 'vec4f')}.xy`;
    const { inputs } = this.stage.registers.shader;
    const isPerSample = inputs.some(
      ({ name, interpolation }) => name === 'SAMPLE_INDEX' || interpolation.endsWith('SAMPLE'),
    );
    const { samples = 1 } = this.context.key;
    const reader = isPerSample && samples > 1 ? samplePositions(this.module, samples) : undefined;
    return reader === undefined
      ? pixel
      : `floor(${pixel}) + 0.5 + bitcast<vec2f>(${reader}(${this.#sample()}).xy)`;
  }

  /** The number in the draw, of which the draw call may be a part. */
  #primitive(): string {
    const { layout } = this.context;
    const first = `${drawRow(this.module, layout, layout.primitives!)}.x`;
    return `${first} + ${this.#builtin('primitive_index', 'u32')}`;
  }

  #sample(): string {
    return this.#builtin('sample_index', 'u32');
  }

  #builtin(name: string, type: string): string {
    const member = `  @builtin(${name}) ${name}: ${type},`;
    if (this.members.includes(member)) {
      return `in.${name}`;
    }
    this.members.push(member);
    return `in.${name}`;
  }
}

/** An integer as the target's channels hold it: they limit it. */
function limited({ type, bits }: TargetState, value: string): string {
  if (type === 'float' || bits === undefined || bits.every((each) => each === 32)) {
    return value;
  }
  if (type === 'uint') {
    return `min(${value}, vec4u(${bits.map((each) => `${2 ** each - 1}u`).join(', ')}))`;
  }
  const most = bits.map((each) => 2 ** (each - 1) - 1);
  return `clamp(${value}, vec4i(${most.map((each) => -1 - each).join(', ')}), vec4i(${most.join(', ')}))`;
}

/** The structure of what a pixel shader writes, and the statements that fill it. */
class PixelOutputs {
  readonly members: string[] = [];
  readonly lines: string[] = [];

  constructor(
    readonly context: TranslationContext,
    readonly module: ModuleText,
    readonly stage: TranslatedStage,
  ) {
    const values: string[] = [];
    const { registers } = stage;
    const written = new Set(registers.shader.outputs.map((output) => output.register));
    if (context.key.dualSource === true && (written.has(0) || written.has(1))) {
      values.push(...this.#sources());
    } else {
      written.forEach((register) => values.push(...this.#target(register)));
    }
    if (registers.shader.special.has('depth') && registers.variables.has('o_depth')) {
      this.members.push('  @builtin(frag_depth) depth: f32,');
      values.push(`out.depth = bitcast<f32>(${module.functions.name('sat', 1)}(o_depth));`);
    }
    if (registers.shader.special.has('coverage') && registers.variables.has('o_mask')) {
      this.members.push('  @builtin(sample_mask) mask: u32,');
      values.push('out.mask = o_mask;');
    }
    if (this.members.length > 0) {
      this.lines.push('var out: Targets;', ...values, 'return out;');
    }
  }

  #target(register: number): string[] {
    const target = this.context.key.targets?.[register];
    return target === undefined || register >= MOST_TARGETS
      ? []
      : [this.#member(register, target, `@location(${register})`)];
  }

  /** Both sources of target 0, all that WGSL allows with them: one that the shader does not write is 0. */
  #sources(): string[] {
    const { key } = this.context;
    const target = key.targets?.[0];
    if (target === undefined) {
      return [];
    }
    if (!hasFeatureOf(key, 'dual-source-blending')) {
      throw new TranslateError(
        'ENOTSUP',
        'a second source without the feature dual-source-blending',
        'pixel',
        undefined,
      );
    }
    this.module.enable('dual_source_blending');
    return [0, 1].map((source) => this.#member(source, target, `@location(0) @blend_src(${source})`));
  }

  /** Declares a member for the output `register`. @returns the statement that fills it */
  #member(register: number, target: TargetState, attributes: string): string {
    const type = TYPES[target.type];
    this.members.push(`  ${attributes} o${register}: ${type},`);
    const value = this.stage.registers.output(register);
    const typed = limited(target, target.type === 'uint' ? value : `bitcast<${type}>(${value})`);
    const { components = 'rgba' } = target;
    return `out.o${register} = ${typed}${components === 'rgba' ? '' : `.${components}`};`;
  }
}
