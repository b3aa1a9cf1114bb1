import { after } from './canvas.js';
import type { PageEvent, ScreenCanvas } from './canvas.js';
import { hasUntakenPlaces } from './controls.js';
import type { EmulatorControls } from './controls.js';

const LEFT = 0;

/** A movement that makes a PS/2 packet. A guest that takes places ignores where it leads. */
const WAKE: readonly [number, number] = [1, 0];

/** A guest throws a PS/2 packet away if its bytes come half a second apart, as on a busy host. */
const TAKEN_MS = 250;
const MOST_WAKES = 40;

/**
 * The mouse over a canvas, for v86: movements, and the place for guests that take places. A guest that takes movements
 * has the pointer locked to the canvas at a click. v86's own adapter, which watches the whole page, is off meanwhile.
 */
export class CanvasMouse {
  /** Whether the guest takes places. */
  isAbsolute = false;
  readonly #canvas: ScreenCanvas;
  readonly #emulator: EmulatorControls;
  readonly #buttons = [false, false, false];
  #isEnded = false;
  #wakes = 0;
  #isWatching = false;
  readonly #listeners: readonly (readonly [string, (event: PageEvent) => void])[];

  constructor(canvas: ScreenCanvas, emulator: EmulatorControls) {
    this.#canvas = canvas;
    this.#emulator = emulator;
    this.#listeners = [
      ['mousemove', (event) => this.#move(event)],
      ['mousedown', (event) => this.#press(event, true)],
      ['mouseup', (event) => this.#press(event, false)],
      ['mouseleave', () => this.#release()],
      ['wheel', (event) => this.#turn(event)],
      ['contextmenu', (event) => event.preventDefault()],
    ];
    this.#listeners.forEach(([type, hear]) => canvas.addEventListener(type, hear, { passive: false }));
    emulator.mouse_set_enabled?.(false);
    canvas.tabIndex ??= 0;
  }

  end(): void {
    this.#isEnded = true;
    this.#listeners.forEach(([type, hear]) => this.#canvas.removeEventListener(type, hear));
    this.#release();
    this.#emulator.mouse_set_enabled?.(true);
  }

  get #isLocked(): boolean {
    return this.#canvas.ownerDocument?.pointerLockElement === this.#canvas;
  }

  #send(name: string, values: readonly unknown[]): void {
    this.#emulator.bus?.send(name, values);
  }

  #move({ movementX = 0, movementY = 0, clientX = 0, clientY = 0 }: PageEvent): void {
    // Without a PS/2 packet the guest does not look for a place; v86 makes none of less than a pixel.
    const isSilent = this.isAbsolute && Math.max(Math.abs(movementX), Math.abs(movementY)) < 1;
    this.#send('mouse-delta', isSilent ? WAKE : [movementX, -movementY]);
    const box = this.#canvas.getBoundingClientRect?.();
    if (box !== undefined && !this.#isLocked) {
      this.#send('mouse-absolute', [clientX - box.left, clientY - box.top, box.width, box.height]);
    }
    this.#watch();
  }

  /** Tells the guest again as long as it leaves places where they are. */
  #watch(): void {
    this.#wakes = 0;
    if (this.isAbsolute && !this.#isWatching) {
      this.#isWatching = true;
      after(TAKEN_MS, () => this.#wake());
    }
  }

  #wake(): void {
    this.#isWatching = hasUntakenPlaces(this.#emulator) && this.#wakes++ < MOST_WAKES && !this.#isEnded;
    if (this.#isWatching) {
      this.#send('mouse-delta', WAKE);
      after(TAKEN_MS, () => this.#wake());
    }
  }

  #press(event: PageEvent, isDown: boolean): void {
    const { button = LEFT } = event;
    if (button >= this.#buttons.length) {
      return;
    }
    event.preventDefault();
    if (isDown) {
      this.#canvas.focus?.();
      this.#lock();
    }
    this.#buttons[button] = isDown;
    this.#send('mouse-click', [...this.#buttons]);
    this.#watch();
  }

  #lock(): void {
    if (!this.isAbsolute && !this.#isLocked) {
      // Browsers refuse it shortly after the user has left it: the next click asks again.
      void Promise.resolve(this.#canvas.requestPointerLock?.()).catch(() => {});
    }
  }

  #release(): void {
    if (this.#buttons.includes(true)) {
      this.#buttons.fill(false);
      this.#send('mouse-click', [...this.#buttons]);
    }
  }

  #turn(event: PageEvent): void {
    event.preventDefault();
    this.#send('mouse-wheel', [-Math.sign(event.deltaY ?? 0), 0]);
    this.#watch();
  }
}
