import { SVGA_FIFO, SVGA_ID_INVALID } from '@cg/svga-protocol';
import type { CursorImage } from './cursor-image.js';

/** Position and image of the pointer, for the host. */
export interface PointerState {
  readonly visible: boolean;
  readonly x: number;
  readonly y: number;
  /** The screen that x and y are relative to; SVGA_ID_INVALID for the root of all. */
  readonly screenId: number;
  /** Undefined until the guest has defined one. */
  readonly image: CursorImage | undefined;
}

/** The state of a pointer in a snapshot. */
export interface SavedPointer {
  readonly x: number;
  readonly y: number;
  readonly on: number;
  readonly screenId: number;
  readonly mobId: number;
  readonly lastCount: number;
  readonly image: CursorImage | undefined;
  /** Values waiting for CURSOR4_SUBMIT. */
  readonly pending: readonly number[];
}

/**
 * The guest's mouse pointer. Its position is set in one of three ways: the CURSOR_* registers, the CURSOR4_*
 * registers (applied by CURSOR4_SUBMIT), or cursor bypass 3 in FIFO memory, detected by its counter.
 */
export class Pointer {
  image: CursorImage | undefined;
  /** SVGA_REG_CURSOR_X, _Y and _ON, or the values last set in another way. */
  x = 0;
  y = 0;
  on = 0;
  screenId: number = SVGA_ID_INVALID;
  /** The CURSOR4_* registers until they are submitted: x, y, on, screen. */
  readonly pending = new Uint32Array([0, 0, 0, SVGA_ID_INVALID]);
  /** SVGA_REG_CURSOR_MOBID. */
  mobId: number = SVGA_ID_INVALID;
  #lastCount = 0;

  /** CURSOR4_SUBMIT. */
  submit(): void {
    [this.x, this.y, this.on, this.screenId] = this.pending;
  }

  /** Applies cursor bypass 3 if its counter has changed. */
  pollFifo(fifo: Uint32Array): void {
    const count = fifo[SVGA_FIFO.CURSOR_COUNT];
    const hasRegisters = fifo[SVGA_FIFO.MIN] > 4 * SVGA_FIFO.CURSOR_SCREEN_ID;
    if (count === this.#lastCount || !hasRegisters) {
      return;
    }
    this.#lastCount = count;
    this.x = fifo[SVGA_FIFO.CURSOR_X];
    this.y = fifo[SVGA_FIFO.CURSOR_Y];
    this.on = fifo[SVGA_FIFO.CURSOR_ON];
    this.screenId = fifo[SVGA_FIFO.CURSOR_SCREEN_ID];
    fifo[SVGA_FIFO.CURSOR_LAST_UPDATED] = count;
  }

  /** The state for the host. Coordinates are signed. */
  state(): PointerState {
    const { x, y, on, screenId, image } = this;
    return { visible: (on & 1) !== 0, x: x | 0, y: y | 0, screenId, image };
  }

  /** The state for a snapshot. */
  saved(): SavedPointer {
    const { x, y, on, screenId, mobId, image } = this;
    return { x, y, on, screenId, mobId, lastCount: this.#lastCount, image, pending: [...this.pending] };
  }

  /** Restores the state of a snapshot. */
  restore({ lastCount, pending, ...saved }: SavedPointer): void {
    Object.assign(this, saved);
    this.pending.set(pending);
    this.#lastCount = lastCount;
  }

  reset(): void {
    this.image = undefined;
    this.x = 0;
    this.y = 0;
    this.on = 0;
    this.screenId = SVGA_ID_INVALID;
    this.pending.set([0, 0, 0, SVGA_ID_INVALID]);
    this.mobId = SVGA_ID_INVALID;
    this.#lastCount = 0;
  }
}
