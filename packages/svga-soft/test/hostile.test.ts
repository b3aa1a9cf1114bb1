import { surfaceFormats, type SurfaceFormat } from '@cg/surface-layout';
import type {
  DrawCall,
  PipelineState,
  RenderShader,
  ResourceView,
  SamplerState,
  ShaderStage,
  TargetView,
} from '@cg/svga-device';
import { plainBlend, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { expect, it } from 'vitest';
import { SoftRenderer } from '../src/index.js';
import { geometryShader, pixelShaders } from './hostile-shaders.js';
import { COLOR_PS, depthStencil, pipeline, PASS_VS, sampler, shader, TestSurface } from './pipeline.js';

type Draw = (below: number) => number;

/** Makes states of whatever values. */
class HostileStates {
  constructor(private readonly draw: Draw) {}

  /** A state that draws, with some parts of it replaced. */
  state(): PipelineState {
    const hostile = this.hostile();
    const surface = new TestSurface('R8G8B8A8_UNORM', 16, 16);
    const places = Array.from({ length: 24 }, () =>
      [0, 0, 0, 0].map((_, i) => (i < 3 ? this.draw(200) / 100 - 1 : 1)),
    );
    const plain = pipeline(
      surface,
      places.map((place) => [...place, ...place]),
    );
    const parts = Object.keys(plain) as (keyof PipelineState)[];
    const replaced = parts.filter(() => this.draw(4) === 0).map((part) => [part, hostile[part]]);
    return { ...plain, ...Object.fromEntries(replaced) };
  }

  private hostile(): PipelineState {
    const { pick } = this;
    return {
      topology: this.small(13),
      inputLayout: {
        elements: this.some(4, () => ({
          inputSlot: this.small(3),
          alignedByteOffset: this.number(),
          format: this.draw(200),
          inputSlotClass: this.draw(3),
          instanceDataStepRate: this.number(),
          inputRegister: this.small(34),
        })),
      },
      vertexBuffers: this.some(3, () =>
        this.maybe(() => ({ surface: this.buffer(), stride: this.small(40), offset: this.number() })),
      ),
      indexBuffer: this.maybe(() => ({
        surface: this.buffer(),
        offset: this.number(),
        indexBytes: pick([2, 4] as const),
      })),
      vertex: this.stage(pick([PASS_VS, PASS_VS, PASS_VS, COLOR_PS])),
      geometry: this.draw(4) === 0 ? this.stage(geometryShader) : undefined,
      pixel: this.draw(8) === 0 ? undefined : this.stage(pick(pixelShaders)),
      streamOutput:
        this.draw(2) > 0
          ? undefined
          : {
              layout: {
                elements: this.some(5, () => ({
                  buffer: this.draw(6),
                  register: this.maybe(() => this.small(40)),
                  mask: this.draw(256),
                })),
                strides: [this.number(), this.small(64), 0, this.small(64)],
              },
              targets: this.some(4, () =>
                this.maybe(() => ({
                  surface: this.buffer(),
                  offset: this.small(32),
                  size: this.small(512),
                  appends: this.draw(2) === 0,
                })),
              ),
            },
      rasterizer: this.maybe(() => ({
        ...plainRasterizer,
        fillMode: this.draw(5),
        cullMode: this.draw(5),
        frontCounterClockwise: this.draw(2),
        depthBias: this.number() | 0,
        depthBiasClamp: this.float(),
        slopeScaledDepthBias: this.float(),
        depthClipEnable: this.draw(2),
        scissorEnable: this.draw(2),
      })),
      viewports: this.some(3, () => ({
        x: this.float(),
        y: this.float(),
        width: this.float(),
        height: this.float(),
        minDepth: this.float(),
        maxDepth: this.float(),
      })),
      scissors: this.some(2, () => ({
        left: this.number() | 0,
        top: this.number() | 0,
        right: this.number() | 0,
        bottom: this.number() | 0,
      })),
      depthStencil: this.maybe(() => ({
        ...depthStencil,
        depthFunc: this.draw(10),
        stencilEnable: this.draw(2),
        frontStencilFunc: this.draw(10),
        frontStencilPassOp: this.draw(10),
        backStencilFailOp: this.draw(10),
      })),
      stencilReference: this.number(),
      blend: this.maybe(() => {
        const alike = plainBlend(
          {},
          { alphaToCoverageEnable: this.draw(2), independentBlendEnable: this.draw(2) },
        );
        const perRT = alike.perRT.map((target) => ({
          ...target,
          blendEnable: this.draw(2),
          srcBlend: this.draw(22),
          destBlendAlpha: this.draw(22),
          blendOp: this.draw(7),
          renderTargetWriteMask: this.draw(256),
        }));
        return { ...alike, perRT };
      }),
      blendFactor: this.some(5, () => this.float()),
      sampleMask: this.number(),
      targets: this.some(3, () => this.maybe(() => this.target())),
      depthTarget: this.maybe(() => ({
        ...this.target(),
        depthReadOnly: this.draw(2) === 0,
        stencilReadOnly: this.draw(2) === 0,
      })),
    };
  }

  call(): DrawCall {
    return {
      indexed: this.draw(2) === 0,
      vertexCount: this.draw(9) === 0 ? 'auto' : this.number(),
      firstVertex: this.number(),
      baseVertex: this.number() | 0,
      instanceCount: this.draw(3) > 0 ? 1 : this.number(),
      firstInstance: this.number(),
    };
  }

  private readonly pick = <T>(choices: readonly T[]): T => choices[this.draw(choices.length)];

  private maybe<T>(make: () => T): T | undefined {
    return this.draw(4) === 0 ? undefined : make();
  }

  private some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.draw(most + 1) }, make);
  }

  /** Mostly below a number, sometimes any. */
  private small(below: number): number {
    return this.draw(12) === 0 ? this.number() : this.draw(below);
  }

  /** A word: mostly small. */
  private number(): number {
    return this.pick([
      0,
      1,
      2,
      3,
      6,
      12,
      this.draw(64),
      this.draw(4096),
      0x7fff_ffff,
      0x8000_0000,
      0xffff_ffff,
      this.draw(2 ** 31) * 2,
    ]);
  }

  private float(): number {
    return this.pick([
      0,
      1,
      4,
      8,
      8,
      16,
      0.5,
      -3.5,
      this.draw(1000) / 7,
      -1e20,
      3e38,
      NaN,
      Infinity,
      -Infinity,
      1e-40,
      32768,
    ]);
  }

  private format(): SurfaceFormat {
    const named = [
      'R8G8B8A8_UNORM',
      'R32G32B32A32_FLOAT',
      'D24_UNORM_S8_UINT',
      'D32_FLOAT',
      'R8G8B8A8_UINT',
      'BC1_UNORM',
      'R16G16_FLOAT',
    ];
    const format =
      this.draw(3) === 0
        ? this.pick(surfaceFormats)
        : surfaceFormats.find(({ name }) => name === `SVGA3D_${this.pick(named)}`);
    return format === undefined || format.bytesPerBlock === 0 ? surfaceFormats[2] : format;
  }

  private surface(): TestSurface {
    const { name } = this.format();
    const size = () => this.pick([1, 2, 5, 8, 16]);
    const rest = this.pick([
      {},
      {},
      { samples: 4 },
      { samples: 3 },
      { mipLevels: 4, layers: 3 },
      { depth: 4 },
      { layers: 6, cube: true },
      { layers: 12, cube: true },
    ]);
    return new TestSurface(name, size(), size(), rest);
  }

  private buffer(): TestSurface {
    const floats = Float32Array.from({ length: this.draw(64) + 1 }, () => this.float());
    return TestSurface.buffer(floats);
  }

  private target(): TargetView {
    const surface = this.surface();
    const format = this.draw(4) === 0 ? this.format() : surface.layout.format;
    return {
      ...surface.target(),
      format,
      dimension: this.draw(8),
      mip: this.small(2),
      firstLayer: this.small(2),
      layers: this.small(4),
    };
  }

  private view(): ResourceView {
    const surface = this.draw(3) === 0 ? this.buffer() : this.surface();
    const format = this.draw(4) === 0 ? this.format() : surface.layout.format;
    if (this.draw(4) === 0) {
      return { kind: 'buffer', surface, format, firstElement: this.number(), elements: this.number() };
    }
    return {
      kind: 'texture',
      surface,
      format,
      dimension: this.draw(8),
      firstMip: this.small(2),
      mips: this.small(4),
      firstLayer: this.small(2),
      layers: this.small(13),
    };
  }

  private samplerState(): SamplerState {
    const address = () => this.draw(8);
    return {
      ...sampler,
      filter: this.draw(256),
      addressU: address(),
      addressV: address(),
      addressW: address(),
      mipLODBias: this.float(),
      minLOD: this.float(),
      maxLOD: this.float(),
      comparisonFunc: this.draw(10),
    };
  }

  private stage(text: string): ShaderStage {
    return {
      shader: this.draw(20) === 0 ? this.damaged(shader(text)) : shader(text),
      constants: this.some(2, () =>
        this.maybe(() => ({ surface: this.buffer(), offset: this.number(), size: this.number() })),
      ),
      views: this.some(2, () => this.maybe(() => this.view())),
      samplers: this.some(2, () => this.maybe(() => this.samplerState())),
    };
  }

  private damaged({ tokens }: RenderShader): RenderShader {
    const words = tokens.slice(0, this.draw(tokens.length + 1));
    for (let i = 0; i < 3 && words.length > 0; i++) {
      words[this.draw(words.length)] = this.number();
    }
    return { tokens: words };
  }
}

