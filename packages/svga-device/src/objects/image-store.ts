import { BoxTransfer } from '../memory/box-transfer.js';
import type { SurfaceBox } from '@cg/surface-layout';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { ImageMemory } from './image-memory.js';
import type { ImageParts } from './image-parts.js';
import { MobTransfers } from './mob-transfers.js';
import type { Surface } from './surface.js';
import { CommandWait } from '../renderer/command-wait.js';
import { CONTENT, fetchedState, isNewerThanMob, isWithRenderer } from './surface-content.js';
import type { ContentState } from './surface-content.js';
import { COST } from './work-budget.js';

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
  readonly #parts: ImageParts;
  readonly #memory: ImageMemory;
  readonly #mobs: MobTransfers;
  /** Its own: a command may be in the middle of a transfer with the shared one. */
  readonly #transfer = new BoxTransfer();

  constructor(parts: ImageParts) {
    this.#parts = parts;
    this.#memory = parts.memory;
    this.#mobs = new MobTransfers(parts);
  }

  /** The host may have moved its memory. */
  forgetViews(): void {
    this.#mobs.forgetViews();
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
    } else if (isWithRenderer(state)) {
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
    } else if (content.mayBeWithRenderer) {
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
   * @param box the command writes all of it, nothing else, and cannot fail any more: what the renderer has around it
   *   stays there. Commands that write several boxes, slices or some of the bits have none: it is read back for them
   * @throws as `forReading`
   */
  forWriting(surface: Surface, subresource: number, isWhole: boolean, box?: SurfaceBox): Uint8Array {
    if (!isWhole && box !== undefined && this.#rendererTakes(surface, subresource, box)) {
      const image = this.image(surface);
      this.#set(surface, subresource, CONTENT.RENDERED);
      this.#parts.renderer?.imageWritten(surface, subresource, box);
      return image;
    }
    const image = isWhole ? this.image(surface) : this.forReading(surface, subresource);
    this.#set(surface, subresource, CONTENT.NEWER);
    this.#parts.renderer?.imageWritten(surface, subresource);
    return image;
  }

  /** Whether the renderer has the content, and a box of the device's bytes can join it: nothing is read back. */
  #rendererTakes(surface: Surface, subresource: number, box: SurfaceBox): boolean {
    const isThere = isWithRenderer(surface.content.of(subresource));
    return isThere && this.#parts.renderer?.takesBox?.(surface, subresource, box) === true;
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
    const { content } = surface;
    let answer: PromiseLike<void> | undefined;
    for (let each = 0; content.mayBeWithRenderer && each < content.count; each++) {
      if (isWithRenderer(content.of(each)) && reads?.(each) !== false) {
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
    const mob = this.#mobs.mobOf(surface);
    transfer.checkFits(mob);
    const state = content.of(subresource);
    const isWhole =
      state !== CONTENT.VALID && transfer.bytes === layout.mipOf(subresource).bytes * layout.samples;
    // What the renderer has around the box stays there: the box changes neither state.
    const joins =
      !isWhole && isWithRenderer(state) && this.#rendererTakes(surface, subresource, transfer.box);
    const image = isWhole || joins ? this.image(surface) : this.forReading(surface, subresource);
    if (state === CONTENT.NONE) {
      // First, because a bad page list ends the transfer after some bytes have moved.
      this.#set(surface, subresource, CONTENT.VALID);
    }
    if (this.#parts.renderer === undefined) {
      this.#mobs.moveIn(mob, transfer, image);
    } else {
      this.#moveInTold(surface, transfer, image, subresource);
    }
    if (isWhole) {
      this.#set(surface, subresource, CONTENT.VALID);
    }
    const all = isWhole || state === CONTENT.NONE;
    this.#parts.renderer?.imageWritten(surface, subresource, all ? undefined : transfer.box);
  }

  /**
   * Moves bytes of one subresource in, or of all. A bad page list ends that after some, which count: among what the
   * renderer has, too, which is fetched for that.
   */
  #moveInTold(surface: Surface, transfer: BoxTransfer, image: Uint8Array, only?: number): void {
    const mob = this.#mobs.mobOf(surface);
    try {
      this.#mobs.moveIn(mob, transfer, image);
    } catch (error) {
      const { count } = surface.content;
      const all = only === undefined ? Array.from({ length: count }, (_, i) => i) : [only];
      const there = all.filter((each) => isWithRenderer(surface.content.of(each)));
      there.forEach((each) => this.forReading(surface, each));
      this.#parts.renderer?.imageWritten(surface, only);
      if (there.length > 0) {
        this.#mobs.moveIn(mob, transfer, image);
      }
      throw error;
    }
  }

  /** Loads all of a surface from its MOB; throws as `update`. */
  updateAll(surface: Surface): void {
    const mob = this.#mobs.mobOf(surface);
    this.#transfer.setAll(surface.layout);
    this.#transfer.checkFits(mob);
    this.#moveInTold(surface, this.#transfer, this.image(surface));
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
    const mob = this.#mobs.mobOf(surface);
    transfer.checkFits(mob);
    if (!isNewerThanMob(surface.content.of(subresource))) {
      return false;
    }
    this.#mobs.moveOut(mob, transfer, this.forReading(surface, subresource));
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
    const mob = this.#mobs.mobOf(surface);
    this.#transfer.setAll(layout);
    this.#transfer.checkFits(mob);
    if (content.common === CONTENT.NEWER) {
      this.#mobs.moveOut(mob, this.#transfer, this.image(surface));
      content.setAll(CONTENT.VALID, this.#memory);
    } else if (content.common === undefined || content.common === CONTENT.RENDERED) {
      this.#parts.budget.chargeEach(content.count, COST.LOOK);
      this.awaitRendered(surface, (subresource) => isNewerThanMob(content.of(subresource)));
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
    this.#mobs.clear(surface, this.#transfer);
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
    if (this.#rendererTakes(surface, subresource, transfer.box)) {
      this.image(surface);
    } else if (state === CONTENT.PENDING || isWithRenderer(state)) {
      this.forReading(surface, subresource);
    }
    this.#mobs.clear(surface, transfer);
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

  /** Fetches the renderer's content into the image. @throws CommandWait */
  #fetch(surface: Surface, subresource: number): void {
    const answer = this.#parts.renderer?.imageNeeded(surface, subresource);
    if (answer !== undefined) {
      throw new CommandWait(answer);
    }
    this.#set(surface, subresource, fetchedState(surface.content.of(subresource)));
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
    this.#mobs.moveIn(mob, this.#transfer, image);
    this.#set(surface, subresource, CONTENT.VALID);
    this.#parts.renderer?.imageWritten(surface, subresource);
  }

  #loadAll(surface: Surface, image: Uint8Array): void {
    const mob = this.#parts.mobs.get(surface.mobId);
    this.#transfer.setAll(surface.layout);
    if (mob === undefined) {
      this.#mobs.clear(surface, this.#transfer);
      surface.content.setAll(CONTENT.NONE, this.#memory);
    } else {
      this.#transfer.checkFits(mob);
      this.#mobs.moveIn(mob, this.#transfer, image);
      surface.content.setAll(CONTENT.VALID, this.#memory);
    }
    this.#parts.renderer?.imageWritten(surface);
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
