import type { SamplerState } from '@cg/svga-device';
import type { SamplerState as TranslatedSampler, SamplerType } from '@cg/vgpu10-wgsl';
import { mapSampler, translatedSampler } from '../state/sampler.js';

/** A sampler of the device. */
export interface BoundSampler {
  readonly id: number;
  readonly sampler: GPUSampler;
}

/** What a translation knows of a sampler. Equal ones have equal numbers; 0 has the defaults. */
export interface SamplerKind {
  readonly id: number;
  readonly state: TranslatedSampler;
}

const DEFAULT: SamplerKind = { id: 0, state: {} };
const nothing: object = {};

/** Samplers, by state and by content. */
export class SamplerTable {
  readonly #byState: Record<SamplerType, WeakMap<object, BoundSampler>> = {
    filtering: new WeakMap(),
    'non-filtering': new WeakMap(),
    comparison: new WeakMap(),
    unlimited: new WeakMap(),
  };
  readonly #byContent = new Map<string, BoundSampler>();
  readonly #kinds = new Map<string, SamplerKind>([['{}', DEFAULT]]);
  readonly #kindOf: readonly [WeakMap<SamplerState, SamplerKind>, WeakMap<SamplerState, SamplerKind>] = [
    new WeakMap(),
    new WeakMap(),
  ];

  constructor(readonly device: GPUDevice) {}

  sampler(state: SamplerState | undefined, type: SamplerType): BoundSampler {
    const key = state ?? nothing;
    let bound = this.#byState[type].get(key);
    if (bound === undefined) {
      const descriptor = mapSampler(state, type);
      const content = JSON.stringify(descriptor);
      bound = this.#byContent.get(content);
      if (bound === undefined) {
        bound = { id: this.#byContent.size, sampler: this.device.createSampler(descriptor) };
        this.#byContent.set(content, bound);
      }
      this.#byState[type].set(key, bound);
    }
    return bound;
  }

  /** @param isEmulated the shader samples by itself */
  kind(state: SamplerState | undefined, isEmulated: boolean): SamplerKind {
    if (state === undefined) {
      return DEFAULT;
    }
    const byState = this.#kindOf[isEmulated ? 1 : 0];
    let kind = byState.get(state);
    if (kind === undefined) {
      const translated = translatedSampler(state, isEmulated);
      const content = JSON.stringify(translated);
      kind = this.#kinds.get(content) ?? { id: this.#kinds.size, state: translated };
      this.#kinds.set(content, kind);
      byState.set(state, kind);
    }
    return kind;
  }
}
