import { dxSlots, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { SlotGroup } from '@cg/svga-protocol';
import { AT, CONSTANT } from '../objects/dx-state.js';
import type { DxState } from '../objects/dx-state.js';
import { keptList } from './kept-list.js';
import type { BufferRange, ResourceView, SamplerState, ShaderStage } from './pipeline-state.js';
import type { SurfacePart } from '../objects/surface-part.js';
import { wholeBuffer } from './render-views.js';
import type { ResolvedEntries } from './resolved-entries.js';

/** A shader stage of a context, resolved. */
export class ResolvedStage {
  readonly #index: number;
  readonly #state: DxState;
  readonly #entries: ResolvedEntries;
  readonly #constants: SlotGroup;
  readonly #views: SlotGroup;
  readonly #samplers: SlotGroup;
  /** Undefined if the stage has no shader. */
  stage: ShaderStage | undefined;
  /** What its shader may read. */
  reads: readonly SurfacePart[] = [];

  /** @param index SVGA3dShaderType less 1 */
  constructor(index: number, state: DxState, entries: ResolvedEntries) {
    this.#index = index;
    this.#state = state;
    this.#entries = entries;
    this.#constants = dxSlots.constantBuffers[index];
    this.#views = dxSlots.shaderResources[index];
    this.#samplers = dxSlots.samplers[index];
  }

  /** Resolves the stage again. @returns false if it names what does not exist */
  resolve(): boolean {
    const id = this.#state.id(dxSlots.shaders[this.#index]);
    const shader = id === SVGA3D_INVALID_ID ? undefined : this.#entries.shader(id, this.#index + 1);
    const before = this.stage;
    this.stage = undefined;
    this.reads = [];
    if (shader === undefined) {
      return id === SVGA3D_INVALID_ID;
    }
    const reads: SurfacePart[] = [];
    const constants = this.#resolveConstants(reads, before?.constants);
    const views = this.#resolveViews(reads);
    const samplers = this.#resolveSamplers();
    if (constants === undefined || views === undefined || samplers === undefined) {
      return false;
    }
    const next = {
      shader,
      constants: keptList(before?.constants, constants),
      views: keptList(before?.views, views),
      samplers: keptList(before?.samplers, samplers),
    };
    const isSame =
      before?.shader === next.shader &&
      before.constants === next.constants &&
      before.views === next.views &&
      before.samplers === next.samplers;
    this.stage = isSame ? before : next;
    this.reads = reads;
    return true;
  }

  /** Slots up to the last one that is set. */
  #used(group: SlotGroup): number {
    let used = group.count;
    while (used > 0 && this.#state.id(group, used - 1) === SVGA3D_INVALID_ID) {
      used--;
    }
    return used;
  }

  #resolveConstants(
    reads: SurfacePart[],
    before: ShaderStage['constants'] | undefined,
  ): (BufferRange | undefined)[] | undefined {
    const ranges: (BufferRange | undefined)[] = [];
    for (let i = 0; i < this.#used(this.#constants); i++) {
      const id = this.#state.id(this.#constants, i);
      const surface = id === SVGA3D_INVALID_ID ? undefined : this.#entries.buffer(id);
      if (surface === undefined) {
        if (id !== SVGA3D_INVALID_ID) {
          return undefined;
        }
        ranges.push(undefined);
        continue;
      }
      const at = AT.CONSTANTS[this.#index] + i * CONSTANT.WORDS;
      const offset = this.#state.words[at + CONSTANT.OFFSET];
      const size = this.#state.words[at + CONSTANT.SIZE];
      const old = before?.[i];
      const isSame = old?.surface === surface && old.offset === offset && old.size === size;
      ranges.push(isSame ? old : { surface, offset, size });
      reads.push(wholeBuffer(surface));
    }
    return ranges;
  }

  #resolveViews(reads: SurfacePart[]): (ResourceView | undefined)[] | undefined {
    const views: (ResourceView | undefined)[] = [];
    for (let i = 0; i < this.#used(this.#views); i++) {
      const id = this.#state.id(this.#views, i);
      const view = id === SVGA3D_INVALID_ID ? undefined : this.#entries.resource(id);
      if (view !== undefined) {
        reads.push(view.part);
      } else if (id !== SVGA3D_INVALID_ID) {
        return undefined;
      }
      views.push(view?.view);
    }
    return views;
  }

  #resolveSamplers(): (SamplerState | undefined)[] | undefined {
    const samplers: (SamplerState | undefined)[] = [];
    for (let i = 0; i < this.#used(this.#samplers); i++) {
      const id = this.#state.id(this.#samplers, i);
      const sampler = id === SVGA3D_INVALID_ID ? undefined : this.#entries.sampler(id);
      if (sampler === undefined && id !== SVGA3D_INVALID_ID) {
        return undefined;
      }
      samplers.push(sampler);
    }
    return samplers;
  }
}
