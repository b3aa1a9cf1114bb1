import { SvgaDeviceError } from '../errors.js';
import { BackingCursor } from '../memory/backing-cursor.js';
import type { BoxTransfer } from '../memory/box-transfer.js';
import type { GuestBacking } from '../memory/guest-backing.js';
import type { ImageParts } from './image-parts.js';
import type { Surface } from './surface.js';

/** Moves bytes between images and MOBs, charged as work. Transfers are set to what is moved. */
export class MobTransfers {
  readonly #parts: ImageParts;
  /** Its own: a command may be in the middle of a transfer with the shared cursor. */
  readonly #cursor: BackingCursor;

  constructor(parts: ImageParts) {
    this.#parts = parts;
    this.#cursor = new BackingCursor(parts.guest);
  }

  /** The host may have moved its memory. */
  forgetViews(): void {
    this.#cursor.forgetViews();
  }

  /** @throws SvgaDeviceError ENOENT */
  mobOf({ mobId }: Surface): GuestBacking {
    const mob = this.#parts.mobs.get(mobId);
    if (mob === undefined) {
      throw new SvgaDeviceError('ENOENT', 'no such MOB', { mobid: mobId });
    }
    return mob;
  }

  /** @throws SvgaDeviceError E2BIG; EFAULT at a bad page list, after some bytes have moved */
  moveIn(mob: GuestBacking, transfer: BoxTransfer, image: Uint8Array): void {
    const { budget, counters } = this.#parts;
    budget.charge(transfer.bytes, transfer.runs);
    transfer.move(this.#cursor.aim(mob), image, false);
    counters.bytesUploaded += transfer.bytes;
  }

  /** Throws as `moveIn`. */
  moveOut(mob: GuestBacking, transfer: BoxTransfer, image: Uint8Array): void {
    const { budget, counters } = this.#parts;
    budget.charge(transfer.bytes, transfer.runs);
    transfer.move(this.#cursor.aim(mob), image, true);
    counters.bytesReadBack += transfer.bytes;
  }

  /** Without an image there is nothing to clear. @throws SvgaDeviceError E2BIG */
  clear({ ownImage }: Surface, transfer: BoxTransfer): void {
    this.#parts.budget.charge(transfer.bytes, transfer.runs);
    if (ownImage !== undefined) {
      transfer.clear(ownImage);
    }
  }
}
