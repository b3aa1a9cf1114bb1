import { swizzleOf, type Instruction, type Operand } from '@cg/vgpu10';
import { fetchTexel } from '../texel-fetch.js';
import { floatBits } from '../wgsl/float-text.js';
import type { Registers } from './registers.js';
import { samplePositions } from './sample-positions.js';
import type { Stores, Value } from './store.js';
import { swizzleText, typeName, word } from '../wgsl/types.js';
import type { UsedTexture, Views } from './views.js';

const ONE = 0x3f800000;

/** Loads without a sampler, and what resources say of themselves. Reads beyond a resource give 0. */
export class TextureLoads {
  constructor(
    readonly registers: Registers,
    readonly stores: Stores,
    readonly views: Views,
    /** Of the targets. */
    readonly samples: number,
    /** The row of the draw’s constants for a texture buffer, as an expression. */
    readonly bufferRow: (slot: number) => string,
  ) {}

  /** LD and LD_MS. */
  load(instruction: Instruction): void {
    const [at, resource, sample] = instruction.sources;
    const view = this.views.view(resource);
    if (view === undefined) {
      this.write(instruction, resource, 'vec4u()');
    } else if (view.dimension === 'buffer') {
      const slot = this.registers.slot(resource);
      const name = fetchTexel(this.registers, slot, view.format, this.bufferRow(slot));
      this.write(instruction, resource, `${name}(${this.registers.read(at, 'u', [0])})`);
    } else {
      this.#loadTexture(instruction, this.views.texture(resource, view), sample);
    }
  }

