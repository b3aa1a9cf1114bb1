import { writeFileSync } from 'node:fs';
import { bundleForPage } from '@cg/dawn/bundle';
import { ChromiumPage } from '@cg/dawn/chromium';
import { afterAll, describe, expect, it } from 'vitest';
import { type } from './keyboard.js';
import { PageServer } from './page-server.js';

/** A point in the title of the terminal's window, and where it is dragged to: pixels of the screen. */
const TITLE = { x: 700, y: 430 };
const TARGET = { x: 400, y: 200 };
const STEPS = 8;

/** Between two events of the mouse: twm drops movements that still wait when it reads that the button is released. */
const MOUSE_MS = 500;

/** In the window before, and after. */
const TEXT = { before: { x: 1150, y: 700 }, after: { x: 450, y: 300 } };

/** The colour of twm's titles, and of the root window (the guest's x-files.ts and x-server.ts). */
const TITLE_COLOR = [0x30, 0x40, 0x4d, 255];
const ROOT_COLOR = [0x39, 0x4b, 0x59, 255];
const PAPER_COLOR = [255, 255, 255, 255];

/** A gear of glxgears has thousands of pixels. */
const GEAR_PIXELS = 2000;

interface Look {
  readonly isSame: boolean;
  readonly hash: string;
  readonly error?: string;
}

const server = await PageServer.start(['debian-i386-686-pae', 'debian-i386-x'], '--x');
const opened =
  server && (await ChromiumPage.open(await bundleForPage(new URL('page-probe.ts', import.meta.url)), server));

afterAll(() => {
  if (typeof opened === 'object') {
    opened.page.close();
  }
  server?.close();
});

describe.skipIf(typeof opened !== 'object')('X in a page', { timeout: 600_000 }, () => {
  const { page } = (opened ?? {}) as { page: ChromiumPage };
  const look = (): Promise<Look> => page.call('look', { lines: 0 });

  /** A mouse event at a pixel of the guest's screen, which the page does not scale. */
  async function mouse(kind: string, { x, y }: typeof TITLE): Promise<void> {
    const { left, top } = await page.call<{ left: number; top: number }>('screenPlace', {});
    const buttons = kind === 'mouseReleased' ? 0 : 1;
    const pressed = kind === 'mouseMoved' ? {} : { button: 'left', buttons, clickCount: 1 };
    await page.send('Input.dispatchMouseEvent', { type: kind, x: left + x, y: top + y, ...pressed });
    await new Promise((resolve) => setTimeout(resolve, MOUSE_MS));
  }

  /** Takes the window at its title to another place. */
  async function drag(): Promise<void> {
    await mouse('mousePressed', TITLE);
    for (let step = 1; step <= STEPS; step++) {
      const along = (from: number, to: number): number => Math.round(from + ((to - from) * step) / STEPS);
      await mouse('mouseMoved', { x: along(TITLE.x, TARGET.x), y: along(TITLE.y, TARGET.y) });
    }
    await mouse('mouseReleased', TARGET);
  }

  const pollOptions = { timeout: 120_000, interval: 500 };
  const waitingPlaces = (): Promise<number> => page.call('waitingPlaces', {});
  const corner = (): Promise<typeof TITLE> => page.call('corner', { color: TITLE_COLOR });

  it('a window is dragged, and the canvas has what the device has', async () => {
    await page.send('Emulation.setDeviceMetricsOverride', {
      width: 1340,
      height: 1060,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await page.call('waitForStatus', { text: 'The guest runs' });
    await page.call('watch', {});
    const before = await look();
    expect([before.isSame, before.error]).toEqual([true, undefined]);
    expect(await page.call('pixel', TITLE)).toEqual(TITLE_COLOR);
    expect(await page.call('pixel', TARGET)).toEqual(ROOT_COLOR);
    expect(await page.call('pixel', TEXT.before)).toEqual(PAPER_COLOR);
    // The first movement after the start is one of no pixels.
    await mouse('mouseMoved', TITLE);
    await expect.poll(waitingPlaces, pollOptions).toBe(0);
    await page.call('settled', {}); // the window has the focus
    await drag();
    // The guest takes its time.
    const pixelWas = (): Promise<number[]> => page.call('pixel', TEXT.before);
    await expect.poll(pixelWas, pollOptions).toEqual(ROOT_COLOR);
    await page.call('settled', {});
    const after = await look();
    expect([after.isSame, after.error]).toEqual([true, undefined]);
    expect(await page.call('pixel', TEXT.after)).toEqual(PAPER_COLOR);
  });

  it('the first drag after a restore gets to its end', async () => {
    expect(await page.call('document.getElementById("restore").click', {})).toBeUndefined();
    await page.call('waitForStatus', { text: 'Restored' });
    const from = await corner();
    await mouse('mouseMoved', TITLE);
    await drag();
    // The canvas is a little narrower than the screen of 1280 pixels.
    const moved = async (): Promise<boolean> => {
      const { x, y } = await corner();
      const [right, down] = [x - from.x - (TARGET.x - TITLE.x), y - from.y - (TARGET.y - TITLE.y)];
      return Math.abs(right) <= 2 && Math.abs(down) <= 2;
    };
    await expect.poll(moved, pollOptions).toBe(true);
    expect(await waitingPlaces()).toBe(0);
  });

  it('names the sources of what is on its disk', async () => {
    const { sources } = await page.call<{ sources: string }>('describePage', {});
    for (const name of [
      'linux',
      'busybox',
      'seabios',
      'bash',
      'coreutils',
      'mesa',
      'twm',
      'xorg-server',
      'xterm',
    ]) {
      expect(sources).toMatch(new RegExp(`${name} \\d`));
    }
  });

  it('glxgears is drawn by the page', async () => {
    // The terminal has the focus: the pointer is on its title.
    await type(page, 'glxgears.i386-linux-gnu\n');
    await page.call('waitForColors', { pixels: GEAR_PIXELS });
    const { isSame, error } = await look();
    expect([isSame, error]).toEqual([true, undefined]);
    if (process.env.CG_DESKTOP_PICTURE !== undefined) {
      const { data } = await page.send<{ data: string }>('Page.captureScreenshot', { format: 'png' });
      writeFileSync(process.env.CG_DESKTOP_PICTURE, Buffer.from(data, 'base64'));
    }
  });
});
