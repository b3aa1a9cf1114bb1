import { SvgaDeviceError } from '../errors.js';
import { BackingCursor } from '../memory/backing-cursor.js';
import { BoxTransfer } from '../memory/box-transfer.js';
import { drawingRenderer } from '../renderer/renderer.js';
import type { ScreenTarget } from '../screen/screen-target.js';
import type { ImageParts } from './image-parts.js';
import type { Surface } from './surface.js';
import { CONTENT, isWithRenderer } from './surface-content.js';

/** What the host may look at. */
interface Shown {
  readonly surfaces: ReadonlyMap<number, Surface>;
  readonly screens: ReadonlyMap<number, ScreenTarget>;
}

/** The host's view of images, as a command would find them now. It changes no content state, and charges no work. */
export class HostImages {
  readonly #parts: ImageParts;
  readonly #cursor: BackingCursor;
  readonly #transfer = new BoxTransfer();

  constructor(parts: ImageParts) {
    this.#parts = parts;
    this.#cursor = new BackingCursor(parts.guest);
  }

  /**
   * The image of a surface. Pending content is shown as memory holds it and stays pending; unreadable content shows
   * as zeros.
   * @param subresource only this one is brought up to date; otherwise all are
   * @throws SvgaDeviceError ENOMEM; EBUSY if the renderer has newer content and has to be waited for
   */
  at(surface: Surface, subresource?: number): Uint8Array {
    const image = surface.image(this.#parts.memory);
    this.#cursor.forgetViews();
    if (subresource !== undefined) {
      this.#show(surface, subresource, image);
    } else if (surface.content.common === CONTENT.PENDING) {
      this.#transfer.setAll(surface.layout);
      this.#showPending(surface, image);
    } else if (surface.content.mayBeWithRenderer) {
      for (let each = 0; each < surface.content.count; each++) {
        this.#show(surface, each, image);
      }
    }
    return image;
  }

  /** The first sample sheet of a subresource; undefined if the surface has no such subresource. Throws as `at`. */
  subresource(surface: Surface, subresource: number): Uint8Array | undefined {
    const { layout } = surface;
    if (!(Number.isInteger(subresource) && subresource >= 0 && subresource < layout.subresourceCount)) {
      return undefined;
    }
    const start = layout.offsetOf(subresource);
    return this.at(surface, subresource).subarray(start, start + layout.mipOf(subresource).bytes);
  }

  /**
   * The image as it is, if there is one, with the renderer's changes; `streamedBytes` is then up to date, too.
   * @throws SvgaDeviceError EBUSY
   */
  rendered(surface: Surface): Uint8Array | undefined {
    if (this.#streamNeeded(surface) !== undefined) {
      throw newerContent(surface, 0);
    }
    for (let each = 0; this.#parts.renderer !== undefined && each < surface.content.count; each++) {
      if (isWithRenderer(surface.content.of(each))) {
        this.#show(surface, each, surface.image(this.#parts.memory));
      }
    }
    return surface.ownImage;
  }

  /**
   * The pixels of a screen as they are, if there are any, with the renderer's updates.
   * @throws SvgaDeviceError EBUSY
   */
  pixels(screen: ScreenTarget): Uint8Array | undefined {
    if (this.#pixelsNeeded(screen) !== undefined) {
      throw new SvgaDeviceError('EBUSY', 'the renderer has newer content', { stid: screen.definition.stid });
    }
    return screen.pixels.own;
  }

  #pixelsNeeded(screen: ScreenTarget): PromiseLike<void> | undefined {
    if (!screen.isRendered) {
      return undefined;
    }
    screen.pixels.bytes(this.#parts.memory);
    return this.#parts.renderer?.screens?.pixelsNeeded(screen);
  }

  /**
   * The renderer's answer to wait for, so that everything of each surface and each screen is complete; undefined if all
   * are.
   */
  awaited({ surfaces, screens }: Shown): PromiseLike<void> | undefined {
    const { renderer, memory } = this.#parts;
    if (renderer === undefined) {
      return undefined;
    }
    for (const surface of surfaces.values()) {
      const streamed = this.#streamNeeded(surface);
      if (streamed !== undefined) {
        return streamed;
      }
      const { content } = surface;
      for (let each = 0; each < content.count; each++) {
        if (isWithRenderer(content.of(each))) {
          surface.image(memory);
          const answer = renderer.imageNeeded(surface, each);
          if (answer !== undefined) {
            return answer;
          }
        }
      }
    }
    for (const screen of screens.values()) {
      const answer = this.#pixelsNeeded(screen);
      if (answer !== undefined) {
        return answer;
      }
    }
    return undefined;
  }

  #show(surface: Surface, subresource: number, image: Uint8Array): void {
    switch (surface.content.of(subresource)) {
      case CONTENT.PENDING:
        this.#transfer.setWholeMip(surface.layout, subresource);
        this.#showPending(surface, image);
        return;
      case CONTENT.RENDERED:
      case CONTENT.RESIDENT:
        if (this.#parts.renderer?.imageNeeded(surface, subresource) !== undefined) {
          throw newerContent(surface, subresource);
        }
    }
  }

  #streamNeeded(surface: Surface): PromiseLike<void> | undefined {
    return drawingRenderer(this.#parts.renderer)?.streamNeeded?.(surface);
  }

  /** Copies the box of `#transfer` into the image. */
  #showPending(surface: Surface, image: Uint8Array): void {
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

function newerContent({ definition: { sid } }: Surface, subresource: number): SvgaDeviceError {
  return new SvgaDeviceError('EBUSY', 'the renderer has newer content', { sid, subresource });
}
