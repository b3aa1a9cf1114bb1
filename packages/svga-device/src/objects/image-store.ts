import { SvgaDeviceError } from '../errors.js';
import { BackingCursor } from '../memory/backing-cursor.js';
import { BoxTransfer } from '../memory/box-transfer.js';
import type { GuestBacking } from '../memory/guest-backing.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { Counters } from '../statistics.js';
import type { ImageMemory } from './image-memory.js';
import type { Surface } from './surface.js';
import { CommandWait } from '../renderer/command-wait.js';
import type { Renderer } from '../renderer/renderer.js';
import { CONTENT, isNewerThanMob } from './surface-content.js';
import type { ContentState } from './surface-content.js';
import { COST } from './work-budget.js';
import type { WorkBudget } from './work-budget.js';

/** Parts of the device that the store uses. */
export interface ImageStoreParts {
  readonly guest: GuestMemory;
  readonly mobs: ReadonlyMap<number, GuestBacking>;
  readonly memory: ImageMemory;
  readonly budget: WorkBudget;
  readonly counters: Counters;
  readonly renderer: Renderer | undefined;
}

/**
 * The images of surfaces, and the only place that decides where the content of a subresource comes from and goes to
 * (rule 9). A command requests an image here before it reads or writes it, once all its operands are checked: pending
 * content is then loaded from the surface's MOB, and charged as an update is. Content that only the renderer has is
 * requested from it; if it has to be waited for, CommandWait is thrown. So a command requests everything that it
 * reads before it makes a change that is not repeatable.
 *
 * Images begin as zeros, and NONE content is zeros in them. Pending content needs no image; valid content without one
 * is zeros.
 */
export class ImageStore {
  readonly #parts: ImageStoreParts;
  readonly #memory: ImageMemory;
  /** Its own: a command may be in the middle of a transfer with the shared cursor and box transfer. */
  readonly #cursor: BackingCursor;
  readonly #transfer = new BoxTransfer();

  constructor(parts: ImageStoreParts) {
    this.#parts = parts;
    this.#memory = parts.memory;
    this.#cursor = new BackingCursor(parts.guest);
  }

  /** The host may have moved its memory. */
  forgetViews(): void {
    this.#cursor.forgetViews();
  }

