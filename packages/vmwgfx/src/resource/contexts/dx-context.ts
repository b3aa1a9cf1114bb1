import { coTableEntryBytes, SVGA_COTABLE } from '@cg/svga-protocol';
import { PAGE_SIZE } from '@cg/pagetable';
import type { DriverState } from '../../driver-state.js';
import type { IdAllocator } from '../../id-allocator.js';
import type { BufferReservation } from '../../memory/buffer-object.js';
import { CoTable } from './co-table.js';
import type { Query, QueryMemory } from './query-memory.js';
import type { DxShader, StreamOutput } from './table-entry.js';
import { UserContext } from './user-context.js';
import type { View } from './view.js';

/** SVGADXContextMobFormat of svga3d_dx.h takes two pages. */
const CONTEXT_BYTES = 2 * PAGE_SIZE;

/** A DX context: submissions name it for all their commands, and it has tables of views, states and shaders. */
export class DxContext extends UserContext {
  readonly kind = 'dx';
  protected readonly commands = {
    define: 'DX_DEFINE_CONTEXT',
    bind: 'DX_BIND_CONTEXT',
    readBack: 'DX_READBACK_CONTEXT',
    destroy: 'DX_DESTROY_CONTEXT',
  } as const;
  /** By SVGACOTableType. */
  readonly tables: readonly CoTable[];
  /** By type of table, then by id. */
  readonly views: ReadonlyMap<number, Map<number, View>>;
  readonly shaders = new Map<number, DxShader>();
  /** Stream outputs whose declarations lie in a buffer object. */
  readonly streamOutputs = new Map<number, StreamOutput>();
  readonly queries = new Map<number, Query>();
  queryMemory: QueryMemory | undefined;

  constructor(driver: DriverState) {
    super(driver, CONTEXT_BYTES, false);
    this.tables = coTableEntryBytes.map((_, type) => new CoTable(this, type));
    const { RTVIEW, DSVIEW, SRVIEW, UAVIEW } = SVGA_COTABLE;
    this.views = new Map([RTVIEW, DSVIEW, SRVIEW, UAVIEW].map((type) => [type, new Map<number, View>()]));
  }

  protected get ids(): IdAllocator {
    return this.driver.dxContextIds;
  }

  override destroy(held: BufferReservation | undefined): void {
    const views = [...this.views.values()].flatMap((ofType) => [...ofType.values()]);
    views.forEach((view) => view.surface.namedBy.remove(view));
    super.destroy(held);
    this.queryMemory?.retire();
    [...this.shaders.values(), ...this.streamOutputs.values(), ...this.tables].forEach((resource) =>
      resource.retire(),
    );
    views.forEach(({ surface }) => surface.references.drop());
  }
}
