import { surfaceFormats, SurfaceLayout } from '@cg/surface-layout';
import type {
  BufferRange,
  DrawCall,
  PipelineState,
  RenderShader,
  RenderSurface,
  ResourceView,
  ShaderStage,
  TargetView,
} from '@cg/svga-device';
import { shader, type TestSurface } from './bench.js';

/** A number below a bound. */
export type RandomDraw = (bound: number) => number;

const vertexShaders = [
  `vs_4_0
dcl_input v0.xyzw
dcl_input v1.xyzw
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
mov o0.xyzw, v0.xyzw
mov o1.xyzw, v1.xyzw
ret
`,
  `vs_4_0
dcl_constantbuffer cb0[4], dynamicIndexed
dcl_input v0.xyzw
dcl_input_siv v2.x, vertex_id
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
dcl_output_siv o2.xy, clip_distance
dcl_temps 1
dcl_resource_buffer (float,float,float,float) t3
and r0.x, v2.x, l(7)
ld r0.xyzw, r0.xxxx, t3.xyzw
add o0.xyzw, v0.xyzw, cb0[1].xyzw
add o1.xyzw, r0.yzwx, cb0[3].xyzw
mov o2.xy, v0.xyxx
ret
`,
];

const pixelShaders = [
  `ps_4_0
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
mov o0.xyzw, v1.xyzw
ret
`,
  `ps_4_0
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
dcl_output o1.xyzw
dcl_output o5.xyzw
dcl_sampler s0, mode_default
dcl_sampler s1, mode_default
dcl_resource_texture2d (float,float,float,float) t0
dcl_resource_texture2darray (float,float,float,float) t1
dcl_resource_texture3d (float,float,float,float) t2
dcl_temps 2
sample r0.xyzw, v1.xyxx, t0.xyzw, s0
sample r1.xyzw, v1.xyzx, t1.xyzw, s1
add o0.xyzw, r0.xyzw, r1.xyzw
sample o1.xyzw, v1.xyzx, t2.xyzw, s0
mov o5.xyzw, v1.xyzw
ret
`,
  `ps_4_0
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
dcl_output oDepth
dcl_sampler s2, mode_default
dcl_resource_texturecube (float,float,float,float) t0
dcl_resource_buffer (uint,uint,uint,uint) t4
dcl_temps 2
sample r0.xyzw, v1.xyzx, t0.xyzw, s2
ld r1.xyzw, l(3, 3, 3, 3), t4.xyzw
add o0.xyzw, r0.xyzw, r1.xyzw
mov oDepth, v1.x
ret
`,
  `ps_4_1
dcl_output o0.xyzw
dcl_sampler s0, mode_default
dcl_resource_texture2dms(4) (float,float,float,float) t0
dcl_resource_texture2d (float,float,float,float) t1
dcl_temps 1
ldms r0.xyzw, l(1, 1, 0, 0), t0.xyzw, l(2)
sample_c r0.x, r0.xyxx, t1.xxxx, s0, l(0.5)
mov o0.xyzw, r0.xyzw
ret
`,
];

const geometryShader = `gs_4_0
dcl_input_siv v[3][0].xyzw, position
dcl_input v[3][1].xyzw
dcl_inputprimitive triangle
dcl_outputtopology linestrip
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
dcl_output_siv o2.x, rendertarget_array_index
dcl_maxout 3
mov o0.xyzw, v[0][0].xyzw
mov o1.xyzw, v[0][1].xyzw
mov o2.x, l(1)
emit
mov o0.xyzw, v[1][0].xyzw
mov o1.xyzw, v[1][1].xyzw
mov o2.x, l(1)
emit
cut
ret
`;

const usualFormats =
  /_(R8G8B8A8|B8G8R8[AX]8|R16G16B16A16|R32G32B32A32|R32|R8|A8|B5G6R5|R10G10B10A2|D24|D32|D16|R24|R16)_/;