it(
  'no state and no call is an error, or takes longer than its budget',
  () => {
    const sum = { draws: 0, samples: 0, written: 0, ended: 0 };
    for (const seed of seeds(100)) {
      const states = new HostileStates(seededDraw(seed));
      const renderer = new SoftRenderer({ maxDrawWork: 5000, maxShaderSteps: 1000 });
      const queries = [0, 5].map((type) => ({ type }));
      queries.forEach((query) => renderer.beginQuery(query));
      for (let i = 0; i < 4; i++) {
        try {
          renderer.draw(states.state(), states.call());
        } catch (error) {
          throw new Error(`seed ${seed}: ${(error as Error).stack}`, { cause: error });
        }
        sum.draws++;
      }
      const [[samples], [written]] = queries.map((query) => renderer.endQuery(query)!);
      sum.samples += samples;
      sum.written += written;
      sum.ended += renderer.endedDraws;
    }
    process.stdout.write(`hostile draws: ${JSON.stringify(sum)}\n`);
    // It must have drawn something to be meaningful.
    expect(sum.samples).toBeGreaterThan(sum.draws);
    expect(sum.written).toBeGreaterThan(0);
  },
  seedsTimeout,
);

it('a buffer pays for the work of its draws, and a draw ends where the buffer has no more', () => {
  const renderer = new SoftRenderer();
  const surface = new TestSurface('R8G8B8A8_UNORM', 64, 64);
  const state = pipeline(
    surface,
    [
      [-1, -1, 0, 1],
      [3, -1, 0, 1],
      [-1, 3, 0, 1],
    ].map((place) => [...place, ...place]),
  );
  const call = {
    indexed: false,
    vertexCount: 3,
    firstVertex: 0,
    baseVertex: 0,
    instanceCount: 1,
    firstInstance: 0,
  };
  const charged: number[] = [];
  const work = (left: number) => ({
    left,
    charge: (units: number) => charged.push(units) > 0 && units <= left,
  });
  renderer.draw(state, call, undefined, work(2 ** 32));
  // A quad of 2 × 2 pixels costs some units, and a unit 8 of the device's.
  expect(charged[0]).toBeGreaterThan(8 * 32 * 32);
  expect(renderer.endedDraws).toBe(0);
  renderer.draw(state, call, undefined, work(1000));
  expect(charged[1]).toBeGreaterThan(1000);
  expect(charged[1]).toBeLessThan(2000);
  expect(renderer.endedDraws).toBe(1);
});
