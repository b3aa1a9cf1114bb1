import { encodeCommand, SVGA_FIFO, SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachSvgaScreen } from '../src/index.js';
import type { ScreenOptions } from '../src/index.js';
import { FakeCanvas, fakePage } from './fake-canvas.js';
import { FakeEmulator } from './fake-emulator.js';

const IO = 0x1c00;
const RING = 4096;

let page: ReturnType<typeof fakePage>;
beforeEach(() => {
  page = fakePage();
});
afterEach(() => page.end());

/** A guest of 32 × 16 pixels in VRAM. */
function start(options: ScreenOptions = {}) {
  const emulator = new FakeEmulator();
  const canvas = new FakeCanvas();
  const screen = attachSvgaScreen(emulator, canvas, options);
  const { device } = screen;
  const write = (register: number, value: number): void => {
    emulator.out(IO + SVGA_PORT.INDEX, register);
    emulator.out(IO + SVGA_PORT.VALUE, value >>> 0);
  };
  const enable = (): void => {
    write(SVGA_REG.WIDTH, 32);
    write(SVGA_REG.HEIGHT, 16);
    write(SVGA_REG.ENABLE, 1);
    device.fifo.set([RING, device.fifo.byteLength, RING, RING], SVGA_FIFO.MIN);
    write(SVGA_REG.CONFIG_DONE, 1);
  };
  const send = (bytes: Uint8Array): void => {
    const next = device.fifo[SVGA_FIFO.NEXT_CMD];
    new Uint8Array(device.fifo.buffer).set(bytes, next);
    device.fifo[SVGA_FIFO.NEXT_CMD] = next + bytes.length;
    write(SVGA_REG.SYNC, 1);
  };
  const update = (x: number, y: number, width: number, height: number): void =>
    send(encodeCommand('UPDATE', { x, y, width, height }));
  /** White, of 3 × 2 pixels, the last of which is half transparent. */
  const defineCursor = (side = 3): void => {
    const pixels = new Uint8Array(4 * side * 2).fill(255);
    pixels.set([128, 128, 128, 128], 4 * side * 2 - 4);
    send(
      encodeCommand('DEFINE_ALPHA_CURSOR', {
        id: 0,
        hotspotX: 1,
        hotspotY: 1,
        width: side,
        height: 2,
        pixels,
      }),
    );
  };
  const moveCursor = (x: number, y: number, on = 1): void => {
    write(SVGA_REG.CURSOR_X, x);
    write(SVGA_REG.CURSOR_Y, y);
    write(SVGA_REG.CURSOR_ON, on);
  };
  return { emulator, canvas, screen, device, write, enable, update, defineCursor, moveCursor };
}

const WHITE = [255, 255, 255, 255];
const BLACK = [0, 0, 0, 255];

describe('the canvas', () => {
  it('is drawn at the next frame, once, only where the guest has updated', () => {
    const { canvas, device, enable, update } = start();
    enable();
    page.frame();
    expect([canvas.width, canvas.height, canvas.drawn]).toEqual([32, 16, [{ x: 0, y: 0, w: 32, h: 16 }]]);
    canvas.drawn = [];
    device.vram.fill(255);
    update(1, 2, 3, 4);
    update(1, 4, 3, 4);
    update(20, 10, 2, 2);
    expect(canvas.drawn).toEqual([]);
    page.frame();
    expect(canvas.drawn).toEqual([
      { x: 1, y: 2, w: 3, h: 6 },
      { x: 20, y: 10, w: 2, h: 2 },
    ]);
    expect([canvas.pixel(1, 7), canvas.pixel(1, 8), canvas.pixel(21, 11)]).toEqual([WHITE, BLACK, WHITE]);
    page.frame();
    expect(canvas.drawn.length).toBe(2);
  });

  it('in a tab without frames is not drawn, and what has to be drawn stays little', () => {
    const { canvas, enable, update } = start();
    enable();
    page.frame();
    canvas.drawn = [];
    for (let i = 0; i < 10_000; i++) {
      update((7 * i) % 31, (5 * i) % 15, 1, 1);
    }
    page.frame();
    expect(canvas.drawn.length).toBeLessThanOrEqual(17);
  });

  it('and the VGA take turns as the device is shown, hidden and disabled', () => {
    const vga = { style: { display: 'inline' } };
    const { canvas, screen, write, enable } = start({ vga });
    const shown = (): string[] => {
      page.frame();
      return [vga.style.display, canvas.style.display];
    };
    expect(shown()).toEqual(['inline', 'none']);
    enable();
    expect(shown()).toEqual(['none', '']);
    write(SVGA_REG.ENABLE, 3);
    expect(shown()).toEqual(['inline', 'none']);
    write(SVGA_REG.ENABLE, 1);
    write(SVGA_REG.ENABLE, 0);
    expect(shown()).toEqual(['inline', 'none']);
    enable();
    screen.detachScreen();
    expect([vga.style.display, [...canvas.listeners]]).toEqual(['inline', []]);
  });

  it('without a 2D context is refused', () => {
    expect(() => attachSvgaScreen(new FakeEmulator(), new FakeCanvas(false))).toThrow(
      expect.objectContaining({ code: 'ENODEV' }),
    );
    expect(() => attachSvgaScreen({ v86: new FakeEmulator().v86 }, new FakeCanvas())).toThrow(
      expect.objectContaining({ code: 'ENODEV' }),
    );
  });
});

