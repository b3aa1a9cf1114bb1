import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachSvgaScreen } from '../src/index.js';
import { FakeCanvas, fakePage } from './fake-canvas.js';
import { expectedPixel, legacyGuest, PICTURES } from './legacy-guest.js';
import { makeEmulator, word } from './pc.js';

let page: ReturnType<typeof fakePage>;
beforeEach(() => {
  page = fakePage();
});
afterEach(() => page.end());

describe('a guest with a driver for the legacy framebuffer, on a canvas', () => {
  it('shows what it draws, in the size that the host asks for, and in another when it asks again', async () => {
    const emulator = await makeEmulator(legacyGuest());
    const [canvas, vga] = [new FakeCanvas(), { style: { display: 'block' } }];
    const screen = attachSvgaScreen(emulator, canvas, { vga });
    expect([vga.style.display, canvas.style.display]).toEqual(['block', 'none']);
    screen.requestSize(160, 120);
    await emulator.run();
    for (const [picture, width, height] of [
      [1, 160, 120],
      [2, 200, 50],
    ]) {
      screen.requestSize(width, height);
      await expect.poll(() => word(emulator, PICTURES), { timeout: 20_000 }).toBe(picture);
      page.frame();
      expect([canvas.width, canvas.height]).toEqual([width, height]);
      for (const [x, y] of [
        [0, 0],
        [1, 0],
        [width - 1, height - 1],
        [7, 31],
      ]) {
        expect(canvas.pixel(x, y)).toEqual(expectedPixel(y * width + x));
      }
    }
    expect([vga.style.display, canvas.style.display]).toEqual(['none', '']);
    const state = await screen.saveState();
    expect(emulator.is_running()).toBe(true);
    canvas.width = 1;
    await screen.restoreState(state);
    page.frame();
    expect([canvas.width, canvas.pixel(199, 49)]).toEqual([200, expectedPixel(9999)]);
    screen.detachScreen();
    expect(vga.style.display).toBe('block');
  });
});
