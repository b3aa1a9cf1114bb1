import type { BufferRange, ShaderStage } from '@cg/svga-device';
import type { StageResources as StageKey } from '@cg/vgpu10-wgsl';
import type { ShaderInterface } from '@cg/vgpu10';
import type { ArenaPlace } from '../gpu/arena.js';
import type { ImageTable } from '../images/image-table.js';
import type { SamplerTable } from './sampler-table.js';
import type { DecodedShader } from './shader-table.js';
import type { BoundView, ViewTable } from './view-table.js';

type SamplerUse = ShaderInterface['samplers'][number];

/** What is bound to a stage, as a draw uses it. */
export class StageResources {
  /** Parts of the pipeline's key that the views and samplers make. */
  key = '';
  readonly views: (BoundView | undefined)[] = [];
  readonly #kinds: { readonly slot: number; readonly bound: BoundView }[] = [];
  #stage: ShaderStage | undefined;
  #hasBorder = false;
  #shader: DecodedShader | undefined;

  constructor(
    readonly images: ImageTable,
    readonly viewTable: ViewTable,
    readonly samplers: SamplerTable,
  ) {}

  get stage(): ShaderStage | undefined {
    return this.#stage;
  }

  /** Finds what the shader reads. */
  resolve(stage: ShaderStage | undefined, shader: DecodedShader | undefined): void {
    this.#stage = stage;
    this.#shader = shader;
    this.views.length = 0;
    this.#kinds.length = 0;
    this.key = '';
    if (stage === undefined || shader === undefined) {
      return;
    }
    for (const use of shader.interface.resources) {
      const bound = this.viewTable.bind(stage.views[use.slot], use);
      this.views[use.slot] = bound;
      if (bound !== undefined) {
        this.#kinds.push({ slot: use.slot, bound });
      }
      this.key += `${bound?.kind.id ?? 0},`;
    }
    this.#hasBorder = false;
    for (const use of shader.interface.samplers) {
      const { id, state } = this.samplers.kind(stage.samplers[use.slot], this.#isEmulated(use));
      this.key += `${id};`;
      this.#hasBorder ||= state.address?.includes('border') === true;
    }
    if (this.#hasBorder) {
      this.key += this.#kinds.map(({ bound }) => bound.kind.channels).join();
    }
  }

  /** Whether the shader samples by itself: integers, and comparisons that WebGPU does not have. */
  #isEmulated({ slot, compares, resources }: SamplerUse): boolean {
    const comparesItself = (bound: BoundView): boolean =>
      compares && (!bound.kind.isDepth || this.#stage?.samplers[slot]?.mipLODBias !== 0);
    return resources.some((resource) => {
      const bound = this.views[resource];
      return bound !== undefined && (bound.kind.isEmulated || comparesItself(bound));
    });
  }

  /** The stage's part of a translation's key. */
  translationKey(): StageKey {
    const views = Object.fromEntries(
      this.#kinds.map(({ slot, bound: { kind } }) => [
        slot,
        this.#hasBorder && kind.view.dimension !== 'buffer'
          ? { ...kind.view, channels: kind.channels }
          : kind.view,
      ]),
    );
    const samplers: Record<number, object> = {};
    for (const use of this.#shader?.interface.samplers ?? []) {
      const { id, state } = this.samplers.kind(this.#stage?.samplers[use.slot], this.#isEmulated(use));
      if (id !== 0) {
        samplers[use.slot] = state;
      }
    }
    return { views, samplers };
  }

  /** Brings what the shader reads up to date. */
  use(): void {
    const { recorder, transfer } = this.images;
    for (const { bound } of this.#kinds) {
      if ('image' in bound) {
        bound.image.use(recorder, transfer, bound.range);
      } else {
        bound.buffer.use(recorder);
      }
    }
  }

  /** Textures that the shader reads. */
  *textures(): Generator<{ readonly slot: number; readonly bound: BoundView }> {
    yield* this.#kinds;
  }
}

/** Copies constants to the arena: they may be written between draws, and their buffers may be smaller than declared. */
export class ConstantPlaces {
  #zeros: { readonly serial: number; readonly bytes: number; readonly place: ArenaPlace } | undefined;

  constructor(readonly images: ImageTable) {}

  /** A place with `declared` bytes: those of the range, then zeros. The GPU has written none of them. */
  place(range: BufferRange | undefined, declared: number): ArenaPlace {
    const { recorder } = this.images;
    const { arena, serial } = recorder;
    const buffer = range && this.images.buffer(range.surface);
    const image = range?.surface.ownImage;
    if (range === undefined || buffer === undefined || image === undefined) {
      if (this.#zeros?.serial !== serial || this.#zeros.bytes < declared) {
        this.#zeros = { serial, bytes: declared, place: arena.allocate(declared) };
      }
      return this.#zeros.place;
    }
    const { constants } = buffer;
    const { offset } = range;
    const size = Math.max(0, Math.min(range.size, declared, buffer.bytes - offset));
    if (
      constants.serial === serial &&
      constants.version === buffer.version &&
      constants.offset === offset &&
      constants.size === size &&
      constants.declared >= declared
    ) {
      return constants.place!;
    }
    const place = arena.allocate(declared);
    if (size > 0) {
      place.chunk.bytes.set(image.subarray(offset, offset + size), place.offset);
    }
    Object.assign(constants, { serial, version: buffer.version, offset, size, declared, place });
    return place;
  }
}
