import type { EventStream } from '@cg/collections';
import { SvgaDeviceError } from '../errors.js';
import type { Fences } from '../front/fences.js';
import type { DeviceLimits } from '../limits.js';
import { BackingCursor } from '../memory/backing-cursor.js';
import { BoxTransfer } from '../memory/box-transfer.js';
import type { GuestBacking } from '../memory/guest-backing.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import type { GuestRegion } from '../memory/guest-region.js';
import { SVGA_COTABLE, SVGA_OTABLE } from '@cg/svga-protocol';
import type { DisplayMode } from '../screen/display-mode.js';
import { Displays } from '../screen/displays.js';
import { FRAMEBUFFER_ID } from '../screen/shown-screen.js';
import type { ShownScreen } from '../screen/shown-screen.js';
import { Framebuffer } from '../screen/framebuffer.js';
import { Pointer } from '../screen/pointer.js';
import type { ScreenTarget } from '../screen/screen-target.js';
import { Counters } from '../statistics.js';
import { drawingRenderer } from '../renderer/renderer.js';
import type { DrawingRenderer, Renderer } from '../renderer/renderer.js';
import type { SvgaEvent } from '../svga-event.js';
import type { CoTable } from './co-table.js';
import type { Context, DxContext, Shader } from './contexts.js';
import { HostImages } from './host-images.js';
import { ImageMemory } from './image-memory.js';
import { ImageStore } from './image-store.js';
import { ObjectTables } from './object-tables.js';
import type { Surface } from './surface.js';
import { ObjectMap } from './object-map.js';
import { COST, WorkBudget } from './work-budget.js';

/** What commands access outside the objects. */
export interface DeviceSurroundings {
  readonly memory: GuestMemory;
  readonly fences: Fences;
  /** BAR1. */
  vram(): Uint8Array;
  /** The registers from SVGA_PALETTE_BASE on. */
  palette(): Uint32Array;
  /** What the registers say about screens. */
  display(): DisplayState;
  readonly events: EventStream<SvgaEvent>;
  readonly renderer: Renderer | undefined;
}

/** What the registers say about screens. */
interface DisplayState {
  /** SVGA_REG_ENABLE: enabled, and not hidden behind the VGA. */
  readonly isShown: boolean;
  /** The mode of the legacy framebuffer; undefined if it does not fit into VRAM. */
  readonly mode: DisplayMode | undefined;
}

/** Everything that commands operate on. */
export class DeviceObjects {
  readonly cursor: BackingCursor;
  readonly transfer = new BoxTransfer();
  readonly tables: ObjectTables;
  readonly mobs = new ObjectMap<GuestBacking>();
  readonly surfaces = new ObjectMap<Surface>();
  readonly contexts = new Map<number, Context>();
  readonly dxContexts = new Map<number, DxContext>();
  readonly shaders = new Map<number, Shader>();
  readonly screens = new Map<number, ScreenTarget>();
  readonly regions = new Map<number, GuestRegion>();
  readonly framebuffer = new Framebuffer();
  readonly pointer = new Pointer();
  readonly displays: Displays;
  readonly images: ImageMemory;
  readonly store: ImageStore;
  readonly hostImages: HostImages;
  readonly budget: WorkBudget;
  readonly counters: Counters;
  /** The renderer, if it draws. */
  readonly drawing: DrawingRenderer | undefined;
  /** The id of the current commands' DX context; undefined if their header names none. */
  dxContextId: number | undefined;

  constructor(
    readonly surroundings: DeviceSurroundings,
    readonly limits: DeviceLimits,
  ) {
    this.displays = new Displays(surroundings.events, this.pointer, () => this.#shownScreens());
    this.drawing = limits.dx ? drawingRenderer(surroundings.renderer) : undefined;
    this.cursor = new BackingCursor(surroundings.memory);
    this.tables = new ObjectTables(this.cursor);
    this.images = new ImageMemory(limits.maxImageBytes);
    this.budget = new WorkBudget(limits.maxWorkBytes);
    this.counters = new Counters(this.budget);
    const parts = {
      guest: surroundings.memory,
      mobs: this.mobs,
      memory: this.images,
      budget: this.budget,
      counters: this.counters,
      renderer: surroundings.renderer,
    };
    this.store = new ImageStore(parts);
    this.hostImages = new HostImages(parts);
  }

  get renderer(): Renderer | undefined {
    return this.surroundings.renderer;
  }

  get memory(): GuestMemory {
    return this.surroundings.memory;
  }

  /** @throws SvgaDeviceError ENOENT */
  mob(id: number): GuestBacking {
    return this.mobs.get(id) ?? missing('MOB', { mobid: id });
  }

  /** @throws SvgaDeviceError ENOENT */
  surface(id: number): Surface {
    return this.surfaces.get(id) ?? missing('surface', { sid: id });
  }

  /** @throws SvgaDeviceError ENOENT */
  screen(id: number): ScreenTarget {
    return this.screens.get(id) ?? missing('screen target', { stid: id });
  }

  /** @throws SvgaDeviceError ENOENT */
  dxContext(id: number): DxContext {
    return this.dxContexts.get(id) ?? missing('DX context', { cid: id });
  }

  /**
   * The current commands' DX context.
   * @throws SvgaDeviceError EINVAL if they have none, ENOENT
   */
  currentDxContext(): DxContext {
    if (this.dxContextId === undefined) {
      throw new SvgaDeviceError('EINVAL', 'command needs a DX context in its header');
    }
    return this.dxContext(this.dxContextId);
  }

  /**
   * A table of the current commands' DX context, to access its entries.
   * @throws SvgaDeviceError EINVAL if they have no DX context, ENOENT
   */
  coTable(type: number): CoTable {
    const table = this.currentDxContext().tables[type];
    this.budget.chargeEach(table.entryBytes, COST.ENTRY_BYTE);
    return table;
  }

  /** Drops what the renderer has of a query of the current commands' DX context, if the table is that of queries. */
  forgetQuery(coTable: number, id: number): void {
    if (coTable === SVGA_COTABLE.DXQUERY) {
      this.currentDxContext().queries?.forget(id);
    }
  }

  /** Number of objects of a type. */
  count(type: number): number {
    return this.#objectsOf(type)?.size ?? 0;
  }

  #objectsOf(type: number): ReadonlyMap<number, unknown> | undefined {
    switch (type) {
      case SVGA_OTABLE.MOB:
        return this.mobs;
      case SVGA_OTABLE.SURFACE:
        return this.surfaces;
      case SVGA_OTABLE.CONTEXT:
        return this.contexts;
      case SVGA_OTABLE.SHADER:
        return this.shaders;
      case SVGA_OTABLE.SCREENTARGET:
        return this.screens;
      case SVGA_OTABLE.DXCONTEXT:
        return this.dxContexts;
    }
    return undefined;
  }