  #loadTexture(instruction: Instruction, texture: UsedTexture, sample: Operand | undefined): void {
    const [at, resource] = instruction.sources;
    const { shape, layered, multisampled } = texture;
    if (texture.view.dimension.startsWith('cube')) {
      throw this.registers.error('EINVAL', `${instruction.opcode} of a cube`);
    }
    if (multisampled !== (sample !== undefined)) {
      throw this.registers.error(
        'EINVAL',
        `${instruction.opcode} of a view of ${texture.view.samples ?? 1} samples`,
      );
    }
    const axes = [0, 1, 2].slice(0, shape.axes);
    const coordinates = this.registers.read(at, 'i', axes);
    const offsets = offsetText(instruction, texture);
    const texel = shape.axes === 1 ? `vec2i(${coordinates}, 0)` : coordinates;
    const point = offsets === '' ? texel : `${texel} + ${offsets}`;
    const layer = layered ? [shape.layer < 0 ? '0u' : this.registers.read(at, 'u', [shape.layer])] : [];
    const last = this.registers.read(sample ?? at, 'u', [sample === undefined ? 3 : 0]);
    this.write(instruction, resource, `${this.loader(texture)}(${[point, ...layer, last].join(', ')})`);
  }

  /** A function that loads the bits of a texel, or zeros. */
  loader(texture: UsedTexture): string {
    const { name, layered, multisampled, isDepth, width } = texture;
    const size = typeName('u', width);
    const last = multisampled ? 'sample' : 'level';
    const ofLevel = multisampled ? name : `${name}, level`;
    return this.registers.module.declare(`${name}_load`, () => {
      const lines = [
        `fn ${name}_load(p: ${typeName('i', width)}, ${layered ? 'layer: u32, ' : ''}${last}: u32) -> vec4u {`,
        multisampled
          ? `  if (sample >= textureNumSamples(${name})) { return vec4u(); }`
          : `  if (level >= textureNumLevels(${name})) { return vec4u(); }`,
        ...(layered ? [`  if (layer >= textureNumLayers(${name})) { return vec4u(); }`] : []),
        `  if (any(bitcast<${size}>(p) >= textureDimensions(${ofLevel}))) { return vec4u(); }`,
        `  let texel = textureLoad(${name}, p, ${layered ? 'layer, ' : ''}${last});`,
        `  return ${texelBits(texture, isDepth ? 'vec4f(texel, 0.0, 0.0, 1.0)' : 'texel')};`,
        '}',
      ];
      return lines.join('\n');
    });
  }

  /** RESINFO. */
  info(instruction: Instruction): void {
    const [level, resource] = instruction.sources;
    const view = this.views.view(resource);
    if (view === undefined) {
      this.write(instruction, resource, 'vec4u()');
      return;
    }
    if (view.dimension === 'buffer') {
      throw this.registers.error('ENOTSUP', 'the size of a texture buffer');
    }
    const texture = this.views.texture(resource, view);
    const { name, shape, layered, multisampled } = texture;
    const axes = shape.axes === 3 && texture.view.dimension !== '3d' ? 2 : shape.axes;
    const layers = shape.layer < 0 ? [] : [layered ? `textureNumLayers(${name})` : '1u'];
    const zeros = Array.from({ length: 3 - axes - layers.length }, () => '0u');
    const reader = this.registers.module.declare(`${name}_info`, () => {
      const size = `size${axes === 1 ? '.x' : ''}`;
      return [
        `fn ${name}_info(level: u32) -> vec4u {`,
        multisampled
          ? `  let levels = 1u;\n  let size = textureDimensions(${name});`
          : [
              `  let levels = textureNumLevels(${name});`,
              `  let size = textureDimensions(${name}, min(level, levels - 1u));`,
            ].join('\n'),
        `  if (level >= levels) { return vec4u(0u, 0u, 0u, levels); }`,
        `  return vec4u(${[size, ...layers, ...zeros, 'levels'].join(', ')});`,
        '}',
      ].join('\n');
    });
    const sizes = `${reader}(${this.registers.read(level, 'u', [0])})`;
    this.write(instruction, resource, this.#returned(instruction, sizes, axes));
  }

  /** Sizes as the instruction returns them: integers, floats, or reciprocals but of layers and levels. */
  #returned({ controls: { returns } }: Instruction, sizes: string, axes: number): string {
    if (returns === 'UINT') {
      return sizes;
    }
    const floats = `${this.registers.module.functions.name('utof', 4)}(${sizes})`;
    if (returns === 'FLOAT') {
      return floats;
    }
    const value = this.stores.writer.hoist(floats);
    const divide = this.registers.module.functions.name('div', 1);
    const parts = Array.from('xyzw', (c, i) =>
      i < axes ? `${divide}(${word(ONE)}, ${value}.${c})` : `${value}.${c}`,
    );
    return `vec4u(${parts.join(', ')})`;
  }

  /** SAMPLE_INFO: the number of samples. */
  sampleInfo(instruction: Instruction): void {
    const [resource] = instruction.sources;
    const samples = this.#samplesOf(resource);
    const count = instruction.controls.returns === 'UINT' ? word(samples) : word(floatBits(samples));
    this.write(instruction, resource, `vec4u(${count}, 0u, 0u, 0u)`);
  }

  /** SAMPLE_POS: where a sample lies in its pixel, from −0.5 to 0.5. */
  samplePosition(instruction: Instruction): void {
    const [resource, sample] = instruction.sources;
    const samples = this.#samplesOf(resource);
    const reader = samplePositions(this.registers.module, samples);
    if (reader === undefined) {
      throw this.registers.error('ENOTSUP', `positions of ${samples} samples`);
    }
    this.write(instruction, resource, `${reader}(${this.registers.read(sample, 'u', [0])})`);
  }

  #samplesOf(resource: Operand): number {
    if (resource.type === 'RASTERIZER') {
      return this.samples;
    }
    const view = this.views.view(resource);
    return view === undefined || view.dimension === 'buffer' ? 0 : (view.samples ?? 1);
  }

  /** Writes the four components of a resource's value, swizzled as its operand says. */
  write({ destinations, controls }: Instruction, resource: Operand, bits: string): void {
    const swizzle = swizzleOf(resource);
    this.stores.write(controls.saturate, [
      destinations[0],
      (components): Value => ({
        scalar: 'u',
        text: `${bits}${swizzleText(components.map((c) => swizzle[c]))}`,
      }),
    ]);
  }
}

/** The offsets of an instruction as a constant, or nothing. */
export function offsetText({ extended: { offsets } }: Instruction, { shape, width }: UsedTexture): string {
  const used = offsets?.slice(0, shape.axes) ?? [];
  if (used.every((offset) => offset === 0)) {
    return '';
  }
  const all = [...used, 0, 0].slice(0, width);
  return `${typeName('i', width)}(${all.join(', ')})`;
}

/** The bits of a texel, an expression of four components, with its components as the view has them. */
export function texelBits({ view, isInteger }: UsedTexture, texel: string): string {
  const bits = view.sampleType === 'uint' ? texel : `bitcast<vec4u>(${texel})`;
  const { components = 'rgba' } = view;
  if (components === 'rgba') {
    return bits;
  }
  const lanes: Partial<Record<string, number>> = { r: 0, g: 1, b: 2, a: 3, '0': 4, '1': 5 };
  const one = isInteger ? '1u' : word(ONE);
  const parts = Array.from(components, (component) => {
    const lane = lanes[component] ?? 4;
    return lane < 4 ? `t.${'xyzw'[lane]}` : lane === 4 ? '0u' : one;
  });
  return `(vec4u(${parts.map((part) => part.replace('t.', `${bits}.`)).join(', ')}))`;
}
