import type { StageName } from '@cg/vgpu10-wgsl';
import type { ArenaPlace } from '../gpu/arena.js';
import { GenerationCache } from '../gpu/generation-cache.js';
import type { BufferImage } from '../images/buffer-image.js';
import type { GroupBinding, GroupLayout } from './bind-layouts.js';
import type { SamplerTable } from './sampler-table.js';
import type { StageResources } from './stage-resources.js';

/** A buffer to bind: one of a surface, or a place in the arena or in a buffer of the renderer's own. */
export interface BufferSource {
  /** Different for different buffers. */
  readonly id: string;
  readonly buffer: GPUBuffer;
  readonly size: number;
}

/** Where stream output goes. */
export interface StreamSources {
  readonly buffers: readonly (BufferSource | undefined)[];
  readonly counters: BufferSource;
  readonly counts: BufferSource | undefined;
}

/** What a draw binds. */
export interface DrawBindings {
  readonly draw: ArenaPlace;
  /** Of the compute passes of stream output. */
  streams: StreamSources | undefined;
  vertexBuffer(number: number): BufferSource | undefined;
  index(): BufferSource | undefined;
  readonly stages: Readonly<Record<StageName, StageResources>>;
  /** The buffer of a surface, or what stands in for it where it is written as well. */
  source(image: BufferImage): BufferSource;
  constants(stage: StageName, slot: number, bytes: number): ArenaPlace;
  /** A view that stands in for that of a texture, which is a target as well. */
  standIn(stage: StageName, slot: number): { readonly id: number; readonly view: GPUTextureView } | undefined;
}

/** A bind group and the offsets to set it with. */
export interface BoundGroup {
  readonly group: GPUBindGroup;
  readonly offsets: readonly number[];
}

const BIND_GROUPS = 4096;

/** Bind groups, by what they bind. */
export class BindGroups {
  readonly #groups = new GenerationCache<string, GPUBindGroup>(BIND_GROUPS);

  constructor(
    readonly device: GPUDevice,
    readonly samplers: SamplerTable,
    /** For places of buffers that nothing is bound to. */
    readonly nothing: BufferSource,
  ) {}

  /** The bind group of a layout. */
  bind({ id, layout, bindings }: GroupLayout, draw: DrawBindings): BoundGroup {
    let key = `${id}`;
    const offsets: number[] = [];
    for (const binding of bindings) {
      const place = this.#place(binding, draw);
      if (place === undefined) {
        key += this.#idOf(binding, draw);
      } else if (binding.isDynamic) {
        key += `,${place.chunk.id}`;
        offsets.push(place.offset);
      } else {
        key += `,${place.chunk.id}+${place.offset}`;
      }
    }
    let group = this.#groups.get(key);
    if (group === undefined) {
      const entries = bindings.map((binding) => ({
        binding: binding.binding,
        resource: this.#resource(binding, draw),
      }));
      group = this.#groups.set(key, this.device.createBindGroup({ layout, entries }));
    }
    return { group, offsets };
  }

  /** The place of constants. */
  #place({ resource, buffer }: GroupBinding, draw: DrawBindings): ArenaPlace | undefined {
    if (resource.kind === 'drawConstants') {
      return draw.draw;
    }
    return resource.kind === 'constants'
      ? draw.constants(resource.stage, resource.slot, buffer!.minBindingSize)
      : undefined;
  }

  #idOf({ resource, buffer }: GroupBinding, draw: DrawBindings): string {
    switch (resource.kind) {
      case 'view': {
        const bound = draw.stages[resource.stage].views[resource.slot];
        if (buffer !== undefined) {
          return `,${bound !== undefined && 'buffer' in bound ? draw.source(bound.buffer).id : 'n'}`;
        }
        const standIn = draw.standIn(resource.stage, resource.slot);
        return `,${(standIn ?? (bound as { view: { id: number } }).view).id}`;
      }
      case 'sampler': {
        const { stage } = draw.stages[resource.stage];
        return `,${this.samplers.sampler(stage?.samplers[resource.slot], resource.type).id}`;
      }
      default:
        return `,${this.#buffer(resource, draw).id}`;
    }
  }

  #buffer(resource: GroupBinding['resource'], draw: DrawBindings): BufferSource {
    switch (resource.kind) {
      case 'vertexBuffer':
        return draw.vertexBuffer(resource.slot) ?? this.nothing;
      case 'indexBuffer':
        return draw.index() ?? this.nothing;
      case 'streamBuffer':
        return draw.streams?.buffers[resource.slot] ?? this.nothing;
      case 'streamCounters':
        return draw.streams?.counters ?? this.nothing;
      case 'primitiveCounts':
        return draw.streams?.counts ?? this.nothing;
      default:
        return this.nothing;
    }
  }

  #resource(binding: GroupBinding, draw: DrawBindings): GPUBindingResource {
    const { resource, buffer, isDynamic } = binding;
    const place = this.#place(binding, draw);
    if (place !== undefined) {
      return {
        buffer: place.chunk.buffer,
        offset: isDynamic ? 0 : place.offset,
        size: buffer!.minBindingSize,
      };
    }
    if (resource.kind === 'sampler') {
      const { stage } = draw.stages[resource.stage];
      return this.samplers.sampler(stage?.samplers[resource.slot], resource.type).sampler;
    }
    if (resource.kind !== 'view') {
      return this.#whole(this.#buffer(resource, draw));
    }
    const bound = draw.stages[resource.stage].views[resource.slot];
    if (buffer !== undefined) {
      return this.#whole(bound !== undefined && 'buffer' in bound ? draw.source(bound.buffer) : this.nothing);
    }
    const standIn = draw.standIn(resource.stage, resource.slot);
    return (standIn ?? (bound as { view: { view: GPUTextureView } }).view).view;
  }

  #whole({ buffer, size }: BufferSource): GPUBufferBinding {
    return { buffer, size: Math.min(size, this.device.limits.maxStorageBufferBindingSize) };
  }
}
