import { SvgaDeviceError } from '../errors.js';
import { BackingCursor } from '../memory/backing-cursor.js';
import { BoxTransfer } from '../memory/box-transfer.js';
import type { GuestBacking } from '../memory/guest-backing.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { Counters } from '../statistics.js';
import type { ImageMemory } from './image-memory.js';
import type { Surface } from './surface.js';
import { CONTENT } from './surface-content.js';
import type { ContentState } from './surface-content.js';
import { COST } from './work-budget.js';
import type { WorkBudget } from './work-budget.js';

/** What the store works with. */
export interface ImageStoreParts {
  readonly guest: GuestMemory;
  readonly mobs: ReadonlyMap<number, GuestBacking>;
  readonly memory: ImageMemory;
  readonly budget: WorkBudget;
  readonly counters: Counters;
}

/**
 * The images of surfaces, and the only place that decides where the content of a subresource comes from and goes to
 * (rule 9). A command that is about to read or write an image asks for it here, once all it names is checked: what
 * is pending is then loaded from the surface's MOB, charged as an update is.
 *
 * Images begin as zeros, and what is NONE has zeros in them. Content that is pending needs no image; valid content
 * without one is zeros.
 */
export class ImageStore {
  readonly #parts: ImageStoreParts;
  readonly #memory: ImageMemory;
  /** Its own: a command may be in the middle of moving bytes with the cursor and transfer of all. */
  readonly #cursor: BackingCursor;
  readonly #transfer = new BoxTransfer();

  constructor(parts: ImageStoreParts) {
    this.#parts = parts;
    this.#memory = parts.memory;
    this.#cursor = new BackingCursor(parts.guest);
  }

  /** Begins a stream of commands: the host may have moved its memory. */
  forgetViews(): void {
    this.#cursor.forgetViews();
  }