  /**
   * The image, with any content; allocating it counts as work.
   * @throws SvgaDeviceError ENOMEM, E2BIG
   */
  image(surface: Surface): Uint8Array {
    if (surface.ownImage === undefined && !surface.isFreed) {
      this.#parts.budget.chargeEach(surface.layout.bytes, COST.FRESH_BYTE);
    }
    return surface.image(this.#memory);
  }

  /**
   * The image, for a command that reads a subresource of it (rule 9.2).
   * @throws SvgaDeviceError ENOMEM, E2BIG; EFAULT if pending content is unreadable: it stays pending
   * @throws CommandWait if the renderer has the newest content
   */
  forReading(surface: Surface, subresource: number): Uint8Array {
    const image = this.image(surface);
    const state = surface.content.of(subresource);
    if (state === CONTENT.PENDING) {
      this.#load(surface, subresource, image);
    } else if (state === CONTENT.RENDERED) {
      this.#fetch(surface, subresource);
    }
    return image;
  }

  /** As `forReading`, for every subresource. */
  forReadingAll(surface: Surface): Uint8Array {
    const { content } = surface;
    const image = this.image(surface);
    if (content.common === CONTENT.PENDING) {
      this.#loadAll(surface, image);
    } else if (content.common === undefined || content.common === CONTENT.RENDERED) {
      this.#parts.budget.chargeEach(content.count, COST.LOOK);
      this.awaitRendered(surface);
      for (let subresource = 0; subresource < content.count; subresource++) {
        this.forReading(surface, subresource);
      }
    }
    return image;
  }

  /**
   * The image, for a command that writes a subresource of it, which is NEWER from then on.
   * @param isWhole the command writes every byte of it: then nothing is loaded
   * @throws as `forReading`
   */
  forWriting(surface: Surface, subresource: number, isWhole: boolean): Uint8Array {
    const image = isWhole ? this.image(surface) : this.forReading(surface, subresource);
    this.#set(surface, subresource, CONTENT.NEWER);
    this.#parts.renderer?.imageWritten(surface, subresource);
    return image;
  }

  /** The image, for a command that writes every byte of it. */
  forWritingAll(surface: Surface): Uint8Array {
    const image = this.image(surface);
    surface.content.setAll(CONTENT.NEWER, this.#memory);
    this.#parts.renderer?.imageWritten(surface);
    return image;
  }

  /**
   * Makes a subresource ready for the renderer, which is about to read or write it: loads pending content.
   * @param isWhole the renderer writes all of it: then nothing is loaded
   * @throws as `forReading`
   */
  forRenderer(surface: Surface, subresource: number, isWhole: boolean): void {
    if (!isWhole && surface.content.of(subresource) === CONTENT.PENDING) {
      this.#load(surface, subresource, this.image(surface));
    } else if (!surface.isFreed) {
      this.image(surface);
    }
  }

  /** The renderer has written a subresource: its image is the newest. */
  rendered(surface: Surface, subresource: number): void {
    this.#set(surface, subresource, CONTENT.RENDERED);
  }

  /**
   * Requests what only the renderer has: a command that reads several subresources waits before it changes anything.
   * @param reads whether the command reads a subresource; all if absent
   * @throws CommandWait
   */
  awaitRendered(surface: Surface, reads?: (subresource: number) => boolean): void {
    const { common, count } = surface.content;
    let answer: PromiseLike<void> | undefined;
    for (let each = 0; (common ?? CONTENT.RENDERED) === CONTENT.RENDERED && each < count; each++) {
      if (surface.content.of(each) === CONTENT.RENDERED && reads?.(each) !== false) {
        this.image(surface);
        // All are requested before the first is waited for.
        const needed = this.#parts.renderer?.imageNeeded(surface, each);
        answer ??= needed;
      }
    }
    if (answer !== undefined) {
      throw new CommandWait(answer);
    }
  }

  /**
   * Loads a box of a subresource from the surface's MOB, and the rest as well if it is pending.
   * @param transfer is set to the box by `setBox`
   * @throws SvgaDeviceError ENOENT without a MOB, and as `forReading`
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
      // First, because a bad page list ends the transfer after some bytes have moved.
      this.#set(surface, subresource, CONTENT.VALID);
    }
    this.#moveIn(mob, transfer, image);
    if (isWhole) {
      this.#set(surface, subresource, CONTENT.VALID);
    }
    const all = isWhole || state === CONTENT.NONE;
    this.#parts.renderer?.imageWritten(surface, subresource, all ? undefined : transfer.box);
  }

  /** Loads all of a surface from its MOB; throws as `update`. */
  updateAll(surface: Surface): void {
    const mob = this.#mobOf(surface);
    this.#transfer.setAll(surface.layout);
    this.#transfer.checkFits(mob);
    this.#moveIn(mob, this.#transfer, this.image(surface));
    surface.content.setAll(CONTENT.VALID, this.#memory);
    this.#parts.renderer?.imageWritten(surface);
  }

  /**
   * Writes a box of a subresource to the surface's MOB if it is newer, and nothing otherwise (rule 9.3).
   * @param transfer is set to the box
   * @returns whether anything was written
   * @throws SvgaDeviceError ENOENT without a MOB, EFAULT if the MOB is too small or unmapped, E2BIG, ENOMEM
   */
  readBack(surface: Surface, subresource: number, transfer: BoxTransfer): boolean {
    const mob = this.#mobOf(surface);
    transfer.checkFits(mob);
    if (!isNewerThanMob(surface.content.of(subresource))) {
      return false;
    }
    this.#moveOut(mob, transfer, this.forReading(surface, subresource));
    return true;
  }

  /** Writes a subresource to the surface's MOB, as `readBack`; guest and device are then in sync. */
  readBackWhole(surface: Surface, subresource: number): void {
    this.#transfer.setWholeMip(surface.layout, subresource);
    if (this.readBack(surface, subresource, this.#transfer)) {
      this.#set(surface, subresource, CONTENT.VALID);
    }
  }

  /** As `readBackWhole`, for every subresource. */
  readBackAll(surface: Surface): void {
    const { content, layout } = surface;
    const mob = this.#mobOf(surface);
    this.#transfer.setAll(layout);
    this.#transfer.checkFits(mob);
    if (content.common === CONTENT.NEWER) {
      this.#moveOut(mob, this.#transfer, this.image(surface));
      content.setAll(CONTENT.VALID, this.#memory);
    } else if (content.common === undefined || content.common === CONTENT.RENDERED) {
      this.#parts.budget.chargeEach(content.count, COST.LOOK);
      this.awaitRendered(surface);
      for (let subresource = 0; subresource < content.count; subresource++) {
        if (isNewerThanMob(content.of(subresource))) {
          this.readBackWhole(surface, subresource);
        }
      }
    }
  }

  /**
   * The guest permits losing a subresource's content. It is always lost, which exposes drivers that still need it.
   * @throws SvgaDeviceError E2BIG, ENOMEM; SurfaceLayoutError EINVAL if the surface has no such subresource
   */
  invalidate(surface: Surface, subresource: number): void {
    this.#transfer.setWholeMip(surface.layout, subresource);
    this.#clear(surface, this.#transfer);
    this.#set(surface, subresource, CONTENT.NONE);
    this.#parts.renderer?.imageWritten(surface, subresource);
  }

  /** As `invalidate`, for every subresource: drops the image. */
  invalidateAll(surface: Surface): void {
    this.zero(surface, CONTENT.NONE);
  }

  /**
   * As `invalidate`, for a box; the rest of the subresource stays, and is loaded if it was pending.
   * @param transfer is set to the box
   * @throws as `forReading`
   */
  invalidateBox(surface: Surface, subresource: number, transfer: BoxTransfer): void {
    const state = surface.content.of(subresource);
    if (state === CONTENT.PENDING || state === CONTENT.RENDERED) {
      this.forReading(surface, subresource);
    }
    this.#clear(surface, transfer);
    this.#parts.renderer?.imageWritten(surface, subresource, transfer.box);
  }

  /** Sets the content to zeros. @param state NEWER if the device writes them, VALID if the MOB has them */
  zero(surface: Surface, state: ContentState): void {
    surface.dropImage(this.#memory);
    surface.content.setAll(state, this.#memory);
    this.#parts.renderer?.imageWritten(surface);
  }

  /**
   * Binds a surface (rule 9.1). With a MOB, NONE content becomes pending; without one, content that is not newer is
   * lost.
   * @param writeEntry writes the object table; if it throws, nothing has changed
   * @throws SvgaDeviceError E2BIG, and as `writeEntry`
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

  /** Drops a destroyed surface. */
  drop(surface: Surface): void {
    surface.dropImage(this.#memory);
    surface.content.drop(this.#memory);
    this.#parts.renderer?.surfaceDropped(surface);
  }

  /** @throws SvgaDeviceError E2BIG, ENOMEM: once states differ, each subresource has its own */
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

  /** Fetches the renderer's content into the image; it stays newer than the MOB. @throws CommandWait */
  #fetch(surface: Surface, subresource: number): void {
    const answer = this.#parts.renderer?.imageNeeded(surface, subresource);
    if (answer !== undefined) {
      throw new CommandWait(answer);
    }
    this.#set(surface, subresource, CONTENT.NEWER);
  }

  /** Loads pending content; if the MOB is destroyed, it becomes NONE. */
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
    this.#parts.renderer?.imageWritten(surface, subresource);
  }

  #loadAll(surface: Surface, image: Uint8Array): void {
    const mob = this.#parts.mobs.get(surface.mobId);
    this.#transfer.setAll(surface.layout);
    if (mob === undefined) {
      this.#clear(surface, this.#transfer);
      surface.content.setAll(CONTENT.NONE, this.#memory);
    } else {
      this.#transfer.checkFits(mob);
      this.#moveIn(mob, this.#transfer, image);
      surface.content.setAll(CONTENT.VALID, this.#memory);
    }
    this.#parts.renderer?.imageWritten(surface);
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

  /** For a surface that is unbound; `bind` has charged for it. */
  #loseAllButNewer(surface: Surface): void {
    const { content, layout, ownImage } = surface;
    if (content.common !== undefined) {
      return isNewerThanMob(content.common) ? undefined : this.invalidateAll(surface);
    }
    for (let subresource = 0; subresource < content.count; subresource++) {
      if (!isNewerThanMob(content.of(subresource))) {
        if (ownImage !== undefined) {
          this.#transfer.setWholeMip(layout, subresource);
          this.#transfer.clear(ownImage);
        }
        content.set(subresource, CONTENT.NONE, this.#memory);
        this.#parts.renderer?.imageWritten(surface, subresource);
      }
    }
  }
}
