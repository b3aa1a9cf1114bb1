import { formatByName, SurfaceLayout, type SurfaceDescription } from '@cg/surface-layout';
import type {
  DepthStencilState,
  DrawCall,
  InputElement,
  PipelineState,
  RenderShader,
  RenderSurface,
  ResourceView,
  SamplerState,
  ShaderStage,
  TargetView,
} from '@cg/svga-device';
import { plainCall, plainDepthStencil, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { SVGA3D_COMPARISON, SVGA3D_PRIMITIVE, SVGA3D_RESOURCE } from '@cg/svga-protocol';
import { encodeShader, parseShader } from '@cg/vgpu10';
import { SoftRenderer } from '../src/index.js';

export function format(name: string) {
  const found = formatByName(name);
  if (found === undefined) {
    throw new Error(`no format ${name}`);
  }
  return found;
}

/** A surface with an image of its own. */
export class TestSurface implements RenderSurface {
  readonly layout: SurfaceLayout;
  readonly ownImage: Uint8Array;

  constructor(name: string, width: number, height = 1, rest: Partial<SurfaceDescription> = {}) {
    const one = { depth: 1, mipLevels: 1, layers: 1, samples: 1 };
    this.layout = new SurfaceLayout({ ...one, ...rest, format: format(name).id, width, height });
    this.ownImage = new Uint8Array(this.layout.bytes);
  }

  static buffer(bytes: ArrayBufferView): TestSurface {
    const surface = new TestSurface('BUFFER', Math.max(bytes.byteLength, 1));
    surface.ownImage.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return surface;
  }

  /** Words of the image. */
  get words(): Uint32Array {
    return new Uint32Array(this.ownImage.slice().buffer);
  }

  get floats(): Float32Array {
    return new Float32Array(this.ownImage.slice().buffer);
  }

  target(name?: string, rest: Partial<TargetView> = {}): TargetView {
    return {
      surface: this,
      format: name === undefined ? this.layout.format : format(name),
      dimension: this.layout.mips[0].depth > 1 ? SVGA3D_RESOURCE.TEXTURE3D : SVGA3D_RESOURCE.TEXTURE2D,
      mip: 0,
      firstLayer: 0,
      layers: this.layout.layers,
      ...rest,
    };
  }

  texture(rest: Partial<ResourceView & { kind: 'texture' }> = {}): ResourceView {
    const { description } = this.layout;
    return {
      kind: 'texture',
      surface: this,
      format: this.layout.format,
      dimension:
        description.cube === true
          ? SVGA3D_RESOURCE.TEXTURECUBE
          : description.depth > 1
            ? SVGA3D_RESOURCE.TEXTURE3D
            : SVGA3D_RESOURCE.TEXTURE2D,
      firstMip: 0,
      mips: this.layout.mips.length,
      firstLayer: 0,
      layers: this.layout.layers,
      ...rest,
    };
  }
}

const shaders = new Map<string, RenderShader>();

/** A shader of assembly; equal texts are the same shader. */
export function shader(text: string): RenderShader {
  const known = shaders.get(text) ?? { tokens: encodeShader(parseShader(text)) };
  shaders.set(text, known);
  return known;
}

export function stage(text: string, rest: Partial<ShaderStage> = {}): ShaderStage {
  return { shader: shader(text), constants: [], views: [], samplers: [], ...rest };
}

/** Passes a position and an attribute. */
export const PASS_VS = `
vs_4_0
dcl_input v0.xyzw
dcl_input v1.xyzw
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
mov o0.xyzw, v0.xyzw
mov o1.xyzw, v1.xyzw
ret
`;

/** Gives out the attribute. */
export const COLOR_PS = `
ps_4_0
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
mov o0.xyzw, v1.xyzw
ret
`;

/** The default of Direct3D: depth is tested and written. */
export const depthStencil: DepthStencilState = {
  ...plainDepthStencil,
  depthEnable: 1,
  depthWriteMask: 1,
  depthFunc: SVGA3D_COMPARISON.LESS,
  frontEnable: 1,
  backEnable: 1,
};

export const sampler: SamplerState = {
  filter: 0,
  addressU: 3,
  addressV: 3,
  addressW: 3,
  mipLODBias: 0,
  maxAnisotropy: 1,
  comparisonFunc: 1,
  borderColorR: 0,
  borderColorG: 0,
  borderColorB: 0,
  borderColorA: 0,
  minLOD: -1000,
  maxLOD: 1000,
};

export function element(
  name: string,
  register: number,
  offset: number,
  rest: Partial<InputElement> = {},
): InputElement {
  return {
    inputSlot: 0,
    alignedByteOffset: offset,
    format: format(name).id,
    inputSlotClass: 0,
    instanceDataStepRate: 0,
    inputRegister: register,
    ...rest,
  };
}

/** Position and an attribute, 8 floats a vertex. */
const twoVectors = [element('R32G32B32A32_FLOAT', 0, 0), element('R32G32B32A32_FLOAT', 1, 16)];

/** A draw of vertices of 8 floats to a target of its size, without culling. */
export function pipeline(
  target: TestSurface,
  vertices: readonly (readonly number[])[],
  rest: Partial<PipelineState> = {},
): PipelineState {
  const { width, height } = target.layout.mips[0];
  const surface = TestSurface.buffer(Float32Array.from(vertices.flat()));
  return {
    topology: SVGA3D_PRIMITIVE.TRIANGLELIST,
    inputLayout: { elements: twoVectors },
    vertexBuffers: [{ surface, stride: 32, offset: 0 }],
    indexBuffer: undefined,
    vertex: stage(PASS_VS),
    geometry: undefined,
    pixel: stage(COLOR_PS),
    streamOutput: undefined,
    rasterizer: plainRasterizer,
    viewports: [{ x: 0, y: 0, width, height, minDepth: 0, maxDepth: 1 }],
    scissors: [],
    depthStencil: undefined,
    stencilReference: 0,
    blend: undefined,
    blendFactor: [1, 1, 1, 1],
    sampleMask: 0xffff_ffff,
    targets: [target.target()],
    depthTarget: undefined,
    ...rest,
  };
}

export const renderer = new SoftRenderer();

export function draw(state: PipelineState, vertexCount: number, rest: Partial<DrawCall> = {}): void {
  renderer.draw(state, plainCall(vertexCount, rest));
}

/** A vertex at a place of a window, in pixels, with an attribute. */
export function at(
  { width, height }: { readonly width: number; readonly height: number },
  x: number,
  y: number,
  attribute: readonly number[] = [1, 1, 1, 1],
  z = 0,
  w = 1,
): number[] {
  return [((2 * x) / width - 1) * w, (1 - (2 * y) / height) * w, z * w, w, ...attribute];
}

/** Two triangles over a whole window. */
export function whole(attribute: readonly number[] = [1, 1, 1, 1], z = 0): number[][] {
  const [lt, rt, lb, rb] = [
    [-1, 1],
    [1, 1],
    [-1, -1],
    [1, -1],
  ].map((place) => [...place, z, 1, ...attribute]);
  return [lt, rt, lb, lb, rt, rb];
}