/** Numbers that a hostile guest would choose. */
const badNumbers = [0, 1, 3, 7, 16, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0xffff_ffff];
const badFloats = [0, -0, 1, -1, 0.5, 1e9, -1e9, NaN, Infinity, -Infinity, 1e-40];

/** States and calls of draws, with any values: a renderer may leave out such a draw, but must not fail. */
export class RandomStates {
  readonly surfaces: TestSurface[] = [];

  constructor(
    readonly draw: RandomDraw,
    surfaces = 24,
  ) {
    for (let i = 0; i < surfaces; i++) {
      this.surfaces.push(this.surface());
    }
  }

  #of<T>(values: readonly T[]): T {
    return values[this.draw(values.length)];
  }

  /** Mostly small numbers. */
  #number(bound: number): number {
    return this.draw(8) === 0 ? this.#of(badNumbers) : this.draw(bound);
  }

  #float(): number {
    return this.draw(4) === 0 ? this.#of(badFloats) : this.draw(1000) / 250 - 2;
  }

  surface(): TestSurface {
    const { draw } = this;
    const usable = surfaceFormats.filter(({ bytesPerBlock }) => bytesPerBlock > 0);
    const isBuffer = draw(3) === 0;
    const usual = usable.filter(({ name }) => usualFormats.test(name));
    const format = isBuffer ? usable.find(({ buffer }) => buffer)! : this.#of(draw(3) === 0 ? usable : usual);
    const isMultisampled = !isBuffer && draw(6) === 0;
    const isVolume = !isBuffer && !isMultisampled && draw(6) === 0;
    const layout = new SurfaceLayout({
      format: format.id,
      width: isBuffer ? 1 + draw(600) : 1 + draw(12),
      height: isBuffer ? 1 : 1 + draw(12),
      depth: isVolume ? 1 + draw(4) : 1,
      mipLevels: isBuffer || isMultisampled ? 1 : 1 + draw(6),
      layers: isBuffer || isVolume ? 1 : this.#of([1, 1, 2, 6, 7, 12]),
      samples: isMultisampled ? this.#of([2, 4, 8]) : 1,
    });
    const ownImage = Uint8Array.from({ length: layout.bytes }, () => draw(256));
    return { layout, ownImage };
  }

  #texture(): TestSurface {
    const textures = this.surfaces.filter(({ layout }) => !layout.format.buffer);
    return this.draw(12) === 0 ? this.#of(this.surfaces) : this.#of(textures);
  }

  #buffer(): TestSurface {
    const buffers = this.surfaces.filter(({ layout }) => layout.format.buffer);
    return this.draw(12) === 0 ? this.#of(this.surfaces) : this.#of(buffers);
  }

  /** A format for a view of a surface: one of equal blocks. */
  #formatFor({ layout }: RenderSurface) {
    const equal = surfaceFormats.filter(
      ({ bytesPerBlock, blockWidth }) =>
        bytesPerBlock === layout.format.bytesPerBlock && blockWidth === layout.format.blockWidth,
    );
    return this.draw(3) === 0 ? this.#of(equal) : layout.format;
  }

  target(): TargetView {
    const of = this.#texture();
    const { mips, layers, description } = of.layout;
    const firstLayer = this.draw(Math.max(layers, description.depth));
    return {
      surface: of,
      format: this.#formatFor(of),
      dimension: description.depth > 1 ? 4 : 3,
      mip: this.draw(mips.length),
      firstLayer,
      layers: 1 + this.draw(3),
    };
  }

  view(): ResourceView {
    if (this.draw(4) === 0) {
      const of = this.#buffer();
      const format = this.#of(surfaceFormats.filter(({ bytesPerBlock }) => bytesPerBlock > 0));
      return {
        kind: 'buffer',
        surface: of,
        format,
        firstElement: this.#number(9),
        elements: this.#number(90),
      };
    }
    const of = this.#texture();
    const { mips, layers, description } = of.layout;
    const firstMip = this.draw(mips.length);
    const firstLayer = this.draw(layers);
    return {
      kind: 'texture',
      surface: of,
      format: this.#formatFor(of),
      dimension: description.depth > 1 ? 4 : this.#of([2, 3, 5]),
      firstMip,
      mips: 1 + this.draw(mips.length - firstMip),
      firstLayer,
      layers: 1 + this.draw(layers - firstLayer),
    };
  }

  #shader(texts: readonly string[]): RenderShader {
    const valid = shader(this.#of(texts));
    if (this.draw(40) > 0) {
      return valid;
    }
    const tokens = valid.tokens.slice();
    tokens[this.draw(tokens.length)] = this.draw(2) === 0 ? this.#of(badNumbers) : this.draw(0x7fffffff);
    return { tokens };
  }

  #stage(texts: readonly string[]): ShaderStage {
    const { draw } = this;
    const constants = Array.from({ length: 2 }, (): BufferRange | undefined =>
      draw(4) === 0
        ? undefined
        : { surface: this.#buffer(), offset: 256 * draw(3), size: 16 * this.#number(8) },
    );
    const views = Array.from({ length: 5 }, () => (draw(4) === 0 ? undefined : this.view()));
    const samplers = Array.from({ length: 3 }, () => (draw(4) === 0 ? undefined : this.sampler()));
    return { shader: this.#shader(texts), constants, views, samplers };
  }

  sampler(): NonNullable<ShaderStage['samplers'][number]> {
    const { draw } = this;
    return {
      filter: draw(256),
      addressU: draw(8),
      addressV: draw(8),
      addressW: draw(8),
      mipLODBias: this.#float(),
      maxAnisotropy: draw(256),
      comparisonFunc: draw(10),
      borderColorR: this.#float(),
      borderColorG: this.#float(),
      borderColorB: this.#float(),
      borderColorA: this.#float(),
      minLOD: this.#float(),
      maxLOD: this.#float(),
    } as NonNullable<ShaderStage['samplers'][number]>;
  }

  state(): PipelineState {
    const { draw } = this;
    const formats = surfaceFormats.filter(({ bytesPerBlock }) => bytesPerBlock > 0);
    const depth = draw(3) > 0 ? undefined : this.#depthTarget();
    return {
      topology: draw(4) === 0 ? draw(12) : 1,
      inputLayout: {
        elements: Array.from({ length: draw(4) }, (_, register) => ({
          inputSlot: draw(3),
          alignedByteOffset: this.#number(20),
          format: this.#of(formats).id,
          inputSlotClass: draw(3) === 0 ? 1 : 0,
          instanceDataStepRate: this.#number(3),
          inputRegister: register,
        })),
      },
      vertexBuffers: Array.from({ length: draw(4) }, () => ({
        surface: this.#buffer(),
        stride: this.#number(40),
        offset: this.#number(40),
      })),
      indexBuffer:
        draw(2) === 0
          ? undefined
          : { surface: this.#buffer(), offset: this.#number(9), indexBytes: draw(2) === 0 ? 2 : 4 },
      vertex: this.#stage(vertexShaders),
      geometry: draw(5) === 0 ? this.#stage([geometryShader]) : undefined,
      pixel: draw(8) === 0 ? undefined : this.#stage(pixelShaders),
      streamOutput: draw(6) > 0 ? undefined : this.#streamOutput(),
      rasterizer: draw(3) === 0 ? undefined : this.#rasterizer(),
      viewports: Array.from({ length: draw(8) === 0 ? 0 : 2 }, () => ({
        x: 8 * this.#float(),
        y: 8 * this.#float(),
        width: 16 * Math.abs(this.#float()),
        height: 16 * Math.abs(this.#float()),
        minDepth: this.#float(),
        maxDepth: this.#float(),
      })),
      scissors: Array.from({ length: draw(3) }, () => ({
        left: draw(20) - 5,
        top: draw(20) - 5,
        right: this.#number(20) - 5,
        bottom: this.#number(20) - 5,
      })),
      depthStencil: draw(3) === 0 ? undefined : this.#depthStencil(),
      stencilReference: this.#number(256),
      blend: draw(3) === 0 ? undefined : this.#blend(),
      blendFactor: Array.from({ length: 4 }, () => this.#float()),
      sampleMask: this.#of([0xffffffff, 0xf, 1, 0]),
      targets: Array.from({ length: draw(3) === 0 ? draw(4) : 1 }, () =>
        draw(8) === 0 ? undefined : this.target(),
      ),
      depthTarget: depth,
    };
  }

  #streamOutput(): PipelineState['streamOutput'] {
    const { draw } = this;
    return {
      layout: {
        elements: Array.from({ length: draw(5) }, () => ({
          buffer: draw(4),
          register: draw(3) === 0 ? undefined : draw(3),
          mask: draw(16),
        })),
        strides: Array.from({ length: 4 }, () => this.#number(40)),
      },
      targets: Array.from({ length: draw(4) }, () =>
        draw(3) === 0
          ? undefined
          : { surface: this.#buffer(), offset: 0, size: this.#number(600), appends: draw(2) === 0 },
      ),
    };
  }

  #depthTarget(): PipelineState['depthTarget'] {
    return { ...this.target(), depthReadOnly: this.draw(2) === 0, stencilReadOnly: this.draw(2) === 0 };
  }

  #rasterizer(): PipelineState['rasterizer'] {
    const { draw } = this;
    return {
      fillMode: draw(5),
      cullMode: draw(5),
      frontCounterClockwise: draw(2),
      provokingVertexLast: draw(2),
      depthBias: draw(0x7fffffff) - 0x3fffffff,
      depthBiasClamp: this.#float(),
      slopeScaledDepthBias: this.#float(),
      depthClipEnable: draw(2),
      scissorEnable: draw(2),
      multisampleEnable: draw(2),
      antialiasedLineEnable: draw(2),
      lineWidth: this.#float(),
      lineStippleEnable: 0,
      lineStippleFactor: 0,
      lineStipplePattern: 0,
      forcedSampleCount: 0,
    } as PipelineState['rasterizer'];
  }

  #depthStencil(): PipelineState['depthStencil'] {
    const { draw } = this;
    return {
      depthEnable: draw(2),
      depthWriteMask: draw(2),
      depthFunc: draw(10),
      stencilEnable: draw(2),
      frontEnable: draw(2),
      backEnable: draw(2),
      stencilReadMask: draw(256),
      stencilWriteMask: draw(256),
      frontStencilFailOp: draw(10),
      frontStencilDepthFailOp: draw(10),
      frontStencilPassOp: draw(10),
      frontStencilFunc: draw(10),
      backStencilFailOp: draw(10),
      backStencilDepthFailOp: draw(10),
      backStencilPassOp: draw(10),
      backStencilFunc: draw(10),
    };
  }

  #blend(): PipelineState['blend'] {
    const { draw } = this;
    return {
      alphaToCoverageEnable: draw(2),
      independentBlendEnable: draw(2),
      perRT: Array.from({ length: 8 }, () => ({
        blendEnable: draw(2),
        srcBlend: draw(21),
        destBlend: draw(21),
        blendOp: draw(7),
        srcBlendAlpha: draw(21),
        destBlendAlpha: draw(21),
        blendOpAlpha: draw(7),
        renderTargetWriteMask: draw(256),
        logicOpEnable: draw(2),
        logicOp: draw(16),
      })),
    } as unknown as PipelineState['blend'];
  }

  call(): DrawCall {
    return {
      indexed: this.draw(2) === 0,
      vertexCount: this.draw(12) === 0 ? 'auto' : this.#number(30),
      firstVertex: this.#number(9),
      baseVertex: this.#number(9) | 0,
      instanceCount: this.#number(3),
      firstInstance: this.#number(3),
    };
  }
}
