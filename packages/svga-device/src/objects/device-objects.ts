import { BackingCursor } from './backing-cursor.js';
import { SvgaDeviceError } from './errors.js';
import type { GuestBacking } from './guest-backing.js';
import type { GuestMemory } from './guest-memory.js';
import type { DeviceLimits } from './limits.js';
import { ObjectTables } from './object-tables.js';
import { SVGA_OTABLE } from './protocol/object-table-entries.js';
import { Counters } from './statistics.js';
import { ImageMemory } from './surface.js';
import type { Surface } from './surface.js';
import { WorkBudget } from './work-budget.js';

/** All that commands act on. */
export class DeviceObjects {
  readonly cursor: BackingCursor;
  readonly tables: ObjectTables;
  readonly mobs = new Map<number, GuestBacking>();
  readonly surfaces = new Map<number, Surface>();
  readonly images: ImageMemory;
  readonly budget: WorkBudget;
  readonly counters = new Counters();

  constructor(
    readonly memory: GuestMemory,
    readonly limits: DeviceLimits,
  ) {
    this.cursor = new BackingCursor(memory);
    this.tables = new ObjectTables(this.cursor);
    this.images = new ImageMemory(limits.maxImageBytes);
    this.budget = new WorkBudget(limits.maxWorkBytes);
  }

  /** @throws SvgaDeviceError ENOENT */
  mob(id: number): GuestBacking {
    const mob = this.mobs.get(id);
    if (mob === undefined) {
      throw new SvgaDeviceError('ENOENT', 'no such MOB', { mobid: id });
    }
    return mob;
  }

  /** @throws SvgaDeviceError ENOENT */
  surface(id: number): Surface {
    const surface = this.surfaces.get(id);
    if (surface === undefined) {
      throw new SvgaDeviceError('ENOENT', 'no such surface', { sid: id });
    }
    return surface;
  }

  /**
   * The image of a surface; making one counts as work.
   * @throws SvgaDeviceError ENOMEM, E2BIG
   */
  imageOf(surface: Surface): Uint8Array {
    if (!surface.hasImage) {
      this.budget.charge(surface.layout.bytes, 0);
    }
    return surface.image(this.images);
  }

  /** Forgets the objects of a type from the id `first` on. */
  dropObjects(type: number, first: number): void {
    if (type === SVGA_OTABLE.MOB) {
      dropFrom(this.mobs, first);
    } else if (type === SVGA_OTABLE.SURFACE) {
      for (const [id, surface] of this.surfaces) {
        if (id >= first) {
          surface.dropImage(this.images);
        }
      }
      dropFrom(this.surfaces, first);
    }
  }

  /** Forgets every object and every table. */
  reset(): void {
    this.dropObjects(SVGA_OTABLE.MOB, 0);
    this.dropObjects(SVGA_OTABLE.SURFACE, 0);
    this.tables.reset();
  }
}

function dropFrom(objects: Map<number, unknown>, first: number): void {
  for (const id of objects.keys()) {
    if (id >= first) {
      objects.delete(id);
    }
  }
}
