import { screenFormat, type RenderScreen, type ScreenRect, type ScreenRenderer } from '@cg/svga-device';
import { plainCall } from '@cg/svga-device/renderer-contract';
import { colorShader, fullState, makeCanvas, same, stage, surface, target, type Scenario } from './bench.js';

const SIDE = 8;
const PART = { x: 2, y: 1, w: 3, h: 4 };

class Screen implements RenderScreen {
  readonly width = SIDE;
  readonly height = SIDE;
  readonly ownPixels = new Uint8Array(4 * SIDE * SIDE).fill(7);

  pixel(x: number, y: number): number[] {
    return [...this.ownPixels.subarray(4 * (SIDE * y + x), 4 * (SIDE * y + x) + 4)];
  }
}

/** Pixels in the part, and beside it. */
async function look(screens: ScreenRenderer, screen: Screen): Promise<number[][]> {
  await screens.pixelsNeeded(screen);
  const { x, y, w, h } = PART;
  return [
    screen.pixel(x, y),
    screen.pixel(x + w - 1, y + h - 1),
    screen.pixel(x - 1, y),
    screen.pixel(x + w, y),
  ];
}

const opaque = ([red, green, blue]: readonly number[]): number[] => [red, green, blue, 255];
const WHOLE: ScreenRect = { x: 0, y: 0, w: SIDE, h: SIDE };

export const screenScenarios: Record<string, Scenario> = {
  'a screen is updated from any mip and layer, in the colours that the device makes of it': async (open) => {
    const bench = await open({ makeCanvas });
    const screens = bench.renderer.screens!;
    for (const format of ['X8R8G8B8', 'R8G8B8A8_UNORM', 'B8G8R8A8_UNORM_SRGB', 'B8G8R8X8_UNORM']) {
      const of = surface(format, 2 * SIDE, 2 * SIDE, { mipLevels: 2, layers: 2 });
      const level = { mip: 1, firstLayer: 1 };
      await bench.draw(fullState(stage(colorShader(1, 0.5, 0.25, 0.5)), [target(of, level)]), plainCall(4));
      const screen = new Screen();
      same(screens.update(screen, of, 3, PART), true, format);
      const [first, last, left, right] = await look(screens, screen);
      await bench.read(of, 3);
      const offset = of.layout.offsetOf(3);
      const stride = of.layout.mipOf(3).rowStride;
      const pixels = new Uint8Array(4 * SIDE * SIDE);
      screenFormat(of.layout.format, new Uint32Array(0))!.toRgba(
        { bytes: of.ownImage, offset, stride },
        { bytes: pixels, offset: 0, stride: 4 * SIDE },
        SIDE,
        SIDE,
      );
      same([first, last], [[...pixels.subarray(0, 4)], [...pixels.subarray(0, 4)]], format);
      same([left, right], [opaque([7, 7, 7]), opaque([7, 7, 7])], `beside ${format}`);
    }
  },

  'a screen keeps what was updated, until the device’s pixels are newer': async (open) => {
    const bench = await open({ makeCanvas });
    const screens = bench.renderer.screens!;
    const of = surface('B8G8R8A8_UNORM', SIDE, SIDE);
    const screen = new Screen();
    await bench.fill(colorShader(1, 0, 0, 1), of);
    same(screens.update(screen, of, 0, WHOLE), true, 'the whole');
    await bench.fill(colorShader(0, 0, 1, 1), of);
    same(screens.update(screen, of, 0, PART), true, 'a part');
    const [red, blue] = [opaque([255, 0, 0]), opaque([0, 0, 255])];
    same(await look(screens, screen), [blue, blue, red, red], 'both');
    same(screens.pixelsNeeded(screen), undefined, 'the device has them');
    screen.ownPixels.fill(9);
    screens.pixelsWritten(screen);
    same(screens.canvas(screen), undefined, 'no picture of old pixels');
    same(screens.update(screen, of, 0, PART), true, 'a part of the device’s');
    same(await look(screens, screen), [blue, blue, opaque([9, 9, 9]), opaque([9, 9, 9])], 'the device’s');
    const { gpuBytes } = bench.renderer.statistics;
    screens.dropped(screen);
    same(gpuBytes - bench.renderer.statistics.gpuBytes, 4 * SIDE * SIDE, 'bytes of a picture');
  },

  'a screen is left to the device: without a picture, of other formats, samples and newer bytes': async (
    open,
  ) => {
    same((await open()).renderer.screens, undefined, 'without canvases');
    const bench = await open({ makeCanvas });
    const screens = bench.renderer.screens!;
    const screen = new Screen();
    const packed = surface('B5G6R5_UNORM', SIDE, SIDE);
    const samples = surface('B8G8R8A8_UNORM', SIDE, SIDE, { samples: 4 });
    const fresh = surface('B8G8R8A8_UNORM', SIDE, SIDE);
    for (const of of [packed, samples]) {
      await bench.fill(colorShader(1, 0, 0, 1), of);
    }
    for (const of of [packed, samples, fresh]) {
      same(screens.update(screen, of, 0, WHOLE), false, of.layout.format.name);
    }
    const none = await open({ makeCanvas: () => ({ getContext: () => null }) });
    await none.fill(colorShader(1, 0, 0, 1), fresh);
    same(none.renderer.screens!.update(screen, fresh, 0, WHOLE), false, 'no context');
  },

  'a screen of a lost device shows the device’s pixels, and is drawn again by the next one': async (open) => {
    const other = await open();
    const bench = await open({ makeCanvas, requestDevice: () => Promise.resolve(other.device) });
    const screens = bench.renderer.screens!;
    const of = surface('B8G8R8A8_UNORM', SIDE, SIDE);
    const screen = new Screen();
    await bench.fill(colorShader(1, 0, 0, 1), of);
    same(screens.update(screen, of, 0, PART), true, 'before');
    bench.device.destroy();
    await bench.device.lost;
    same(screens.update(screen, of, 0, PART), false, 'while there is none');
    same([screens.canvas(screen), screens.pixelsNeeded(screen)], [undefined, undefined], 'nothing is there');
    await bench.fill(colorShader(0, 0, 1, 1), of);
    same(screens.update(screen, of, 0, PART), true, 'after');
    const blue = opaque([0, 0, 255]);
    same(await look(screens, screen), [blue, blue, opaque([7, 7, 7]), opaque([7, 7, 7])], 'drawn again');
  },
};
