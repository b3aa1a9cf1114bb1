import type { ResourceDimension } from '../enumerations.js';
import type { TexelOffsets } from '../program.js';

/** Four floats. */
export type Vector = readonly [number, number, number, number];

/** Four words: the bits of floats or integers, as the format of the view has them. */
export type Words = readonly [number, number, number, number];

/** A texture sample as a shader asks for it. */
export interface SampleRequest {
  /** What to do; variants of an instruction are told apart by the fields below. */
  readonly operation: 'sample' | 'compare' | 'gather' | 'gatherCompare' | 'lod';
  /** t#. */
  readonly resource: number;
  /** As declared; it says which coordinates there are. The layer of an array comes behind them, not yet rounded. */
  readonly dimension: ResourceDimension;
  /** s#. */
  readonly sampler: number;
  readonly coordinates: Vector;
  /** How the coordinates change to the next pixel, to the right and downwards; undefined with `lod`. */
  readonly ddx: Vector | undefined;
  readonly ddy: Vector | undefined;
  /** The level of detail, where it does not come from the derivatives; 0 in vertex and geometry shaders. */
  readonly lod: number | undefined;
  /** Added to the level of detail. */
  readonly bias: number;
  /** What is compared with. */
  readonly reference: number;
  readonly offsets: TexelOffsets;
  /** The component that is gathered, 0 to 3. */
  readonly component: number;
}

export interface LoadRequest {
  /** t#. */
  readonly resource: number;
  readonly dimension: ResourceDimension;
  /** Signed integers, offsets included; the layer of an array comes behind the others. */
  readonly coordinates: readonly [number, number, number];
  readonly level: number;
  readonly sample: number;
}

/** A size in texels; what a dimension does not have is not looked at. */
export interface ResourceSize {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** The layers of an array; of an array of cubes the cubes. */
  readonly layers: number;
  /** The number of mip levels. */
  readonly levels: number;
}

/** The resources and samplers of a draw, as a shader sees them. */
export interface ShaderResources {
  sample(request: SampleRequest): Words;
  /** Undefined for a texel that is not there, which reads as 0. */
  load(request: LoadRequest): Words | undefined;
  /** Of a level; undefined for one that is not there. `levels` is wanted all the same, from level 0. */
  size(resource: number, level: number): ResourceSize | undefined;
  /** The samples of a resource, or of the render targets. */
  sampleCount(resource: number | 'rasterizer'): number;
  /** From −0.5 to 0.5 in both directions; undefined for a sample that is not there. */
  samplePosition(resource: number | 'rasterizer', sample: number): readonly [number, number] | undefined;
}

/** Of a draw without resources: everything reads as 0. */
export const noResources: ShaderResources = {
  sample: () => [0, 0, 0, 0],
  load: () => undefined,
  size: () => undefined,
  sampleCount: () => 0,
  samplePosition: () => undefined,
};
