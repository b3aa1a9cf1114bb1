import { SurfaceLayout } from '@cg/surface-layout';
import type { PipelineState, RenderSurface } from '@cg/svga-device';
import { plainBlend, plainCall, plainDepthStencil, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { SVGA3D_CULL, SVGA3D_PRIMITIVE, SVGA3D_RESOURCE } from '@cg/svga-protocol';
import { encodeShader, parseShader } from '@cg/vgpu10';
import { expect, it } from 'vitest';
import { format } from './scene-surfaces.js';
import { clippedByPixel, pixelText, vertexText, type PixelShader } from './shader-texts.js';
import { SpreadRenderer } from './spread-renderer.js';

const SIDE = 8;

const vertexShader = `
  vs_4_0
  dcl_input v0.xyzw
  dcl_input v1.x
  dcl_output_siv o0.xyzw, position
  dcl_output o1.x
  mov o0.xyzw, v0.xyzw
  mov o1.x, v1.x
  ret
`;
const pixelShader = `
  ps_4_0
  dcl_input_ps constant v1.x
  dcl_output o0.xyzw
  mov o0.xyzw, v1.xxxx
  ret
`;

function surface(
  name: string,
  width: number,
  height: number,
  samples = 1,
): RenderSurface & { ownImage: Uint8Array } {
  const size = { width, height, depth: 1, mipLevels: 1, layers: 1, samples };
  const layout = new SurfaceLayout({ format: format(name).id, ...size });
  return { layout, ownImage: new Uint8Array(layout.bytes) };
}

function stage(text: string) {
  return { shader: { tokens: encodeShader(parseShader(text)) }, constants: [], views: [], samplers: [] };
}

/** Lines along the row of pixels 4, by depth and number, and the targets that they are drawn to. */
function linesOverOneAnother(lines: readonly (readonly [depth: number, value: number])[]) {
  const y = -1 / SIDE;
  const words = lines.flatMap(([depth, value]) => [-1, y, depth, value, 1, y, depth, value]);
  const vertices = surface('BUFFER', 4 * words.length, 1);
  const view = new DataView(vertices.ownImage.buffer);
  words.forEach((word, i) =>
    i % 4 === 3 ? view.setUint32(4 * i, word, true) : view.setFloat32(4 * i, word, true),
  );
  const [color, depth] = [surface('R8_UINT', SIDE, SIDE), surface('D16_UNORM', SIDE, SIDE)];
  const target = { dimension: SVGA3D_RESOURCE.TEXTURE2D, mip: 0, firstLayer: 0, layers: 1 };
  const element = { inputSlot: 0, inputSlotClass: 0, instanceDataStepRate: 0 };
  const state: PipelineState = {
    topology: SVGA3D_PRIMITIVE.LINELIST,
    inputLayout: {
      elements: [
        { ...element, inputRegister: 0, alignedByteOffset: 0, format: format('R32G32B32_FLOAT').id },
        { ...element, inputRegister: 1, alignedByteOffset: 12, format: format('R32_UINT').id },
      ],
    },
    vertexBuffers: [{ surface: vertices, stride: 16, offset: 0 }],
    indexBuffer: undefined,
    vertex: stage(vertexShader),
    geometry: undefined,
    pixel: stage(pixelShader),
    streamOutput: undefined,
    rasterizer: plainRasterizer,
    viewports: [{ x: 0, y: 0, width: SIDE, height: SIDE, minDepth: 0, maxDepth: 1 }],
    scissors: [],
    depthStencil: { ...plainDepthStencil, depthEnable: 1, depthWriteMask: 1 },
    stencilReference: 0,
    blend: plainBlend({}),
    blendFactor: [1, 1, 1, 1],
    sampleMask: 0xffff_ffff,
    targets: [{ ...target, surface: color, format: color.layout.format }],
    depthTarget: {
      ...target,
      surface: depth,
      format: depth.layout.format,
      depthReadOnly: false,
      stencilReadOnly: false,
    },
  };
  const call = plainCall(2 * lines.length);
  return { state, call, color, depth };
}

const AT = 4 * SIDE + 3;

it('draws lines that others hide, of numbers and depths, too', () => {
  const { state, call, color, depth } = linesOverOneAnother([
    [0.5, 7],
    [1, 5],
    [0, 6],
    [0.25, 9],
  ]);
  depth.ownImage.fill(0x55);
  const renderer = new SpreadRenderer();
  renderer.spread = 'pixel';
  renderer.draw(state, call);
  expect(color.ownImage[AT]).toBe(9);
  const numbers = renderer.others.get(color)!.map((image) => image[AT]);
  expect(numbers).toEqual(expect.arrayContaining([7, 5, 6, 9]));
  const depths = renderer.others.get(depth)!.map((image) => new Uint16Array(image.buffer)[AT]);
  expect(depths).toEqual(expect.arrayContaining([0, 0xffff]));
});

const plainPixel: PixelShader = {
  outputs: ['uint'],
  textures: [],
  discards: false,
  writesDepth: false,
  perSample: false,
  usesConstants: true,
  usesFace: false,
  loops: false,
  usesPrimitive: false,
  wholeAlpha: false,
};

it('clips samples by distances, and also whole pixels by those of their centres', () => {
  const { state, call } = linesOverOneAnother([[0, 0]]);
  const color = surface('R8_UINT', SIDE, SIDE, 4);
  const renderer = new SpreadRenderer();
  renderer.spread = 'subpixel';
  const ofVertex = { usesIds: false, fetches: false };
  const ofPixel = pixelText(plainPixel, () => 0);
  const tokens = (text: string) => encodeShader(parseShader(text));
  renderer.byPixel = [
    tokens(vertexText({ ...ofVertex, clips: 'byPixel' })),
    tokens(clippedByPixel(ofPixel)),
    undefined,
  ];
  // The second distance is always positive; the first one is 0 at a fifth of pixel 2: left of its centre.
  const distance = (x: number) => 0.2421875 + (SIDE * x + SIDE) / 2 - 2.2;
  const corners = [-1, -1, 3, -1, -1, 3];
  const words = [0, 2, 4].flatMap((i) => [corners[i], corners[i + 1], distance(corners[i]), 1]);
  const vertices = surface('BUFFER', 4 * words.length, 1);
  vertices.ownImage.set(new Uint8Array(Float32Array.from(words).buffer));
  const element = {
    inputSlot: 0,
    inputSlotClass: 0,
    instanceDataStepRate: 0,
    format: format('R32G32_FLOAT').id,
  };
  const drawn: PipelineState = {
    ...state,
    topology: SVGA3D_PRIMITIVE.TRIANGLELIST,
    inputLayout: {
      elements: [
        { ...element, inputRegister: 0, alignedByteOffset: 0 },
        { ...element, inputRegister: 2, alignedByteOffset: 8 },
      ],
    },
    vertexBuffers: [{ surface: vertices, stride: 16, offset: 0 }],
    vertex: stage(vertexText({ ...ofVertex, clips: true })),
    pixel: stage(ofPixel),
    rasterizer: { ...plainRasterizer, cullMode: SVGA3D_CULL.NONE },
    depthStencil: plainDepthStencil,
    targets: [{ ...state.targets[0]!, surface: color, format: color.layout.format }],
    depthTarget: undefined,
  };
  renderer.draw(drawn, { ...call, vertexCount: 3 });
  // Pixel 2 of row 4 of each sample: the sample at an eighth is clipped.
  const at = (image: Uint8Array) =>
    [0, 1, 2, 3].map((sample) => image[sample * color.layout.sheetBytes + 4 * SIDE + 2] > 0);
  expect(at(color.ownImage)).toEqual([true, true, false, true]);
  expect(renderer.others.get(color)!.map(at)).toContainEqual([true, true, true, true]);
});
