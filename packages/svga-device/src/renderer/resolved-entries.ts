import {
  blendStateEntry,
  depthStencilStateEntry,
  depthStencilViewEntry,
  dxShaderEntry,
  elementLayoutEntry,
  rasterizerStateEntry,
  renderTargetViewEntry,
  samplerEntry,
  shaderResourceViewEntry,
  streamOutputEntry,
  SVGA_COTABLE,
} from '@cg/svga-protocol';
import type { Struct } from '@cg/svga-protocol';
import { ShaderTokens } from '../objects/co-table.js';
import type { CoTable } from '../objects/co-table.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { PAGE_SIZE } from '../memory/guest-memory.js';
import type { Surface } from '../objects/surface.js';
import { COST } from '../objects/work-budget.js';
import type {
  BlendState,
  DepthStencilState,
  DepthTargetView,
  InputLayout,
  RasterizerState,
  RenderShader,
  ResourceView,
  SamplerState,
  StreamOutputLayout,
  TargetView,
} from './pipeline-state.js';
import { depthTargetView, resourceView, targetView } from './render-views.js';
import type { PartView } from './render-views.js';

const WORD = 4;
/** Words of a stream's header: version and length. */
const MIN_SHADER_BYTES = 2 * WORD;
/** A stream of tokens has at most so many bytes: far more than a shader of Direct3D 10 needs. */
const MAX_SHADER_BYTES = 2 ** 22;
/** SVGA3dStreamOutputDeclarationEntry: a gap, not a register. */
const NO_REGISTER = 0xffff_ffff;
const STREAM_BUFFERS = 4;

/** What the entries of a context's tables stand for, resolved at their first use and kept until they change. */
export class ResolvedEntries {
  readonly #objects: DeviceObjects;
  readonly #tables: readonly CoTable[];

  constructor(objects: DeviceObjects, tables: readonly CoTable[]) {
    this.#objects = objects;
    this.#tables = tables;
  }

  blend(id: number): BlendState | undefined {
    return this.#values(SVGA_COTABLE.BLENDSTATE, id, blendStateEntry);
  }

  depthStencil(id: number): DepthStencilState | undefined {
    return this.#values(SVGA_COTABLE.DEPTHSTENCIL, id, depthStencilStateEntry);
  }

  rasterizer(id: number): RasterizerState | undefined {
    return this.#values(SVGA_COTABLE.RASTERIZERSTATE, id, rasterizerStateEntry);
  }

  sampler(id: number): SamplerState | undefined {
    return this.#values(SVGA_COTABLE.SAMPLER, id, samplerEntry);
  }

  inputLayout(id: number): InputLayout | undefined {
    return this.#made(SVGA_COTABLE.ELEMENTLAYOUT, id, (table) => {
      const { numDescs, descs } = table.read(id, elementLayoutEntry);
      return { elements: descs.slice(0, numDescs) };
    });
  }

  streamOutput(id: number): StreamOutputLayout | undefined {
    return this.#made(SVGA_COTABLE.STREAMOUTPUT, id, (table) => {
      const entry = table.read(id, streamOutputEntry);
      const { numOutputStreamEntries: count, decl, streamOutputStrideInBytes: strides, usesMob } = entry;
      const used = decl.slice(0, count).filter(({ stream }) => stream === 0);
      // Declarations in a MOB come with shader model 5.
      if (usesMob !== 0 || used.length === 0 || used.some(({ outputSlot }) => outputSlot >= STREAM_BUFFERS)) {
        return undefined;
      }
      const elements = used.map(({ outputSlot: buffer, registerIndex, registerMask: mask }) => {
        return { buffer, register: registerIndex === NO_REGISTER ? undefined : registerIndex, mask };
      });
      return { elements, strides };
    });
  }

  resource(id: number): PartView<ResourceView> | undefined {
    return this.#view(SVGA_COTABLE.SRVIEW, id, shaderResourceViewEntry, resourceView);
  }

  target(id: number): PartView<TargetView> | undefined {
    return this.#view(SVGA_COTABLE.RTVIEW, id, renderTargetViewEntry, targetView);
  }

  depthTarget(id: number): PartView<DepthTargetView> | undefined {
    return this.#view(SVGA_COTABLE.DSVIEW, id, depthStencilViewEntry, depthTargetView);
  }

  /** A buffer; undefined if there is none of this id. */
  buffer(sid: number): Surface | undefined {
    const surface = this.#objects.surfaces.get(sid);
    return surface?.layout.format.buffer === true ? surface : undefined;
  }

  /**
   * A shader of a type, with the tokens that its MOB holds at its first use.
   * @throws SvgaDeviceError EFAULT, ENOMEM, E2BIG
   */
  shader(id: number, type: number): RenderShader | undefined {
    const table = this.#tables[SVGA_COTABLE.DXSHADER];
    if (id >= table.capacity) {
      return undefined;
    }
    const entry = table.read(id, dxShaderEntry);
    if (entry.type !== type) {
      return undefined;
    }
    return this.#made(SVGA_COTABLE.DXSHADER, id, () => {
      const { images, mobs, budget, cursor } = this.#objects;
      const { sizeInBytes: bytes, offsetInBytes: offset, mobid } = entry;
      const mob = mobs.get(mobid);
      const fits = bytes >= MIN_SHADER_BYTES && bytes <= MAX_SHADER_BYTES && bytes % WORD === 0;
      if (mob === undefined || !fits || offset + bytes > mob.bytes) {
        return undefined;
      }
      budget.chargeEach(bytes, COST.FRESH_BYTE);
      budget.charge(bytes, 1 + Math.ceil(bytes / PAGE_SIZE));
      const code = images.allocate(bytes);
      try {
        cursor.aim(mob).readFrom(offset, code, 0, bytes);
      } catch (error) {
        images.free(code);
        throw error;
      }
      return new ShaderTokens(code);
    });
  }

  #values<V extends object>(
    type: number,
    id: number,
    layout: { read(view: DataView, at: number): V },
  ): V | undefined {
    return this.#made(
      type,
      id,
      (table) => table.read(id, layout as unknown as Struct<never>) as unknown as V,
    );
  }

  #made<T extends object>(type: number, id: number, make: (table: CoTable) => T | undefined): T | undefined {
    const table = this.#tables[type];
    if (id >= table.capacity) {
      return undefined;
    }
    const kept = table.resolved(id);
    if (kept !== undefined) {
      return kept as T;
    }
    this.#objects.budget.chargeEach(table.entryBytes, COST.ENTRY_BYTE);
    const made = make(table);
    if (made !== undefined) {
      table.keep(id, made);
    }
    return made;
  }

  /** A view; one of a surface that is gone is resolved anew, as its id may name another now. */
  #view<E extends { readonly sid: number }, V>(
    type: number,
    id: number,
    layout: { read(view: DataView, at: number): E },
    make: (surface: Surface, entry: E) => PartView<V> | undefined,
  ): PartView<V> | undefined {
    const table = this.#tables[type];
    const { surfaces, images } = this.#objects;
    const kept = table.resolved(id) as PartView<V> | undefined;
    const surface = kept?.part.surface;
    if (surface !== undefined && surfaces.get(surface.definition.sid) !== surface) {
      table.forget(id, images);
    }
    return this.#made(type, id, () => {
      const entry = table.read(id, layout as unknown as Struct<never>) as unknown as E;
      const of = surfaces.get(entry.sid);
      return of && make(of, entry);
    });
  }
}
