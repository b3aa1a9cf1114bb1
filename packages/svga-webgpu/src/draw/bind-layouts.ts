import type { Binding } from '@cg/vgpu10-wgsl';

/** A binding of a bind group. */
export interface GroupBinding extends Binding {
  readonly visibility: number;
  /** Its offset is given when the group is set. */
  readonly isDynamic: boolean;
}

/** A bind group's layout. Equal bindings share one. */
export interface GroupLayout {
  readonly id: number;
  readonly layout: GPUBindGroupLayout;
  /** Ordered by their numbers, as dynamic offsets are. */
  readonly bindings: readonly GroupBinding[];
}

const GROUPS = 4;

/** The bindings of a module that a pipeline has, and which of its stages see them. */
export interface StageBindings {
  readonly bindings: readonly Binding[];
  readonly visibility: number;
}

/** Layouts of bind groups and pipelines, by content. */
export class BindLayouts {
  readonly #groups = new Map<string, GroupLayout>();
  readonly #pipelines = new Map<string, GPUPipelineLayout>();

  constructor(readonly device: GPUDevice) {}

  /** The groups of a pipeline, without those behind the last one that has bindings. */
  groups(stages: readonly StageBindings[]): readonly GroupLayout[] {
    const merged = new Map<number, GroupBinding>();
    for (const { bindings, visibility } of stages) {
      for (const binding of bindings) {
        const key = 4096 * binding.group + binding.binding;
        const known = merged.get(key);
        merged.set(key, { ...binding, visibility: visibility | (known?.visibility ?? 0), isDynamic: false });
      }
    }
    const ordered = [...merged].toSorted(([a], [b]) => a - b).map(([, binding]) => binding);
    let dynamics = this.device.limits.maxDynamicUniformBuffersPerPipelineLayout;
    const all = ordered.map((binding) =>
      binding.buffer?.type === 'uniform' && dynamics-- > 0 ? { ...binding, isDynamic: true } : binding,
    );
    const used = Math.max(0, ...all.map(({ group }) => group + 1));
    return Array.from({ length: Math.min(used, GROUPS) }, (_, group) =>
      this.#group(all.filter((binding) => binding.group === group)),
    );
  }

  #group(bindings: readonly GroupBinding[]): GroupLayout {
    const entries = bindings.map(({ binding, visibility, buffer, texture, sampler, isDynamic }) => ({
      binding,
      visibility,
      ...(buffer && { buffer: { ...buffer, hasDynamicOffset: isDynamic } }),
      ...(texture && { texture }),
      ...(sampler && { sampler }),
    }));
    const key = JSON.stringify([entries, bindings.map(({ resource }) => resource)]);
    let group = this.#groups.get(key);
    if (group === undefined) {
      const layout = this.device.createBindGroupLayout({ entries });
      group = { id: this.#groups.size, layout, bindings };
      this.#groups.set(key, group);
    }
    return group;
  }

  pipeline(groups: readonly GroupLayout[]): GPUPipelineLayout {
    const key = groups.map(({ id }) => id).join();
    let layout = this.#pipelines.get(key);
    if (layout === undefined) {
      layout = this.device.createPipelineLayout({ bindGroupLayouts: groups.map((group) => group.layout) });
      this.#pipelines.set(key, layout);
    }
    return layout;
  }
}

/** @returns what of a device's limits the bindings of a pipeline exceed, if they do */
export function exceededLimit(
  stages: readonly StageBindings[],
  limits: GPUSupportedLimits,
): string | undefined {
  for (const { bindings } of stages) {
    const count = (matches: (binding: Binding) => boolean): number => bindings.filter(matches).length;
    const counts: readonly (readonly [number, number, string])[] = [
      [count(({ texture }) => texture !== undefined), limits.maxSampledTexturesPerShaderStage, 'textures'],
      [count(({ sampler }) => sampler !== undefined), limits.maxSamplersPerShaderStage, 'samplers'],
      [
        count(({ buffer }) => buffer?.type === 'uniform'),
        limits.maxUniformBuffersPerShaderStage,
        'constant buffers',
      ],
      [
        count(({ buffer }) => buffer !== undefined && buffer.type !== 'uniform'),
        limits.maxStorageBuffersPerShaderStage,
        'storage buffers',
      ],
    ];
    const exceeded = counts.find(([number, most]) => number > most);
    if (exceeded !== undefined) {
      return `${exceeded[0]} ${exceeded[2]} in a stage, more than ${exceeded[1]}`;
    }
  }
  return undefined;
}
