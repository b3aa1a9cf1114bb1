import { formatByName, SurfaceLayout, type SurfaceDescription } from '@cg/surface-layout';
import type {
  DrawCall,
  InputElement,
  PipelineState,
  RenderShader,
  RenderSurface,
  ResourceView,
  ShaderStage,
  TargetView,
} from '@cg/svga-device';
import { plainCall, plainDepthStencil, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { encodeShader, parseShader } from '@cg/vgpu10';
import { rendererDevice, WebGpuRenderer, type WebGpuRendererOptions } from '../../src/index.js';

/** A surface of a test: its bytes are there. */
export interface TestSurface extends RenderSurface {
  readonly ownImage: Uint8Array;
}

const context = { configure: () => {}, unconfigure: () => {} };

/** Makes what stands for canvases where there is no page: pictures of screens are kept, and shown nowhere. */
export const makeCanvas = () => ({ getContext: () => context as unknown as GPUCanvasContext });

/** What a bench is opened with. */
export interface BenchOptions extends WebGpuRendererOptions {
  /** Features that the device does without. */
  readonly without?: readonly string[];
}

const shaders = new Map<string, RenderShader>();

/** A shader of its text; equal texts give one object. */
export function shader(text: string): RenderShader {
  let found = shaders.get(text);
  if (found === undefined) {
    found = { tokens: encodeShader(parseShader(text)) };
    shaders.set(text, found);
  }
  return found;
}

/** A stage with what is bound to it. */
export function stage(text: string, bound: Partial<ShaderStage> = {}): ShaderStage {
  return { shader: shader(text), constants: [], views: [], samplers: [], ...bound };
}

export function surface(
  format: string,
  width: number,
  height = 1,
  more: Partial<SurfaceDescription> = {},
): TestSurface {
  const { id } = formatByName(format)!;
  const layout = new SurfaceLayout({
    format: id,
    width,
    height,
    depth: 1,
    mipLevels: 1,
    layers: 1,
    samples: 1,
    ...more,
  });
  return { layout, ownImage: new Uint8Array(layout.bytes) };
}

/** A buffer with these bytes. */
export function buffer(
  data: ArrayLike<number> & { readonly buffer: ArrayBufferLike; readonly byteLength: number },
): TestSurface {
  const made = surface('BUFFER', data.byteLength);
  made.ownImage.set(new Uint8Array(data.buffer, 0, data.byteLength));
  return made;
}

export function target(
  of: RenderSurface,
  more: Partial<TargetView> & { readonly as?: string } = {},
): TargetView {
  const { as, ...rest } = more;
  const format = as === undefined ? of.layout.format : formatByName(as)!;
  return { surface: of, format, dimension: 3, mip: 0, firstLayer: 0, layers: 1, ...rest };
}

export function texture(
  of: RenderSurface,
  more: { readonly as?: string; readonly dimension?: number } = {},
): ResourceView {
  const { as, dimension = 3 } = more;
  return {
    kind: 'texture',
    surface: of,
    format: as === undefined ? of.layout.format : formatByName(as)!,
    dimension,
    firstMip: 0,
    mips: of.layout.mips.length,
    firstLayer: 0,
    layers: of.layout.layers,
  };
}

export function element(register: number, format: string, more: Partial<InputElement> = {}): InputElement {
  return {
    inputSlot: 0,
    alignedByteOffset: 0,
    format: formatByName(format)!.id,
    inputSlotClass: 0,
    instanceDataStepRate: 0,
    inputRegister: register,
    ...more,
  };
}

/** Positions of two components, drawn at depth 0.5. */
export const positionShader = `vs_4_0
dcl_input v0.xy
dcl_output_siv o0.xyzw, position
mov o0.xy, v0.xyxx
mov o0.zw, l(0.0, 0.0, 0.5, 1.0)
ret
`;

/** Two triangles over everything, as a strip. */
export const everywhere = Float32Array.of(-1, -1, -1, 1, 1, -1, 1, 1);

function floatText(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

export function colorShader(r: number, g: number, b: number, a: number): string {
  return `ps_4_0
dcl_output o0.xyzw
mov o0.xyzw, l(${[r, g, b, a].map(floatText).join(', ')})
ret
`;
}

/** A state that draws everywhere with a pixel shader. */
export function fullState(
  pixel: ShaderStage | undefined,
  targets: readonly (TargetView | undefined)[],
  more: Partial<PipelineState> = {},
): PipelineState {
  const first = [...targets, more.depthTarget].find((view) => view !== undefined);
  const { width, height } = first?.surface.layout.mips[first.mip] ?? { width: 1, height: 1 };
  return {
    topology: 5,
    inputLayout: { elements: [element(0, 'R32G32_FLOAT')] },
    vertexBuffers: [{ surface: buffer(everywhere), stride: 8, offset: 0 }],
    indexBuffer: undefined,
    vertex: stage(positionShader),
    geometry: undefined,
    pixel,
    streamOutput: undefined,
    rasterizer: plainRasterizer,
    viewports: [{ x: 0, y: 0, width, height, minDepth: 0, maxDepth: 1 }],
    scissors: [],
    depthStencil: plainDepthStencil,
    stencilReference: 0,
    blend: undefined,
    blendFactor: [0, 0, 0, 0],
    sampleMask: 0xffffffff,
    targets,
    depthTarget: undefined,
    ...more,
  };
}

/** Throws if two values differ. */
export function same(actual: unknown, expected: unknown, what = ''): void {
  const [a, b] = [actual, expected].map((value) =>
    JSON.stringify(ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value),
  );
  if (a !== b) {
    throw new Error(`${what}: ${a.slice(0, 300)}, expected ${b.slice(0, 300)}`);
  }
}

/** A renderer on a device of its own, whose errors are collected. */
export class Bench {
  readonly errors: string[] = [];

  private constructor(
    readonly device: GPUDevice,
    readonly renderer: WebGpuRenderer,
  ) {}

  static async open(requestAdapter: () => Promise<GPUAdapter>, options: BenchOptions = {}): Promise<Bench> {
    const adapter = await requestAdapter();
    const descriptor = rendererDevice(adapter);
    const { without = [] } = options;
    const device = await adapter.requestDevice({
      ...descriptor,
      requiredFeatures: [...(descriptor.requiredFeatures ?? [])].filter(
        (feature) => !without.includes(feature),
      ),
    });
    const bench = new Bench(device, new WebGpuRenderer(device, options));
    device.addEventListener('uncapturederror', ({ error }) => bench.errors.push(error.message));
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('internal');
    device.pushErrorScope('validation');
    return bench;
  }

  /** Throws if WebGPU has found an error. */
  async close(): Promise<void> {
    await this.renderer.finish();
    const scopes = [
      await this.device.popErrorScope(),
      await this.device.popErrorScope(),
      await this.device.popErrorScope(),
    ];
    const errors = [
      ...scopes.filter((error) => error !== null).map(({ message }) => message),
      ...this.errors,
    ];
    this.device.destroy();
    if (errors.length > 0) {
      throw new Error(`WebGPU: ${errors[0]}`);
    }
  }

  /** Draws, and waits if it has to. */
  async draw(state: PipelineState, drawCall: DrawCall): Promise<void> {
    await this.renderer.draw(state, drawCall);
  }

  /** Draws to a target everywhere with a pixel shader. */
  async fill(
    pixel: string | ShaderStage,
    of: RenderSurface | TargetView,
    more: Partial<PipelineState> = {},
  ): Promise<void> {
    const view = 'surface' in of ? of : target(of);
    await this.draw(fullState(typeof pixel === 'string' ? stage(pixel) : pixel, [view], more), plainCall(4));
  }

  /** The bytes of a surface, once the renderer has brought them up to date. */
  async read(of: TestSurface, subresource = 0): Promise<Uint8Array> {
    await this.renderer.imageNeeded(of, subresource);
    const offset = of.layout.offsetOf(subresource);
    return of.ownImage.slice(offset, offset + of.layout.mipOf(subresource).bytes);
  }

  /** Why draws were left out. */
  get omissions(): string[] {
    return [...this.renderer.statistics.omissions.keys()];
  }
}

/** Clears all of a surface: a colour to red, depth to 1, and stencil only if told to. */
export function clear({ renderer }: Bench, of: RenderSurface, value = 1, stencil?: number): void {
  const { width, height } = of.layout.description;
  const isDepth = of.layout.format.flags.includes('DEPTH');
  const view = {
    surface: of,
    format: of.layout.format,
    slices: [{ offset: 0, texels: width * height }],
    subresources: [0],
    isWhole: true,
  };
  const cleared = isDepth
    ? renderer.clear(view, {
        kind: 'depth-stencil',
        depth: value,
        ...(stencil !== undefined && { stencil }),
      })
    : renderer.clear(view, { kind: 'color', color: Float64Array.of(value, 0, 0, 1) });
  same(cleared, true, 'clear');
}

/** Until what is recorded is submitted: a draw at least. */
export async function rest(bench: Bench): Promise<void> {
  await bench.fill(colorShader(1, 0, 0, 0), surface('R8_UNORM', 1, 1));
  await Promise.resolve();
}

/** A test that runs where there is a GPU. */
export type Scenario = (open: (options?: BenchOptions) => Promise<Bench>) => Promise<void>;
