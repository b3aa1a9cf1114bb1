/** A saved guest in a page, whose files are at a base address. */
import { attachSvgaScreen, type SvgaScreen } from '@cg/v86';
import { V86, type V86Options } from 'v86';

interface Guest {
  readonly emulator: V86;
  readonly screen: SvgaScreen;
  readonly canvas: HTMLCanvasElement;
}

let guest: Guest;

async function restoreGuest({ base, settings }: { base: string; settings: V86Options }): Promise<void> {
  const contents = async (name: string): Promise<ArrayBuffer> => (await fetch(base + name)).arrayBuffer();
  const emulator = new V86({
    ...settings,
    wasm_path: `${base}v86.wasm`,
    bios: { buffer: await contents('bios') },
    vga_bios: { buffer: await contents('vgaBios') },
    autostart: false,
  });
  await new Promise<void>((resolve) => emulator.add_listener('emulator-ready', () => resolve()));
  const canvas = document.body.appendChild(document.createElement('canvas'));
  const screen = attachSvgaScreen(emulator, canvas);
  await emulator.restore_state(await contents('emulator'));
  screen.restore(new Uint8Array(await contents('device')));
  guest = { emulator, screen, canvas };
  await emulator.run();
}

/** Whether the picture has not changed yet, or has in the last seconds. */
function isChanging(before: number, updates: number): boolean {
  return updates === 0 || updates !== before;
}

/** Types, and waits until the picture has changed and no longer does. */
async function type(text: string): Promise<void> {
  const { device } = guest.screen;
  let updates = 0;
  const stop = device.events.listen(({ kind }) => {
    updates += kind === 'screen-updated' ? 1 : 0;
  });
  guest.emulator.keyboard_send_text(text);
  let before: number;
  do {
    before = updates;
    await new Promise((resolve) => setTimeout(resolve, 3000));
  } while (isChanging(before, updates));
  stop();
}

/** The canvas: its size, the lit pixels of its upper lines of text, and whether it is what the device has. */
function look({ lines }: { lines: number }) {
  const { canvas, screen } = guest;
  screen.paint();
  const { width, height } = canvas;
  const { data } = canvas.getContext('2d')?.getImageData(0, 0, width, height) ?? { data: [] };
  const [shown] = screen.device.shownScreens;
  const image = screen.device.screenTarget(shown.screenTargetId);
  const isSame = data.length === image?.pixels.length && image.pixels.every((value, i) => value === data[i]);
  const rows = Array.from({ length: 16 * lines }, (_, y) =>
    Array.from({ length: width }, (__, x) => (data[4 * (y * width + x)] > 64 ? '#' : '.')).join(''),
  );
  return { width, height, isSame, rows, error: screen.device.lastError?.message };
}

Object.assign(globalThis, { restoreGuest, type, look });
