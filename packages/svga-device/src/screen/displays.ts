import type { EventStream } from '@cg/collections';
import type { SvgaEvent } from '../svga-event.js';
import type { Pointer, PointerState } from './pointer.js';
import type { ShownScreen } from './shown-screen.js';

/**
 * What the device shows: its screens and the mouse pointer, as its events have told. Each method compares it with what
 * is so now.
 */
export class Displays {
  readonly #events: EventStream<SvgaEvent>;
  readonly #pointer: Pointer;
  readonly #screens: () => readonly ShownScreen[];
  #shown: readonly ShownScreen[] = [];
  #told: PointerState;

  /** @param screens the screens as of now, ascending */
  constructor(events: EventStream<SvgaEvent>, pointer: Pointer, screens: () => readonly ShownScreen[]) {
    this.#events = events;
    this.#pointer = pointer;
    this.#screens = screens;
    this.#told = pointer.state();
  }

  /** The screens, ascending. */
  get shown(): readonly ShownScreen[] {
    return this.#shown;
  }

  /** Screens may have come, changed or gone. */
  screensChanged(): void {
    const before = this.#shown;
    const screens = this.#screens();
    this.#shown = screens;
    for (const { screenTargetId } of before) {
      if (find(screens, screenTargetId) === undefined) {
        this.#events.tell?.({ kind: 'screen-destroyed', screenTargetId });
      }
    }
    for (const screen of screens) {
      const old = find(before, screen.screenTargetId);
      if (old === undefined) {
        this.#events.tell?.({ kind: 'screen-defined', ...screen });
      } else if (old.width !== screen.width || old.height !== screen.height) {
        this.#events.tell?.({ kind: 'screen-resized', ...screen });
      }
    }
  }

  /** The pointer may have moved, appeared or vanished. */
  pointerChanged(): void {
    const { x, y, on, screenId } = this.#pointer;
    const told = this.#told;
    const isVisible = (on & 1) !== 0;
    if (
      told.x === (x | 0) &&
      told.y === (y | 0) &&
      told.visible === isVisible &&
      told.screenId === screenId
    ) {
      return;
    }
    this.#told = this.#pointer.state();
    this.#events.tell?.({ kind: 'pointer-moved', pointer: this.#told });
  }

  /** The pointer has a new image. */
  pointerDefined(): void {
    this.#events.tell?.({ kind: 'pointer-defined', pointer: this.#pointer.state() });
  }

  /** Everything may be another: tells of all of it. */
  restored(): void {
    this.#events.tell?.({ kind: 'restored' });
    this.#shown = [];
    this.screensChanged();
    for (const { screenTargetId, width, height } of this.#shown) {
      this.#events.tell?.({
        kind: 'screen-updated',
        screenTargetId,
        rect: { x: 0, y: 0, w: width, h: height },
      });
    }
    this.#told = this.#pointer.state();
    this.pointerDefined();
    this.#events.tell?.({ kind: 'pointer-moved', pointer: this.#told });
  }
}

function find(screens: readonly ShownScreen[], id: number): ShownScreen | undefined {
  return screens.find(({ screenTargetId }) => screenTargetId === id);
}
