/** Functions in the page, which a test calls by name. They reach the guest by `globalThis.desktop`, as a user can. */
import type { GuestSession } from '../src/guest-session.js';
import type { Pc } from '../src/pc.js';

const desktop = (): { readonly pc: Pc; readonly session: GuestSession } =>
  (globalThis as unknown as { desktop: { pc: Pc; session: GuestSession } }).desktop;

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';

/** Waits until the status line has a text. @returns the line */
async function waitForStatus({ text }: { text: string }): Promise<string> {
  while (!textOf('status').includes(text)) {
    await pause(50);
  }
  return textOf('status');
}

/** What the page says about itself. */
function describePage() {
  const isError = document.getElementById('status')?.classList.contains('error');
  const [focused, isHidden] = [document.activeElement?.id, document.visibilityState === 'hidden'];
  return {
    status: textOf('status'),
    isError,
    renderer: textOf('renderer'),
    sources: textOf('sources'),
    focused,
    isHidden,
  };
}

/** Updates of the screen since `watch` or `settled`. */
const seen = { updates: 0 };

/** Counts the updates of the screen from now on. */
function watch(): void {
  desktop().pc.screen.device.events.listen(({ kind }) => {
    seen.updates += kind === 'screen-updated' ? 1 : 0;
  });
}

/** Waits until the picture has changed since `watch` or the last call, and no longer does. */
async function settled(): Promise<void> {
  let before: number;
  do {
    before = seen.updates;
    await pause(1500);
  } while (seen.updates === 0 || seen.updates !== before);
  seen.updates = 0;
}

/** The canvas: its size, whether it is what the device has, a hash, and the lit pixels of its upper lines of text. */
async function look({ lines }: { lines: number }) {
  const { screen } = desktop().pc;
  await screen.device.settle();
  screen.paint();
  const canvas = document.getElementById('screen') as HTMLCanvasElement;
  const { width, height } = canvas;
  const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
  const [shown] = screen.device.shownScreens;
  const pixels = screen.device.screenTarget(shown.screenTargetId)?.pixels;
  const isSame = data.length === pixels?.length && pixels.every((value, i) => value === data[i]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  const rows = Array.from({ length: 16 * lines }, (_, y) =>
    Array.from({ length: width }, (__, x) => (data[4 * (y * width + x)] > 64 ? '#' : '.')).join(''),
  );
  const error = screen.device.lastError?.message;
  return { width, height, isSame, hash: digest.join(' '), rows, error };
}

/** Whether the canvas has what the device has, without a call that draws it. */
function isDrawn(): boolean {
  const { device } = desktop().pc.screen;
  const canvas = document.getElementById('screen') as HTMLCanvasElement;
  const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
  const pixels = device.screenTarget(device.shownScreens[0].screenTargetId)?.pixels;
  return data.length === pixels?.length && pixels.every((value, i) => value === data[i]);
}

/** Red, green, blue and alpha of a pixel of the canvas. */
function pixel({ x, y }: { x: number; y: number }): number[] {
  const canvas = document.getElementById('screen') as HTMLCanvasElement;
  return [...(canvas.getContext('2d')?.getImageData(x, y, 1, 1).data ?? [])];
}

/** Waits until so many pixels are red, as many green, and as many blue. */
async function waitForColors({ pixels }: { pixels: number }): Promise<void> {
  const canvas = document.getElementById('screen') as HTMLCanvasElement;
  const found = [0, 0, 0];
  while (found.some((count) => count < pixels)) {
    await pause(500);
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
      data: new Uint8ClampedArray(),
    };
    found.fill(0);
    for (let i = 0; i < data.length; i += 4) {
      for (let channel = 0; channel < 3; channel++) {
        const others = Math.max(data[i + ((channel + 1) % 3)], data[i + ((channel + 2) % 3)]);
        found[channel] += data[i + channel] > 60 && data[i + channel] > 2 * others ? 1 : 0;
      }
    }
  }
}

/** Where the canvas is in the window. */
function screenPlace(): { left: number; top: number } {
  const { left, top } = document.getElementById('screen')?.getBoundingClientRect() ?? { left: 0, top: 0 };
  return { left, top };
}

/** Words of places of the mouse that the guest has not taken: v86 has them in a queue, which its types do not name. */
function waitingPlaces(): number {
  const { v86 } = desktop().pc.emulator as unknown as {
    v86: { cpu: { devices: { vmware: { queue: unknown[] } } } };
  };
  return v86.cpu.devices.vmware.queue.length;
}

/** The upper left corner of what is drawn in a colour; infinite for none. */
function corner({ color }: { color: number[] }): { x: number; y: number } {
  const canvas = document.getElementById('screen') as HTMLCanvasElement;
  const { width, height } = canvas;
  const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
  const found = { x: Infinity, y: Infinity };
  for (let i = 0; i < width * height; i++) {
    if (color.every((value, channel) => data[4 * i + channel] === value)) {
      found.x = Math.min(found.x, i % width);
      found.y = Math.min(found.y, Math.floor(i / width));
    }
  }
  return found;
}

/** Restores so many times. */
async function restoreOften({ times }: { times: number }): Promise<void> {
  for (let i = 0; i < times; i++) {
    await desktop().session.restore();
  }
}

/** Drops a file on the page. */
function drop({ name, text }: { name: string; text: string }): void {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
}

/** The text of a file in the shared folder, once the guest has written it. */
async function sharedFile({ name }: { name: string }): Promise<string> {
  for (;;) {
    try {
      const bytes = await desktop().pc.emulator.read_file(`/${name}`);
      if (bytes.length > 0) {
        return new TextDecoder().decode(bytes);
      }
    } catch {
      // Not there yet.
    }
    await pause(200);
  }
}

/** A state file of the running guest, with its first bytes replaced: taken back as a dropped one. */
async function takeState({ replace, text }: { replace: number; text: string }): Promise<string> {
  const whole = await desktop().session.stateFile();
  const file = new File([text, whole.slice(replace)], 'a.cgstate');
  try {
    return await desktop().session.take([file]);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The first bytes of the screenshot, and its size. */
async function screenshot(): Promise<{ start: number[]; size: number }> {
  const picture = await desktop().session.screenshot();
  return { start: [...new Uint8Array(await picture.slice(0, 4).arrayBuffer())], size: picture.size };
}

Object.assign(globalThis, {
  waitForStatus,
  describePage,
  watch,
  settled,
  look,
  isDrawn,
  pixel,
  waitForColors,
  screenPlace,
  waitingPlaces,
  corner,
  restoreOften,
  drop,
  sharedFile,
  takeState,
  screenshot,
});
