import type { StageName } from './errors.js';
import type { TextureView } from './key.js';

/** The bind groups: of the draw, and of the resources of each stage. */
export const GROUPS = { draw: 0, vertex: 1, pixel: 2, geometry: 3 } as const;

/** The first binding of each kind of resource in its group. */
export const BINDINGS = {
  // group 0
  drawConstants: 0,
  indexBuffer: 1,
  streamCounters: 2,
  primitiveCounts: 3,
  streamBuffers: 4,
  vertexBuffers: 8,
  // groups 1 to 3
  constants: 0,
  samplers: 16,
  nonFilteringSamplers: 32,
  comparisonSamplers: 48,
  views: 64,
  unlimitedSamplers: 192,
} as const;

/**
 * A sampler is bound once for each type that it is used as: as a non-filtering one, its filters are nearest; as an
 * unlimited one it filters, and has all levels of detail, because the shader limits them.
 */
export type SamplerType = 'comparison' | 'filtering' | 'non-filtering' | 'unlimited';

/** What is bound. */
export type BoundResource =
  /** The draw's constants, see {@link DrawLayout}. */
  | { readonly kind: 'drawConstants' }
  | { readonly kind: 'indexBuffer' }
  | { readonly kind: 'vertexBuffer'; readonly slot: number }
  | { readonly kind: 'streamBuffer'; readonly slot: number }
  | { readonly kind: 'streamCounters' }
  | { readonly kind: 'primitiveCounts' }
  | { readonly kind: 'constants'; readonly stage: StageName; readonly slot: number }
  | { readonly kind: 'view'; readonly stage: StageName; readonly slot: number }
  | {
      readonly kind: 'sampler';
      readonly stage: StageName;
      readonly slot: number;
      readonly type: SamplerType;
    };

/** A binding of a translation: an entry of a GPUBindGroupLayout, but for the visibility, and what to bind there. */
export interface Binding {
  readonly group: number;
  readonly binding: number;
  readonly resource: BoundResource;
  readonly buffer?: {
    readonly type: 'uniform' | 'storage' | 'read-only-storage';
    readonly minBindingSize: number;
  };
  readonly texture?: {
    readonly sampleType: TextureView['sampleType'];
    readonly viewDimension: TextureView['dimension'];
    readonly multisampled: boolean;
  };
  readonly sampler?: { readonly type: Exclude<SamplerType, 'unlimited'> };
}

/** The bindings of a module and their declarations, in the order in which the code first needs them. */
export class BindingList {
  readonly #bindings = new Map<string, Binding>();
  readonly #texts: string[] = [];

  /** Declares `variable`, once. */
  add(binding: Binding, variable: string): void {
    const key = `${binding.group}.${binding.binding}`;
    if (!this.#bindings.has(key)) {
      this.#bindings.set(key, binding);
      this.#texts.push(`@group(${binding.group}) @binding(${binding.binding}) ${variable};`);
    }
  }

  get list(): readonly Binding[] {
    return [...this.#bindings.values()];
  }

  text(): readonly string[] {
    return this.#texts;
  }
}
