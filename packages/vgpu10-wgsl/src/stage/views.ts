import type { Operand, ResourceDimension } from '@cg/vgpu10';
import { BINDINGS, GROUPS, type SamplerType } from '../bindings.js';
import type { BufferView, SamplerState, StageResources, TextureView } from '../key.js';
import type { Registers } from './registers.js';

/** Coordinates that a resource takes, and where its layer is; -1 without layers. */
interface Shape {
  readonly axes: 1 | 2 | 3;
  readonly layer: 1 | 2 | 3 | -1;
  readonly views: readonly TextureView['dimension'][];
  readonly multisampled: boolean;
}

const shapes: Partial<Record<ResourceDimension, Shape>> = {
  TEXTURE1D: { axes: 1, layer: -1, views: ['2d', '2d-array'], multisampled: false },
  TEXTURE1DARRAY: { axes: 1, layer: 1, views: ['2d', '2d-array'], multisampled: false },
  TEXTURE2D: { axes: 2, layer: -1, views: ['2d', '2d-array'], multisampled: false },
  TEXTURE2DARRAY: { axes: 2, layer: 2, views: ['2d', '2d-array'], multisampled: false },
  TEXTURE2DMS: { axes: 2, layer: -1, views: ['2d'], multisampled: true },
  TEXTURE3D: { axes: 3, layer: -1, views: ['3d'], multisampled: false },
  TEXTURECUBE: { axes: 3, layer: -1, views: ['cube', 'cube-array'], multisampled: false },
  TEXTURECUBEARRAY: { axes: 3, layer: 3, views: ['cube', 'cube-array'], multisampled: false },
};

const SCALARS = {
  float: 'f32',
  'unfilterable-float': 'f32',
  depth: 'f32',
  sint: 'i32',
  uint: 'u32',
} as const;

/** A texture that a shader uses: what it declares, and the view that is bound. */
export interface UsedTexture {
  readonly name: string;
  readonly view: TextureView;
  readonly shape: Shape;
  /** Whether the view has layers; the shader may not name one. */
  readonly layered: boolean;
  readonly multisampled: boolean;
  readonly isDepth: boolean;
  readonly isInteger: boolean;
  /** Components of the coordinates in WGSL: one-dimensional textures have two. */
  readonly width: 2 | 3;
}

/** The resources and samplers of a stage: those in use are declared in the module. */
export class Views {
  constructor(
    readonly registers: Registers,
    readonly resources: StageResources,
  ) {}

  /** The view of a resource; undefined if nothing is bound. */
  view(operand: Operand): TextureView | BufferView | undefined {
    this.#declared(operand);
    return this.resources.views?.[this.registers.slot(operand)];
  }

  /** @throws TranslateError EINVAL for a view that does not fit, ENOTSUP for one that WebGPU does not have */
  texture(operand: Operand, view: TextureView): UsedTexture {
    const { dimension } = this.#declared(operand);
    const shape = shapes[dimension];
    const { registers } = this;
    const slot = registers.slot(operand);
    if (shape === undefined) {
      throw registers.error('ENOTSUP', `t${slot} of dimension ${dimension}`);
    }
    const multisampled = (view.samples ?? 1) > 1;
    const isDepth = view.sampleType === 'depth';
    if (!shape.views.includes(view.dimension) || multisampled !== shape.multisampled) {
      throw registers.error(
        'EINVAL',
        `t${slot} is ${dimension}, its view ${view.dimension} of ${view.samples ?? 1} samples`,
      );
    }
    if (isDepth && view.dimension === '3d') {
      throw registers.error('ENOTSUP', `t${slot} is a volume of depth`);
    }
    const name = `${registers.prefix}t${slot}`;
    const kind = `${isDepth ? 'depth_' : ''}${multisampled ? 'multisampled_' : ''}${view.dimension.replace('-', '_')}`;
    const { stage } = registers.shader;
    registers.module.bindings.add(
      {
        group: GROUPS[stage],
        binding: BINDINGS.views + slot,
        resource: { kind: 'view', stage, slot },
        texture: {
          sampleType: multisampled && view.sampleType === 'float' ? 'unfilterable-float' : view.sampleType,
          viewDimension: view.dimension,
          multisampled,
        },
      },
      `var ${name}: texture_${kind}${isDepth ? '' : `<${SCALARS[view.sampleType]}>`}`,
    );
    return {
      name,
      view,
      shape,
      layered: view.dimension.endsWith('array'),
      multisampled,
      isDepth,
      isInteger: view.sampleType === 'sint' || view.sampleType === 'uint',
      width: shape.axes === 3 ? 3 : 2,
    };
  }

  samplerState(operand: Operand): SamplerState {
    return this.resources.samplers?.[this.registers.slot(operand)] ?? {};
  }

  /**
   * Declares a sampler for use with a texture.
   * @param choosesLevel the shader samples whole levels
   * @returns its name
   */
  sampler(operand: Operand, { view }: UsedTexture, compares: boolean, choosesLevel = false): string {
    const slot = this.registers.slot(operand);
    if (slot >= 16) {
      throw this.registers.error('E2BIG', `s${slot}, of 16 samplers`);
    }
    const type: SamplerType = compares
      ? 'comparison'
      : view.sampleType !== 'float'
        ? 'non-filtering'
        : choosesLevel
          ? 'unlimited'
          : 'filtering';
    const { first, suffix } = {
      filtering: { first: BINDINGS.samplers, suffix: '' },
      'non-filtering': { first: BINDINGS.nonFilteringSamplers, suffix: '_nearest' },
      comparison: { first: BINDINGS.comparisonSamplers, suffix: '_compare' },
      unlimited: { first: BINDINGS.unlimitedSamplers, suffix: '_unlimited' },
    }[type];
    const name = `${this.registers.prefix}s${slot}${suffix}`;
    const { stage } = this.registers.shader;
    this.registers.module.bindings.add(
      {
        group: GROUPS[stage],
        binding: first + slot,
        resource: { kind: 'sampler', stage, slot, type },
        sampler: { type: type === 'unlimited' ? 'filtering' : type },
      },
      `var ${name}: ${compares ? 'sampler_comparison' : 'sampler'}`,
    );
    return name;
  }

  #declared(operand: Operand): { readonly dimension: ResourceDimension } {
    if (operand.type !== 'RESOURCE') {
      throw this.registers.error('ENOTSUP', `a resource ${operand.type}`);
    }
    const slot = this.registers.slot(operand);
    const declared = this.registers.shader.resources.get(slot);
    if (declared === undefined) {
      throw this.registers.error('EINVAL', `t${slot} is not declared`);
    }
    return declared;
  }
}

/** Whether a coordinate that the texture has is addressed as no sampler does; those of cubes never are. */
export function hasOwnAddress({ address }: SamplerState, { shape, view }: UsedTexture): boolean {
  const isCube = view.dimension.startsWith('cube');
  const modes = address?.slice(0, shape.axes) ?? [];
  return !isCube && (modes.includes('border') || modes.includes('mirror-once'));
}
