import type { PrimitiveTopology, Program } from '@cg/vgpu10';
import type { TexelFormat } from './texel-format.js';

/** The shaders of a pipeline. Registers link them: v# of a stage is o# of the stage before it. */
export interface Shaders {
  readonly vertex: Program;
  readonly geometry?: Program | undefined;
  /** Without one only depth is written. */
  readonly pixel?: Program | undefined;
}

/** An element of an input layout. Stride, offset and step rate belong to the draw. */
export interface VertexAttribute {
  /** v#. */
  readonly register: number;
  /** Which of the draw's vertex buffers, from 0. */
  readonly buffer: number;
  readonly format: TexelFormat;
  readonly step: 'vertex' | 'instance';
}

/** A texture view. One-dimensional textures are bound as two-dimensional ones of height 1. */
export interface TextureView {
  readonly dimension: '2d' | '2d-array' | 'cube' | 'cube-array' | '3d';
  readonly sampleType: 'float' | 'unfilterable-float' | 'depth' | 'sint' | 'uint';
  /** 1 by default. */
  readonly samples?: number;
  /** Whether the format is normalized and unsigned, so that comparisons clamp the reference to 0…1. */
  readonly normalized?: boolean;
  /** Where the components come from: four of r, g, b, a, 0 and 1, such as `rgb1`; `rgba` by default. */
  readonly components?: string;
  /** Those of r, g, b and a that the format has: a border gives 0, or the alpha 1, for others; `rgba` by default. */
  readonly channels?: string;
}

/** A texture buffer. Its first element and their number belong to the draw. */
export interface BufferView {
  readonly dimension: 'buffer';
  readonly format: TexelFormat;
}

export type ShaderView = TextureView | BufferView;

export type Comparison =
  'never' | 'less' | 'equal' | 'less-equal' | 'greater' | 'not-equal' | 'greater-equal' | 'always';

/** `mirror-once` takes the size of a coordinate, and clamps it to the edge. */
export type AddressMode = 'clamp-to-edge' | 'repeat' | 'mirror-repeat' | 'mirror-once' | 'border';

/**
 * What of a sampler's state is compiled into shaders. Only `lodBias` is, unless a coordinate addresses a border or is
 * mirrored once, the view is one of integers, which WebGPU does not sample, or a comparison has a bias or a view that
 * is no depth: then all of it is. The WebGPU sampler clamps `border` and `mirror-once` to the edge.
 */
export interface SamplerState {
  /** Added to the level of detail; 0 by default. */
  readonly lodBias?: number;
  /** Of u, v and w; `clamp-to-edge` by default. */
  readonly address?: readonly [AddressMode, AddressMode, AddressMode];
  /** Whether the filters are linear; nearest by default. */
  readonly magLinear?: boolean;
  readonly minLinear?: boolean;
  readonly mipLinear?: boolean;
  /** 0 and 32 by default, as in WebGPU. */
  readonly minLod?: number;
  readonly maxLod?: number;
  /** r, g, b and a: floats, or integers for a view of integers; zeros by default. */
  readonly borderColor?: readonly [number, number, number, number];
  /** Of a comparison sampler. */
  readonly compare?: Comparison;
}

/** What is bound to a stage. A resource without a view reads 0. */
export interface StageResources {
  /** By t#. */
  readonly views?: Readonly<Record<number, ShaderView>>;
  /** By s#; those without an entry have the defaults. */
  readonly samplers?: Readonly<Record<number, SamplerState>>;
}

/** A render target. */
export interface TargetState {
  readonly type: 'float' | 'sint' | 'uint';
  /** Of integers: the bits of r, g, b and a, to which values are limited; 32 by default. */
  readonly bits?: readonly number[];
  /**
   * Which components of the output go to r, g, b and a: `aaaa` for a target that holds alpha in red. `rgba` by
   * default.
   */
  readonly components?: string;
}

/** A piece of a stream output declaration; pieces of a buffer lie one behind another. */
export interface StreamElement {
  /** 0 to 3. */
  readonly buffer: number;
  /** o#; undefined leaves a gap. */
  readonly register: number | undefined;
  /** Bit 0 for x. Of a gap only the number of bits matters. */
  readonly mask: number;
}

/** What of an adapter's features a translation can use: names of WebGPU's. */
export type AdapterFeature = 'clip-distances' | 'dual-source-blending' | 'primitive-index';

/** What a pipeline knows beside its shaders. Draws with equal keys can share a translation. */
export interface PipelineKey {
  readonly topology: PrimitiveTopology;
  /**
   * * For geometry shaders and stream output, which fetch the indices themselves: their format, undefined without an
   * index buffer. Indexed strips have to be made lists by `expandIndices`, because they may restart.
   */
  readonly indexFormat?: 'uint16' | 'uint32' | undefined;
  readonly attributes?: readonly VertexAttribute[];
  readonly vertex?: StageResources;
  readonly geometry?: StageResources;
  readonly pixel?: StageResources;
  /** By number; undefined where there is none. */
  readonly targets?: readonly (TargetState | undefined)[];
  /** The samples of the targets, 1 by default. */
  readonly samples?: number;
  /** Blending reads o1 as a second source of target 0. */
  readonly dualSource?: boolean;
  readonly streamOutput?: readonly StreamElement[] | undefined;
  readonly features?: readonly AdapterFeature[];
  /** Of the device, 12 by default: constant buffers beyond it are bound as storage buffers. */
  readonly maxUniformBuffersPerShaderStage?: number;
  /** Turns of all loops of an invocation together, 2^20 by default; then they end. */
  readonly maxLoopTurns?: number;
}
