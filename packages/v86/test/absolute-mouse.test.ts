import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { attachSvgaScreen } from '../src/index.js';
import { FakeCanvas, fakePage } from './fake-canvas.js';
import { FakeEmulator } from './fake-emulator.js';

let page: ReturnType<typeof fakePage>;
beforeEach(() => {
  vi.useFakeTimers();
  page = fakePage();
});
afterEach(() => {
  page.end();
  vi.useRealTimers();
});

/** A guest that takes places, with as much of v86's mice as a screen looks at. */
function start() {
  const emulator = new FakeEmulator();
  const mice = { vmware: { queue: [] as number[] }, ps2: { mouse_buffer: { length: 0 } } };
  Object.assign(emulator.v86.cpu.devices, mice);
  const canvas = new FakeCanvas();
  const screen = attachSvgaScreen(emulator, canvas);
  emulator.tell('vmware-absolute-mouse', true);
  const packets = (): unknown[] =>
    emulator.sent
      .splice(0)
      .filter(([name]) => name === 'mouse-delta')
      .map(([, value]) => value);
  return { emulator, canvas, screen, packets, queue: mice.vmware.queue, buffer: mice.ps2.mouse_buffer };
}

describe('a guest that takes places of the mouse', () => {
  it('is told of one, also of a movement by less than a pixel, as after the start', () => {
    const { canvas, packets } = start();
    canvas.fire('mousemove', { movementX: 0, movementY: 0, clientX: 20, clientY: 40 });
    canvas.fire('mousemove', { movementX: 0.4, movementY: -0.9, clientX: 21, clientY: 40 });
    canvas.fire('mousemove', { movementX: 0, movementY: -2, clientX: 21, clientY: 42 });
    expect(packets()).toEqual([
      [1, 0],
      [1, 0],
      [0, 2],
    ]);
  });

  it('is told again while places wait for it, and it has read what told it of them', () => {
    const { canvas, packets, queue, buffer } = start();
    canvas.fire('mousemove', { movementX: 5, movementY: 0, clientX: 20, clientY: 40 });
    queue.push(0, 1, 2, 0);
    packets();
    vi.advanceTimersByTime(600);
    expect(packets()).toEqual([
      [1, 0],
      [1, 0],
    ]);
    queue.length = 0;
    vi.advanceTimersByTime(60_000);
    expect(packets()).toEqual([]);
    // A click, and the wheel, are places as well.
    canvas.fire('mousedown', { button: 0 });
    queue.push(32, 1, 2, 0);
    vi.advanceTimersByTime(300);
    expect(packets()).toEqual([[1, 0]]);
    // It has not read the last packet.
    buffer.length = 3;
    vi.advanceTimersByTime(60_000);
    expect(packets()).toEqual([]);
  });

  it('is left alone after some seconds, and when nothing is shown any more', () => {
    const { canvas, packets, queue, screen } = start();
    canvas.fire('mousemove', { movementX: 5, movementY: 0, clientX: 20, clientY: 40 });
    queue.push(0, 1, 2, 0);
    packets();
    vi.advanceTimersByTime(60_000);
    expect(packets()).toHaveLength(40);
    canvas.fire('mousemove', { movementX: 5, movementY: 0, clientX: 25, clientY: 40 });
    screen.detachScreen();
    packets();
    vi.advanceTimersByTime(60_000);
    expect(packets()).toEqual([]);
  });

  it('is not known where v86 has no such mouse: nothing is told twice', () => {
    const { canvas, emulator, packets } = start();
    Object.assign(emulator.v86.cpu.devices, { vmware: undefined, ps2: undefined });
    canvas.fire('mousemove', { movementX: 5, movementY: 0, clientX: 20, clientY: 40 });
    packets();
    vi.advanceTimersByTime(60_000);
    expect(packets()).toEqual([]);
  });
});
