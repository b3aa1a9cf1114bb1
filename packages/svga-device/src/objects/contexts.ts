import { coTableEntryBytes, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { CoTable } from './co-table.js';
import type { ImageMemory } from './image-memory.js';

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

/** A DX context: its MOB and its tables. */
export class DxContext implements Context {
  mobId: number = SVGA3D_INVALID_ID;
  /** By SVGACOTableType. */
  readonly tables: readonly CoTable[] = coTableEntryBytes.map((_, type) => new CoTable(type));

  dropTables(memory: ImageMemory): void {
    for (const table of this.tables) {
      table.drop(memory);
    }
  }
}
