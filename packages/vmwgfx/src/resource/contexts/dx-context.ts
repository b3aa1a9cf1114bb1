import { coTableEntryBytes, SVGA3D_INVALID_ID, SVGA_COTABLE } from '@cg/svga-device';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverContext } from '../../context.js';
import type { IdAllocator } from '../../id-allocator.js';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { References } from '../../references.js';
import { DeviceObject } from '../device-object.js';
import { ContextState } from './context-state.js';
import { CoTable } from './co-table.js';
import type { Query, QueryMemory } from './query-memory.js';
import type { DxShader, StreamOutput } from './table-entry.js';
import type { View } from './view.js';

/** SVGADXContextMobFormat of svga3d_dx.h takes two pages. */
const CONTEXT_BYTES = 2 * PAGE_SIZE;

/** Drops all. @throws the first error, after that */
function dropAll(all: readonly References[]): void {
  const errors: unknown[] = [];
  for (const references of all) {
    try {
      references.drop();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw errors[0];
  }
}

/** A DX context: submissions name it for all their commands, and it has tables of views, states and shaders. */
export class DxContext extends DeviceObject {
  readonly kind = 'dx';
  /** By SVGACOTableType. */
  readonly tables: readonly CoTable[];
  readonly state = new ContextState(this);
  /** By type of their table, then by id. */
  readonly views: ReadonlyMap<number, Map<number, View>>;
  readonly shaders = new Map<number, DxShader>();
  /** Those whose declarations lie in a buffer object. */
  readonly streamOutputs = new Map<number, StreamOutput>();
  readonly queries = new Map<number, Query>();
  queryMemory: QueryMemory | undefined;
  /** The backing has what the device knew. */
  #hasContents = false;

  constructor(context: DriverContext) {
    super(context, CONTEXT_BYTES, false);
    this.tables = coTableEntryBytes.map((_, type) => new CoTable(this, type));
    const { RTVIEW, DSVIEW, SRVIEW, UAVIEW } = SVGA_COTABLE;
    this.views = new Map([RTVIEW, DSVIEW, SRVIEW, UAVIEW].map((type) => [type, new Map<number, View>()]));
  }

  protected get ids(): IdAllocator {
    return this.context.dxContextIds;
  }

  protected define(cid: number, refused: () => void): void {
    this.context.queue.emit('DX_DEFINE_CONTEXT', { cid }, refused);
  }

  protected bindTo(cid: number, backing: BufferObject, refused: () => void): void {
    const validContents = this.#hasContents ? 1 : 0;
    this.context.queue.emit('DX_BIND_CONTEXT', { cid, mobid: backing.mobId(), validContents }, refused);
  }

  protected unbindFrom(cid: number): void {
    this.context.queue.emitSurely('DX_BIND_CONTEXT', { cid, mobid: SVGA3D_INVALID_ID, validContents: 0 });
  }

  protected undefine(cid: number): void {
    this.context.queue.emitSurely('DX_DESTROY_CONTEXT', { cid });
  }

  readBack(refused: () => void): void {
    this.context.queue.emit('DX_READBACK_CONTEXT', { cid: this.id }, refused);
    this.#hasContents = true;
  }

  override unbind(): void {
    if (this.isBound) {
      this.state.lost();
    }
    super.unbind();
  }

  override destroy(): void {
    this.state.clear();
    const views = [...this.views.values()].flatMap((ofType) => [...ofType.values()]);
    views.forEach((view) => view.surface.namedBy.remove(view));
    try {
      super.destroy();
    } finally {
      this.queryMemory?.destroy();
      [...this.shaders.values(), ...this.streamOutputs.values()].forEach((entry) => entry.destroy());
      this.tables.forEach((table) => table.destroy());
      dropAll(views.map(({ surface }) => surface.references));
    }
  }
}
