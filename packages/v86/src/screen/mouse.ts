import type { PageEvent, ScreenCanvas } from './canvas.js';
import type { EmulatorControls } from './controls.js';

const LEFT = 0;

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
    this.#send('mouse-delta', [movementX, -movementY]);
    const box = this.#canvas.getBoundingClientRect?.();
    if (box !== undefined && !this.#isLocked) {
      this.#send('mouse-absolute', [clientX - box.left, clientY - box.top, box.width, box.height]);
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
  }
}
