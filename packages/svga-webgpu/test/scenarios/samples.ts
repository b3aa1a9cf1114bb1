import type { PipelineState, RenderView } from '@cg/svga-device';
import { plainDepthStencil } from '@cg/svga-device/renderer-contract';
import { colorShader, same, surface, target, type Scenario, type TestSurface } from './bench.js';

const STENCIL = [0, 1, 0x80, 0xff];
const DEPTHS = [0, 0.25, 0.75, 1];

/** Fills a surface of 4 samples: another depth and stencil in each sample, turned by the pixel. */
function fill({ layout, ownImage }: TestSurface): void {
  const view = new DataView(ownImage.buffer);
  for (let sheet = 0; sheet < 4; sheet++) {
    for (let pixel = 0; pixel < 4; pixel++) {
      const value = (sheet + pixel) % 4;
      const at = sheet * layout.sheetBytes + layout.format.bytesPerBlock * pixel;
      if (layout.format.bytesPerBlock === 4) {
        view.setUint32(at, (Math.round(DEPTHS[value] * 0xffffff) | (STENCIL[value] << 24)) >>> 0, true);
      } else {
        view.setFloat32(at, DEPTHS[value], true);
        view.setUint32(at + 4, STENCIL[value], true);
      }
    }
  }
}

function viewOf(of: TestSurface): RenderView {
  const { format, sheetBytes } = of.layout;
  const slices = [{ offset: 0, texels: sheetBytes / format.bytesPerBlock }];
  return { surface: of, format, slices, subresources: [0], isWhole: true };
}

export const sampleScenarios: Record<string, Scenario> = {
  'depth and stencil of 4 samples go up, are tested, and come back': async (open) => {
    for (const without of [[], ['depth32float-stencil8']]) {
      const bench = await open({ without });
      for (const format of ['D24_UNORM_S8_UINT', 'D32_FLOAT_S8X24_UINT']) {
        const depth = surface(format, 4, 1, { samples: 4 });
        fill(depth);
        const before = depth.ownImage.slice();
        const picture = surface('R8_UNORM', 4, 1, { samples: 4 });
        const state: Partial<PipelineState> = {
          depthTarget: { ...target(depth), depthReadOnly: false, stencilReadOnly: false },
          depthStencil: {
            ...plainDepthStencil,
            stencilEnable: 1,
            frontEnable: 1,
            backEnable: 1,
            frontStencilFunc: 3,
            backStencilFunc: 3,
          },
          stencilReference: 0x80,
        };
        await bench.fill(colorShader(1, 0, 0, 1), picture, state);
        await bench.read(picture);
        const passed = Array.from({ length: 16 }, (_, i) => (((i >> 2) + i) % 4 === 2 ? 255 : 0));
        same(picture.ownImage, passed, `${format} equal`);
        await bench.read(depth);
        same(depth.ownImage, before, `${format} comes back`);
      }
    }
  },

  'a clear of the stencil of 4 samples keeps their depth, and one of the depth the stencil': async (open) => {
    const bench = await open();
    for (const [value, kept] of [
      [{ kind: 'depth-stencil', stencil: 7 }, 0x00ffffff],
      [{ kind: 'depth-stencil', depth: 0 }, 0xff000000],
    ] as const) {
      const depth = surface('D24_UNORM_S8_UINT', 4, 1, { samples: 4 });
      fill(depth);
      const before = new Uint32Array(depth.ownImage.slice().buffer);
      same(bench.renderer.clear(viewOf(depth), value), true, 'cleared');
      depth.ownImage.fill(0xa5);
      await bench.read(depth);
      const after = new Uint32Array(depth.ownImage.buffer);
      const cleared = 'stencil' in value ? 7 << 24 : 0;
      const expected = [...before].map((word) => ((word & kept) | cleared) >>> 0);
      same([...after], expected, JSON.stringify(value));
    }
  },
};
