import { coTableEntryBytes, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { CoTable } from './co-table.js';
import { DxState } from './dx-state.js';
import type { ImageMemory } from './image-memory.js';
import type { ContextQueries } from '../renderer/context-queries.js';

/** A context without DX: the device knows only its binding. */
export interface Context {
  mobId: number;
}

/** A guest-backed shader, as defined and bound. */
export interface Shader {
  readonly type: number;
  readonly sizeInBytes: number;
  mobId: number;
  offsetInBytes: number;
}

/** A DX context: its MOB, its tables, and what draws need. */
export class DxContext implements Context {
  mobId: number = SVGA3D_INVALID_ID;
  #state: DxState | undefined;
  /** Queries of the renderer; undefined before the first one. */
  queries: ContextQueries | undefined;
  /** By SVGACOTableType. */
  readonly tables: readonly CoTable[] = coTableEntryBytes.map((_, type) => new CoTable(type));

  /** What its commands have set; on a device that does not draw it is never made. */
  get state(): DxState {
    this.#state ??= new DxState();
    return this.#state;
  }

  /** The same, if there is any. */
  get ownState(): DxState | undefined {
    return this.#state;
  }

  /** Drops its tables, and what the renderer has of it. */
  drop(memory: ImageMemory): void {
    this.queries?.drop();
    for (const table of this.tables) {
      table.drop(memory);
    }
  }
}