describe('the guest’s pointer', () => {
  it('is drawn over the picture, which is whole again behind it', () => {
    const { canvas, enable, defineCursor, moveCursor } = start();
    enable();
    defineCursor();
    moveCursor(5, 5);
    page.frame();
    expect([canvas.pixel(4, 4), canvas.pixel(6, 5), canvas.pixel(7, 5)]).toEqual([
      WHITE,
      [128, 128, 128, 255],
      BLACK,
    ]);
    canvas.drawn = [];
    moveCursor(32, 16);
    page.frame();
    expect([canvas.pixel(4, 4), canvas.pixel(31, 15)]).toEqual([BLACK, WHITE]);
    expect(canvas.drawn).toEqual([
      { x: 4, y: 4, w: 3, h: 2 },
      // What is under it, and the cursor.
      { x: 31, y: 15, w: 1, h: 1 },
      { x: 31, y: 15, w: 1, h: 1 },
    ]);
    moveCursor(32, 16, 0);
    page.frame();
    expect(canvas.pixel(31, 15)).toEqual(BLACK);
  });

  it('stays on top of an update under it', () => {
    const { canvas, enable, defineCursor, moveCursor, update } = start();
    enable();
    defineCursor();
    moveCursor(5, 5);
    page.frame();
    update(0, 0, 32, 16);
    page.frame();
    expect(canvas.pixel(4, 4)).toEqual(WHITE);
  });

  it('is the browser’s while the guest takes places of the mouse, unless it is too large for that', () => {
    const { canvas, emulator, enable, defineCursor, moveCursor } = start();
    enable();
    defineCursor();
    moveCursor(5, 5);
    emulator.tell('vmware-absolute-mouse', true);
    page.frame();
    expect([canvas.style.cursor, canvas.pixel(4, 4)]).toEqual([
      'url(data:255,255,255,255) 1 1, default',
      BLACK,
    ]);
    defineCursor(200);
    page.frame();
    expect([canvas.style.cursor, canvas.pixel(4, 4)]).toEqual(['none', WHITE]);
    emulator.tell('vmware-absolute-mouse', false);
    page.frame();
    expect(canvas.style.cursor).toBe('');
  });
});

describe('the mouse', () => {
  it('goes to v86 as movements, places, buttons and the wheel', () => {
    const { canvas, emulator } = start();
    canvas.fire('mousemove', { movementX: 3, movementY: 4, clientX: 20, clientY: 40 });
    canvas.fire('mousedown', { button: 2 });
    canvas.fire('mouseup', { button: 2 });
    canvas.fire('wheel', { deltaY: 120 });
    expect(emulator.sent).toEqual([
      ['mouse-delta', [3, -4]],
      ['mouse-absolute', [10, 20, 600, 300]],
      ['mouse-click', [false, false, true]],
      ['mouse-click', [false, false, false]],
      ['mouse-wheel', [-1, 0]],
    ]);
  });

  it('is locked to the canvas at a click, of a guest that takes movements only', () => {
    const { canvas, emulator } = start();
    emulator.tell('vmware-absolute-mouse', true);
    canvas.fire('mousedown', { button: 0 });
    expect(canvas.ownerDocument.pointerLockElement).toBeUndefined();
    emulator.tell('vmware-absolute-mouse', false);
    canvas.fire('mousedown', { button: 0 });
    expect(canvas.ownerDocument.pointerLockElement).toBe(canvas);
    emulator.sent.splice(0);
    canvas.fire('mousemove', { movementX: 1, movementY: 0 });
    canvas.fire('mouseleave');
    expect(emulator.sent).toEqual([
      ['mouse-delta', [1, -0]],
      ['mouse-click', [false, false, false]],
    ]);
  });

  it('stays v86’s own where the page says so', () => {
    expect([...start({ mouse: false }).canvas.listeners]).toEqual([]);
  });
});

describe('the state of the whole PC', () => {
  it('is saved as of one moment and restored: memory, device and picture', async () => {
    const { emulator, canvas, screen, device, enable, update } = start();
    enable();
    device.vram.fill(255);
    update(0, 0, 32, 16);
    const { mem8 } = emulator.v86.cpu;
    mem8[4] = 9;
    emulator.run();
    const state = await screen.saveState();
    expect(emulator.is_running()).toBe(true);
    mem8[4] = 1;
    device.vram.fill(0);
    update(0, 0, 32, 16);
    await screen.restoreState(state);
    page.frame();
    expect([mem8[4], device.vram[0], canvas.pixel(31, 15)]).toEqual([9, 255, WHITE]);
  });

  it.each<[string, (state: Uint8Array) => Uint8Array]>([
    ['nothing', () => new Uint8Array()],
    ['other bytes', () => new Uint8Array(64).fill(7)],
    ['another version', (state) => state.slice().fill(9, 4, 8)],
    ['one cut off', (state) => state.slice(0, -1)],
    ['one with bytes behind it', (state) => Uint8Array.of(...state, 0)],
    ['a damaged device', (state) => state.slice().fill(0, state.length - 8000)],
  ])('%s is refused, and nothing has changed', async (_what, damage) => {
    const { emulator, screen, enable } = start();
    enable();
    const state = await screen.saveState();
    const { mem8 } = emulator.v86.cpu;
    mem8[4] = 1;
    const before = screen.snapshot();
    await expect(screen.restoreState(damage(state))).rejects.toMatchObject({ code: 'EBADMSG' });
    expect([mem8[4], Buffer.compare(screen.snapshot(), before)]).toEqual([1, 0]);
  });

  it('a size that no screen has cannot be asked for', () => {
    expect(() => start().screen.requestSize(0, 10)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});