  /** Drops the objects of a type from the id `first` on. */
  dropObjects(type: number, first: number): void {
    switch (type) {
      case SVGA_OTABLE.MOB:
        return dropFrom(this.mobs, first);
      case SVGA_OTABLE.SURFACE:
        return dropFrom(this.surfaces, first, (surface) => this.store.drop(surface));
      case SVGA_OTABLE.CONTEXT:
        return dropFrom(this.contexts, first);
      case SVGA_OTABLE.SHADER:
        return dropFrom(this.shaders, first);
      case SVGA_OTABLE.SCREENTARGET:
        dropFrom(this.screens, first, (screen) => this.dropScreen(screen));
        return this.showScreens();
      case SVGA_OTABLE.DXCONTEXT:
        return dropFrom(this.dxContexts, first, (context) => context.drop(this.images));
    }
  }

  /** Drops what there is of a destroyed screen. */
  dropScreen(screen: ScreenTarget): void {
    screen.drop(this.images);
    this.renderer?.screens?.dropped(screen);
  }

  /**
   * Shows what registers and screen targets say now: after each change of these. The legacy framebuffer is a screen
   * while there is no other.
   */
  showScreens(): void {
    this.#setMode();
    this.displays.screensChanged();
  }

  /** The same after a restore: tells of all of it. */
  showRestored(): void {
    this.#setMode();
    this.displays.restored();
  }

  #setMode(): void {
    const { isShown, mode } = this.surroundings.display();
    this.framebuffer.setMode(isShown && this.screens.size === 0 ? mode : undefined, this.images);
  }

  #shownScreens(): readonly ShownScreen[] {
    if (!this.surroundings.display().isShown) {
      return [];
    }
    const { mode } = this.framebuffer;
    if (mode !== undefined) {
      const { width, height } = mode;
      return [{ screenTargetId: FRAMEBUFFER_ID, width, height, xRoot: 0, yRoot: 0 }];
    }
    const targets = [...this.screens.values()].toSorted((a, b) => a.definition.stid - b.definition.stid);
    return targets.map(({ definition: { stid, width, height, xRoot, yRoot } }) => {
      return { screenTargetId: stid, width, height, xRoot, yRoot };
    });
  }

  /** Replaces its objects and tables by those of another, which is then unusable. */
  replaceBy(other: DeviceObjects): void {
    this.screens.forEach((screen) => screen.drop(this.images));
    replace(this.mobs, other.mobs);
    replace(this.surfaces, other.surfaces);
    replace(this.contexts, other.contexts);
    replace(this.dxContexts, other.dxContexts);
    replace(this.shaders, other.shaders);
    replace(this.screens, other.screens);
    replace(this.regions, other.regions);
    for (const type of Object.values(SVGA_OTABLE)) {
      this.tables.set(type, other.tables.backing(type));
    }
    this.framebuffer.takeFrom(other.framebuffer, this.images);
    this.pointer.restore(other.pointer.saved());
    this.images.replaceBy(other.images);
  }

  /** Drops every object and every table. */
  reset(): void {
    for (const type of Object.values(SVGA_OTABLE)) {
      this.dropObjects(type, 0);
    }
    this.regions.clear();
    this.pointer.reset();
    this.tables.reset();
    this.showScreens();
    this.displays.pointerChanged();
  }
}

function missing(what: string, values: Readonly<Record<string, number>>): never {
  throw new SvgaDeviceError('ENOENT', `no such ${what}`, values);
}

function replace<T>(objects: Map<number, T>, others: ReadonlyMap<number, T>): void {
  objects.clear();
  for (const [id, object] of others) {
    objects.set(id, object);
  }
}

function dropFrom<T>(objects: Map<number, T>, first: number, drop?: (object: T) => void): void {
  for (const [id, object] of objects) {
    if (id >= first) {
      drop?.(object);
      objects.delete(id);
    }
  }
}