  /**
   * The image, whatever is in it; making one counts as work.
   * @throws SvgaDeviceError ENOMEM, E2BIG
   */
  image(surface: Surface): Uint8Array {
    const own = surface.ownImage;
    if (own !== undefined) {
      return own;
    }
    this.#parts.budget.chargeEach(surface.layout.bytes, COST.FRESH_BYTE);
    return surface.image(this.#memory);
  }

  /**
   * The image, for a command that reads a subresource of it (rule 9.2).
   * @throws SvgaDeviceError ENOMEM, E2BIG; EFAULT where pending content cannot be had: it stays pending
   */
  forReading(surface: Surface, subresource: number): Uint8Array {
    const image = this.image(surface);
    if (surface.content.of(subresource) === CONTENT.PENDING) {
      this.#load(surface, subresource, image);
    }
    return image;
  }

  /** The same of every subresource. */
  forReadingAll(surface: Surface): Uint8Array {
    const { content } = surface;
    const image = this.image(surface);
    if (content.common === CONTENT.PENDING) {
      this.#loadAll(surface, image);
    } else if (content.common === undefined) {
      this.#parts.budget.chargeEach(content.count, COST.LOOK);
      for (let subresource = 0; subresource < content.count; subresource++) {
        this.forReading(surface, subresource);
      }
    }
    return image;
  }

  /**
   * The image, for a command that writes a subresource of it, which is newer than the MOB from then on.
   * @param isWhole the command writes every byte of it: then nothing is loaded
   * @throws as `forReading` does
   */
  forWriting(surface: Surface, subresource: number, isWhole: boolean): Uint8Array {
    const image = isWhole ? this.image(surface) : this.forReading(surface, subresource);
    this.#set(surface, subresource, CONTENT.NEWER);
    return image;
  }

  /** The image, for a command that writes every byte of it. */
  forWritingAll(surface: Surface): Uint8Array {
    const image = this.image(surface);
    surface.content.setAll(CONTENT.NEWER, this.#memory);
    return image;
  }

  /**
   * Takes a box of a subresource from the surface's MOB; of what is pending the rest as well.
   * @param transfer is set to the box
   * @throws SvgaDeviceError ENOENT without a MOB, and as `forReading` does
   */
  update(surface: Surface, subresource: number, transfer: BoxTransfer): void {
    const { content, layout } = surface;
    const mob = this.#mobOf(surface);
    transfer.checkFits(mob);
    const state = content.of(subresource);
    const isWhole =
      state !== CONTENT.VALID && transfer.bytes === layout.mipOf(subresource).bytes * layout.samples;
    const image = isWhole ? this.image(surface) : this.forReading(surface, subresource);
    if (state === CONTENT.NONE) {
      // First: where the page list ends the transfer early, what came before has moved.
      this.#set(surface, subresource, CONTENT.VALID);
    }
    this.#moveIn(mob, transfer, image);
    if (isWhole) {
      this.#set(surface, subresource, CONTENT.VALID);
    }
  }

  /** Takes all of a surface from its MOB; throws as `update` does. */
  updateAll(surface: Surface): void {
    const mob = this.#mobOf(surface);
    this.#transfer.setAll(surface.layout);
    this.#transfer.checkFits(mob);
    this.#moveIn(mob, this.#transfer, this.image(surface));
    surface.content.setAll(CONTENT.VALID, this.#memory);
  }

  /**
   * Gives a box of a subresource to the surface's MOB where it is newer, and nothing where it is not (rule 9.3).
   * @param transfer is set to the box
   * @returns whether there was something to give
   * @throws SvgaDeviceError ENOENT without a MOB, EFAULT where that cannot take it, E2BIG, ENOMEM
   */
  readBack(surface: Surface, subresource: number, transfer: BoxTransfer): boolean {
    const mob = this.#mobOf(surface);
    transfer.checkFits(mob);
    if (surface.content.of(subresource) !== CONTENT.NEWER) {
      return false;
    }
    this.#moveOut(mob, transfer, this.image(surface));
    return true;
  }

  /** Gives a subresource to the surface's MOB, as `readBack` does; guest and device then agree on it. */
  readBackWhole(surface: Surface, subresource: number): void {
    this.#transfer.setWholeMip(surface.layout, subresource);
    if (this.readBack(surface, subresource, this.#transfer)) {
      this.#set(surface, subresource, CONTENT.VALID);
    }
  }

  /** The same of every subresource. */
  readBackAll(surface: Surface): void {
    const { content, layout } = surface;
    const mob = this.#mobOf(surface);
    this.#transfer.setAll(layout);
    this.#transfer.checkFits(mob);
    if (content.common === CONTENT.NEWER) {
      this.#moveOut(mob, this.#transfer, this.image(surface));
      content.setAll(CONTENT.VALID, this.#memory);
    } else if (content.common === undefined) {
      this.#parts.budget.chargeEach(content.count, COST.LOOK);
      for (let subresource = 0; subresource < content.count; subresource++) {
        if (content.of(subresource) === CONTENT.NEWER) {
          this.readBackWhole(surface, subresource);
        }
      }
    }
  }

  /**
   * The guest says that the content of a subresource may be lost. Here it is, so that a driver that still needs it
   * is found out.
   * @throws SvgaDeviceError E2BIG, ENOMEM; SurfaceLayoutError EINVAL where the surface has no such subresource
   */
  invalidate(surface: Surface, subresource: number): void {
    this.#transfer.setWholeMip(surface.layout, subresource);
    this.#clear(surface, this.#transfer);
    this.#set(surface, subresource, CONTENT.NONE);
  }

  /** The same of every subresource: the image goes. */
  invalidateAll(surface: Surface): void {
    surface.dropImage(this.#memory);
    surface.content.setAll(CONTENT.NONE, this.#memory);
  }

  /**
   * The same of a box; the rest of the subresource stays, and is loaded where it was pending.
   * @param transfer is set to the box
   * @throws as `forReading` does
   */
  invalidateBox(surface: Surface, subresource: number, transfer: BoxTransfer): void {
    if (surface.content.of(subresource) === CONTENT.PENDING) {
      this.forReading(surface, subresource);
    }
    this.#clear(surface, transfer);
  }

  /** The content becomes zeros. @param state NEWER where the device writes them, VALID where the MOB has them */
  zero(surface: Surface, state: typeof CONTENT.NEWER | typeof CONTENT.VALID): void {
    surface.dropImage(this.#memory);
    surface.content.setAll(state, this.#memory);
  }

  /**
   * Binds a surface (rule 9.1): to a MOB, what was NONE is what that holds when it is used; to none, what is not
   * newer is lost.
   * @param writeEntry writes the object table; what it throws leaves all as it was
   * @throws SvgaDeviceError E2BIG, and what `writeEntry` throws
   */
  bind(surface: Surface, mobid: number, writeEntry: () => void): void {
    const { content } = surface;
    const isBound = mobid !== SVGA3D_INVALID_ID;
    if (content.common === undefined) {
      this.#parts.budget.charge(isBound ? content.count : surface.layout.bytes, content.count);
    }
    writeEntry();
    surface.mobId = mobid;
    if (!isBound) {
      this.#loseAllButNewer(surface);
    } else if (content.common === CONTENT.NONE) {
      content.setAll(CONTENT.PENDING, this.#memory);
    } else if (content.common === undefined) {
      for (let subresource = 0; subresource < content.count; subresource++) {
        if (content.of(subresource) === CONTENT.NONE) {
          content.set(subresource, CONTENT.PENDING, this.#memory);
        }
      }
    }
  }

  /**
   * The image as commands would find it now, for the host to look at: what is pending is shown as memory has it and
   * stays pending; where it cannot be had, zeros. Charged to nobody.
   * @param subresource one of them only; otherwise all
   * @throws SvgaDeviceError ENOMEM
   */
  look(surface: Surface, subresource?: number): Uint8Array {
    const image = surface.image(this.#memory);
    this.#cursor.forgetViews();
    if (subresource !== undefined) {
      this.#transfer.setWholeMip(surface.layout, subresource);
      this.#show(surface, subresource, image);
    } else if (surface.content.common === CONTENT.PENDING) {
      this.#transfer.setAll(surface.layout);
      this.#show(surface, 0, image);
    } else if (surface.content.common === undefined) {
      for (let each = 0; each < surface.content.count; each++) {
        this.#transfer.setWholeMip(surface.layout, each);
        this.#show(surface, each, image);
      }
    }
    return image;
  }

  /** The same of the first sample sheet of a subresource; undefined where the surface has none of this number. */
  lookAt(surface: Surface, subresource: number): Uint8Array | undefined {
    const { layout } = surface;
    if (!(Number.isInteger(subresource) && subresource >= 0 && subresource < layout.subresourceCount)) {
      return undefined;
    }
    const start = layout.offsetOf(subresource);
    return this.look(surface, subresource).subarray(start, start + layout.mipOf(subresource).bytes);
  }

  /** The surface is gone. */
  drop(surface: Surface): void {
    surface.dropImage(this.#memory);
    surface.content.drop(this.#memory);
  }

  /** @throws SvgaDeviceError E2BIG, ENOMEM: where states begin to differ, one is kept for each subresource */
  #set({ content }: Surface, subresource: number, state: ContentState): void {
    if (content.common !== undefined && content.common !== state && content.count > 1) {
      this.#parts.budget.chargeEach(content.count, COST.FRESH_BYTE);
    }
    content.set(subresource, state, this.#memory);
  }

  /** @throws SvgaDeviceError ENOENT */
  #mobOf({ mobId }: Surface): GuestBacking {
    const mob = this.#parts.mobs.get(mobId);
    if (mob === undefined) {
      throw new SvgaDeviceError('ENOENT', 'no such MOB', { mobid: mobId });
    }
    return mob;
  }

  /** Of a MOB that is gone nothing can come: what was to come from there is NONE. */
  #load(surface: Surface, subresource: number, image: Uint8Array): void {
    const mob = this.#parts.mobs.get(surface.mobId);
    if (mob === undefined) {
      this.invalidate(surface, subresource);
      return;
    }
    this.#transfer.setWholeMip(surface.layout, subresource);
    this.#transfer.checkFits(mob);
    this.#moveIn(mob, this.#transfer, image);
    this.#set(surface, subresource, CONTENT.VALID);
  }

  #loadAll(surface: Surface, image: Uint8Array): void {
    const mob = this.#parts.mobs.get(surface.mobId);
    this.#transfer.setAll(surface.layout);
    if (mob === undefined) {
      this.#clear(surface, this.#transfer);
      surface.content.setAll(CONTENT.NONE, this.#memory);
      return;
    }
    this.#transfer.checkFits(mob);
    this.#moveIn(mob, this.#transfer, image);
    surface.content.setAll(CONTENT.VALID, this.#memory);
  }

  #moveIn(mob: GuestBacking, transfer: BoxTransfer, image: Uint8Array): void {
    const { budget, counters } = this.#parts;
    budget.charge(transfer.bytes, transfer.runs);
    transfer.move(this.#cursor.aim(mob), image, false);
    counters.bytesUploaded += transfer.bytes;
  }

  #moveOut(mob: GuestBacking, transfer: BoxTransfer, image: Uint8Array): void {
    const { budget, counters } = this.#parts;
    budget.charge(transfer.bytes, transfer.runs);
    transfer.move(this.#cursor.aim(mob), image, true);
    counters.bytesReadBack += transfer.bytes;
  }

  #clear({ ownImage }: Surface, transfer: BoxTransfer): void {
    this.#parts.budget.charge(transfer.bytes, transfer.runs);
    if (ownImage !== undefined) {
      transfer.clear(ownImage);
    }
  }

  /** Of a surface that is bound to nothing; `bind` has charged for it. */
  #loseAllButNewer(surface: Surface): void {
    const { content, layout, ownImage } = surface;
    if (content.common !== undefined) {
      if (content.common !== CONTENT.NEWER) {
        this.invalidateAll(surface);
      }
      return;
    }
    for (let subresource = 0; subresource < content.count; subresource++) {
      if (content.of(subresource) !== CONTENT.NEWER) {
        if (ownImage !== undefined) {
          this.#transfer.setWholeMip(layout, subresource);
          this.#transfer.clear(ownImage);
        }
        content.set(subresource, CONTENT.NONE, this.#memory);
      }
    }
  }

  /** Brings what `#transfer` is set to into the image where it is pending. */
  #show(surface: Surface, subresource: number, image: Uint8Array): void {
    if (surface.content.of(subresource) !== CONTENT.PENDING) {
      return;
    }
    const mob = this.#parts.mobs.get(surface.mobId);
    try {
      if (mob !== undefined) {
        this.#transfer.checkFits(mob);
        this.#transfer.move(this.#cursor.aim(mob), image, false);
        return;
      }
    } catch (error) {
      if (!(error instanceof SvgaDeviceError)) {
        throw error;
      }
    }
    this.#transfer.clear(image);
  }
}
