import {
  commandNames,
  effectsOf,
  SVGA3D_INVALID_ID,
  type CommandFields,
  type CommandName,
  type StateCommand,
} from '@cg/svga-protocol';
import { WeakRefs, type Named, type WeakRefHolder } from '../weak-refs.js';
import type { Surface } from '../surface.js';
import type { CoTable } from './co-table.js';

/** The command that destroys a view, and its id field, by the type of the view's table. */
const destroyCommands: ReadonlyMap<number, readonly [CommandName, string]> = new Map(
  commandNames.flatMap((name) =>
    effectsOf(name).references.flatMap(({ isView, coTable = 0, field = '', uses }) =>
      isView === true && uses[0].action === 'destroy' ? [[coTable, [name, field] as const] as const] : [],
    ),
  ),
);

/**
 * A view of a surface, which it keeps. After the surface has left the device, the view is defined again for its next
 * use.
 */
export class View implements Named, WeakRefHolder {
  readonly namedBy = new WeakRefs();
  #defined = true;

  /** The user's command defines it, and is kept to define it again. */
  constructor(
    readonly table: CoTable,
    readonly id: number,
    readonly surface: Surface,
    readonly definition: StateCommand,
  ) {}

  get stateId(): number {
    return this.#defined ? this.id : SVGA3D_INVALID_ID;
  }

  keepSurface(): void {
    this.surface.references.take();
    this.surface.namedBy.add(this);
  }

  releaseSurface(): void {
    this.surface.namedBy.remove(this);
    this.surface.references.drop();
  }

  /** The device refused the user's command. */
  refused(): void {
    this.#defined = false;
  }

  /** Defines it again if the device does not have it. The surface is created, the table bound. */
  define(): void {
    if (this.#defined) {
      return;
    }
    const { name, fields } = this.definition;
    const values = { ...(fields as object), sid: this.surface.id } as unknown as CommandFields<CommandName>;
    this.surface.driver.queue.emit(name, values, () => this.refused(), this.table.owner.id);
    this.#defined = true;
  }

  leftDevice(): void {
    if (!this.#defined) {
      return;
    }
    this.#defined = false;
    this.namedBy.tellLeftDevice();
    if (this.table.isBound) {
      const [name, field] = destroyCommands.get(this.table.type) as readonly [CommandName, string];
      const fields = { [field]: this.id } as unknown as CommandFields<CommandName>;
      this.surface.driver.queue.emitNoFail(name, fields, this.table.owner.id);
    }
  }

  destroyed(): void {
    this.leftDevice();
  }
}
