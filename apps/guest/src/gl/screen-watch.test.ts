import type { SvgaDevice, SvgaEvent } from '@cg/svga-device';
import { expect, it, vi } from 'vitest';
import { ScreenWatch } from './screen-watch.js';

function deviceWithScreens(pixels = new Uint8ClampedArray()) {
  let listener: ((event: SvgaEvent) => void) | undefined;
  const listen = (one: typeof listener) => {
    listener = one;
    return () => (listener = undefined);
  };
  const screenTarget = vi.fn((id: number) => ({ width: id, height: 1, pixels }));
  const device = { events: { listen }, screenTarget } as unknown as SvgaDevice;
  const update = (screenTargetId: number): void => {
    listener?.({ kind: 'screen-updated', screenTargetId, rect: { x: 0, y: 0, w: 1, h: 1 } });
  };
  return { device, update };
}

it('counts the frames on a screen, says when there are as many as wanted, and keeps the picture then taken', () => {
  const { device, update } = deviceWithScreens();
  const reached = vi.fn();
  const watch = new ScreenWatch(device, 2, reached);
  update(0);
  expect(reached).not.toHaveBeenCalled();
  update(3);
  expect(reached).toHaveBeenCalledOnce();
  watch.take();
  update(5);
  const { picture, shown } = watch.end();
  expect(picture).toMatchObject({ width: 3 });
  expect(shown.frames).toBe(3);
  update(6);
  expect(watch.end().shown.frames).toBe(3);
});

it.each(['takes', 'keeps meanwhile'])('the picture that it %s stays when the screen changes', (how) => {
  const pixels = new Uint8ClampedArray([1, 2, 3, 255]);
  const { device, update } = deviceWithScreens(pixels);
  const watch = new ScreenWatch(device, 2, () => {});
  update(1);
  if (how === 'takes') {
    watch.take();
  }
  pixels.fill(9);
  expect(watch.end().picture?.pixels).toEqual(new Uint8ClampedArray([1, 2, 3, 255]));
});

it('has no picture and no rate without a frame', () => {
  const watch = new ScreenWatch(deviceWithScreens().device, 1, () => {});
  expect(watch.end()).toEqual({ picture: undefined, shown: { frames: 0, perSecond: 0 } });
});
