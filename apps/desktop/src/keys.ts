import type { V86 } from 'v86';

/**
 * Sends keys to the guest while the canvas has the focus, and to the page otherwise: v86 would take all of them, and
 * nothing else could be reached by keyboard. Ctrl, Alt and Shift together move the focus to `next`.
 */
export function directKeys(emulator: V86, canvas: HTMLCanvasElement, next: HTMLElement): void {
  emulator.keyboard_set_enabled(document.activeElement === canvas);
  canvas.addEventListener('focus', () => emulator.keyboard_set_enabled(true));
  canvas.addEventListener('blur', () => {
    // v86 releases the keys that are down when the window loses the focus; it does not watch elements.
    window.dispatchEvent(new Event('blur'));
    emulator.keyboard_set_enabled(false);
  });
  const leave = (event: KeyboardEvent): void => {
    if (event.ctrlKey && event.altKey && event.shiftKey && document.activeElement === canvas) {
      event.preventDefault();
      event.stopImmediatePropagation();
      next.focus();
    }
  };
  // Before v86, which listens to the window.
  window.addEventListener('keydown', leave, { capture: true });
}
