import { swizzleOf, type Instruction, type Operand } from '@cg/vgpu10';
import { floatText } from '../wgsl/float-text.js';
import { typeName } from '../wgsl/types.js';
import type { Registers } from './registers.js';
import { borderSampler, lodFunction } from './sampler-emulation.js';
import type { Stores } from './store.js';
import { comparingSampler, gatherer, nearestSampler, type EmulatedSampler } from './texel-sampling.js';
import { offsetText, texelBits, type TextureLoads } from './texture-load.js';
import { hasOwnAddress, type UsedTexture, type Views } from './views.js';
import type { SamplerState } from '../key.js';

/** What Direct3D limits the bias of a sampler to. */
const MOST_BIAS = 16;

/** Lookups with a sampler. */
export class TextureSamples {
  constructor(
    readonly registers: Registers,
    readonly stores: Stores,
    readonly views: Views,
    readonly loads: TextureLoads,
  ) {}

  /** SAMPLE, with a bias, a level, derivatives or a reference to compare with. */
  sample(instruction: Instruction): void {
    const [, resource, sampler] = instruction.sources;
    const texture = this.#texture(resource);
    if (texture === undefined) {
      this.loads.write(instruction, resource, 'vec4u()');
      return;
    }
    const compares = instruction.opcode.startsWith('SAMPLE_C');
    const state = this.views.samplerState(sampler);
    const isBiased = biasOf(state) !== 0 && this.#isImplicit(instruction);
    if (compares && (!texture.isDepth || hasOwnAddress(state, texture) || isBiased)) {
      this.#compare(instruction, texture, state);
      return;
    }
    if (texture.isInteger) {
      this.#sampleIntegers(instruction, texture, state);
      return;
    }
    const text = hasOwnAddress(state, texture)
      ? this.#borderText(instruction, texture, state)
      : this.#sampleText(instruction, texture, state, compares);
    const texel = compares ? `vec4f(${text})` : texture.isDepth ? `vec4f(${text}, 0.0, 0.0, 1.0)` : text;
    const isSwizzled = (texture.view.components ?? 'rgba') !== 'rgba';
    this.loads.write(
      instruction,
      resource,
      texelBits(texture, isSwizzled ? this.stores.writer.hoist(texel) : texel),
    );
  }

  /** GATHER4: one component of four texels. */
  gather(instruction: Instruction): void {
    const [, resource, sampler] = instruction.sources;
    const texture = this.#texture(resource);
    if (texture === undefined) {
      this.loads.write(instruction, resource, 'vec4u()');
      return;
    }
    const { shape, view, name, isDepth } = texture;
    if (shape.axes === 1 || view.dimension === '3d') {
      throw this.registers.error('EINVAL', `GATHER4 of a ${view.dimension} view`);
    }
    const state = this.views.samplerState(sampler);
    if (hasOwnAddress(state, texture)) {
      const name = gatherer(this.#emulation(sampler, texture, state), swizzleOf(sampler)[0]);
      const [point, ...layer] = this.#at(instruction, texture);
      const rest = [point, ...layer, offsetVector(instruction, texture)].join(', ');
      this.loads.write(instruction, resource, `${name}(${rest})`);
      return;
    }
    const component = (view.components ?? 'rgba')[swizzleOf(sampler)[0]];
    const lane = isDepth && component !== 'r' ? -1 : 'rgba'.indexOf(component);
    if (lane < 0) {
      const one = texture.isInteger ? '1u' : '0x3f800000u';
      this.loads.write(
        instruction,
        resource,
        `vec4u(${component === '1' || component === 'a' ? one : '0u'})`,
      );
      return;
    }
    const rest = this.#place(instruction, texture).join(', ');
    const which = isDepth ? '' : `${lane}, `;
    const gathered = `textureGather(${which}${name}, ${this.views.sampler(sampler, texture, false)}, ${rest})`;
    this.loads.write(
      instruction,
      resource,
      view.sampleType === 'uint' ? gathered : `bitcast<vec4u>(${gathered})`,
    );
  }

  /** Whether derivatives choose the level. */
  #isImplicit({ opcode }: Instruction): boolean {
    return this.registers.shader.stage === 'pixel' && ['SAMPLE', 'SAMPLE_B', 'SAMPLE_C'].includes(opcode);
  }

  #texture(resource: Operand): UsedTexture | undefined {
    const view = this.views.view(resource);
    if (view === undefined) {
      return undefined;
    }
    if (view.dimension === 'buffer') {
      throw this.registers.error('EINVAL', 'a texture buffer with a sampler');
    }
    const texture = this.views.texture(resource, view);
    if (texture.multisampled) {
      throw this.registers.error('EINVAL', 'a multisampled view with a sampler');
    }
    return texture;
  }

  /** A built-in function of WGSL. */
  #sampleText(
    instruction: Instruction,
    texture: UsedTexture,
    state: SamplerState,
    compares: boolean,
  ): string {
    const { opcode, sources } = instruction;
    const bias = biasOf(state);
    const isImplicit = this.#isImplicit(instruction);
    const { name, isDepth } = texture;
    const sampler = this.views.sampler(sources[2], texture, compares);
    const place = this.#place(instruction, texture);
    const [offset] = place.splice(texture.layered ? 2 : 1);
    const call = (builtin: string, ...more: string[]): string =>
      `${builtin}(${[name, sampler, ...place, ...more, ...(offset === undefined ? [] : [offset])].join(', ')})`;
    if (isImplicit) {
      this.registers.module.allowDivergence();
    }
    if (isDepth && (opcode === 'SAMPLE_D' || (isImplicit && (opcode === 'SAMPLE_B' || bias !== 0)))) {
      throw this.registers.error(
        'ENOTSUP',
        `${opcode} of depth with ${opcode === 'SAMPLE_D' ? 'derivatives' : 'a bias'}`,
      );
    }
    if (compares) {
      return call(
        isImplicit ? 'textureSampleCompare' : 'textureSampleCompareLevel',
        `bitcast<f32>(${this.#reference(instruction, texture)})`,
      );
    }
    if (opcode === 'SAMPLE_D') {
      const scale = bias === 0 ? '' : ` * ${floatText(2 ** bias)}`;
      return call(
        'textureSampleGrad',
        ...[3, 4].map((i) => `${this.#vector(sources[i], texture, '0.0')}${scale}`),
      );
    }
    if (isImplicit && opcode === 'SAMPLE' && bias === 0) {
      return call('textureSample');
    }
    const level = this.#level(instruction, bias);
    if (isImplicit) {
      return call('textureSampleBias', level);
    }
    return call('textureSampleLevel', isDepth ? `i32(round(${level}))` : level);
  }

  #sampleIntegers(instruction: Instruction, texture: UsedTexture, state: SamplerState): void {
    const [, resource, sampler] = instruction.sources;
    if (texture.view.dimension.startsWith('cube')) {
      throw this.registers.error('ENOTSUP', 'sampling a cube of integers');
    }
    const name = nearestSampler(this.#emulation(sampler, texture, state));
    this.loads.write(
      instruction,
      resource,
      `${name}(${this.#emulated(instruction, texture, state).join(', ')})`,
    );
  }

  /** A comparison in the shader. */
  #compare(instruction: Instruction, texture: UsedTexture, state: SamplerState): void {
    const [, resource, sampler] = instruction.sources;
    const { view, isInteger } = texture;
    if (isInteger) {
      throw this.registers.error('EINVAL', 'a comparison with integers');
    }
    if (view.dimension.startsWith('cube')) {
      throw this.registers.error('ENOTSUP', 'a comparison in the shader with a cube');
    }
    const name = comparingSampler(this.#emulation(sampler, texture, state));
    const parameters = [
      ...this.#emulated(instruction, texture, state),
      this.#reference(instruction, texture),
    ];
    this.loads.write(instruction, resource, `bitcast<vec4u>(vec4f(${name}(${parameters.join(', ')})))`);
  }

  #emulation(sampler: Operand, texture: UsedTexture, state: SamplerState): EmulatedSampler {
    const loader = this.loads.loader(texture);
    return { registers: this.registers, texture, slot: this.registers.slot(sampler), state, loader };
  }

  #borderText(instruction: Instruction, texture: UsedTexture, state: SamplerState): string {
    // Its limits would be between the levels that are mixed.
    const sampler = this.views.sampler(instruction.sources[2], texture, false, state.mipLinear === true);
    const name = borderSampler(this.registers, texture, sampler, state);
    return `${name}(${this.#emulated(instruction, texture, state).join(', ')})`;
  }

  /** The arguments of an emulated lookup: point, layer, level of detail, offset. */
  #emulated(instruction: Instruction, texture: UsedTexture, state: SamplerState): string[] {
    const { opcode, sources } = instruction;
    const [at, ...layer] = this.#at(instruction, texture);
    const point = this.stores.writer.hoist(at, 'p');
    const explicit = this.#level(instruction, biasOf(state));
    const isImplicit = this.#isImplicit(instruction);
    let lod = explicit;
    if (isImplicit || opcode === 'SAMPLE_D') {
      const derivatives = isImplicit
        ? [`dpdx(${point})`, `dpdy(${point})`]
        : [3, 4].map((i) => this.#vector(sources[i], texture, '0.0'));
      lod = `${lodFunction(this.registers, texture)}(${derivatives.join(', ')}) + ${explicit}`;
    }
    if (isImplicit) {
      this.registers.module.allowDivergence();
    }
    return [point, ...layer, lod, offsetVector(instruction, texture)];
  }

  /** The level or bias that an instruction gives, with that of the sampler. */
  #level({ opcode, sources }: Instruction, bias: number): string {
    if (opcode === 'SAMPLE_L' || opcode === 'SAMPLE_B') {
      const own = this.registers.read(sources[3], 'f', [0]);
      return bias === 0 ? own : `${own} + ${floatText(bias)}`;
    }
    return opcode === 'SAMPLE_C_LZ' ? '0.0' : floatText(bias);
  }

  /** The bits of what texels are compared with. */
  #reference({ sources }: Instruction, { view }: UsedTexture): string {
    const bits = this.registers.read(sources[3], 'bits', [0]);
    return view.normalized === true ? `${this.registers.module.functions.name('sat', 1)}(${bits})` : bits;
  }

  /** Coordinates, and the layer if the view has any. */
  #at({ sources: [at] }: Instruction, texture: UsedTexture): string[] {
    return [this.#vector(at, texture, '0.5'), ...this.#layer(at, texture)];
  }

  /** Coordinates, the layer if the view has any, and constant offsets. */
  #place(instruction: Instruction, texture: UsedTexture): string[] {
    const offset = offsetText(instruction, texture);
    if (offset !== '' && texture.view.dimension.startsWith('cube')) {
      throw this.registers.error('EINVAL', 'offsets in a cube');
    }
    return [...this.#at(instruction, texture), ...(offset === '' ? [] : [offset])];
  }

  #vector(operand: Operand, { shape }: UsedTexture, second: string): string {
    const axes = this.registers.read(operand, 'f', [0, 1, 2].slice(0, shape.axes));
    return shape.axes === 1 ? `vec2f(${axes}, ${second})` : axes;
  }

  /** The nearest layer; WGSL clamps it. */
  #layer(operand: Operand, { shape, layered }: UsedTexture): string[] {
    if (!layered) {
      return [];
    }
    if (shape.layer < 0) {
      return ['0'];
    }
    const { functions } = this.registers.module;
    const bits = this.registers.read(operand, 'bits', [shape.layer]);
    return [`bitcast<i32>(${functions.name('ftoi', 1)}(${functions.name('round', 1)}(${bits})))`];
  }
}

function biasOf({ lodBias = 0 }: SamplerState): number {
  return Number.isFinite(lodBias) ? Math.max(-MOST_BIAS, Math.min(MOST_BIAS - 0.01, lodBias)) : 0;
}

/** The offsets of an instruction as floats. */
function offsetVector(instruction: Instruction, texture: UsedTexture): string {
  const offset = offsetText(instruction, texture);
  return offset === '' ? `${typeName('f', texture.width)}()` : offset.replace(/^vec(\d)i/, 'vec$1f');
}
