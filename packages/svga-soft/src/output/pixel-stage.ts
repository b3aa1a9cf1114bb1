import type { PipelineState } from '@cg/svga-device';
import type { PixelInput, PixelOutput, ShaderBindings, ShaderInterface } from '@cg/vgpu10';
import { runCounted } from '../input/vertex-stage.js';
import type { DrawnPrimitive } from '../raster/drawn-primitive.js';
import { PixelInputs } from '../raster/pixel-inputs.js';
import { SUBPIXELS } from '../raster/triangle.js';
import type { SoftShader } from '../shaders/shader-cache.js';
import { floatOf } from '../words.js';
import type { WorkBudget } from '../work-budget.js';
import type { ColorTarget } from './color-target.js';
import type { RenderTargets } from './render-targets.js';

interface QuadLane {
  inputs: Uint32Array;
  coverage: number;
  primitiveId: number;
}

/** A pixel shader with what it finds bound. */
export interface BoundPixelShader {
  readonly shader: SoftShader;
  readonly bindings: ShaderBindings;
}

/** Runs pixel shaders on quads, tests their samples, and writes what is left. */
export class PixelStage {
  /** Samples that have passed all tests. */
  passed = 0;
  /** Pixels, or samples, that the shader has run for. */
  runs = 0;
  readonly #inputs: PixelInputs | undefined;
  readonly #lanes: readonly QuadLane[];
  readonly #colors: readonly ColorTarget[];
  /** The tests come before the shader: it cannot change their result. */
  readonly #isEarly: boolean;
  readonly #hasCoverageOfAlpha: boolean;
  readonly #sampleMask: number;
  readonly #masks = new Int32Array(4);

  /** @param before the last stage before the rasteriser */
  constructor(
    state: PipelineState,
    private readonly targets: RenderTargets,
    private readonly pixel: BoundPixelShader | undefined,
    before: ShaderInterface,
    private readonly budget: WorkBudget,
  ) {
    const own = pixel?.shader.interface;
    const outputs = own?.outputs ?? [];
    this.#inputs = own && new PixelInputs(own, before, targets.samples);
    const words = this.#inputs?.words ?? 0;
    this.#lanes = Array.from({ length: 4 }, () => ({
      inputs: new Uint32Array(words),
      coverage: 0,
      primitiveId: 0,
    }));
    this.#colors = targets.colors.filter(({ register }) =>
      outputs.some((output) => output.type === 'OUTPUT' && output.register === register),
    );
    const isMultisample = targets.sampleCount > 1;
    this.#hasCoverageOfAlpha =
      isMultisample && state.blend !== undefined && state.blend.alphaToCoverageEnable !== 0;
    this.#isEarly =
      own === undefined ||
      (!own.discards && !this.#hasCoverageOfAlpha && outputs.every(({ type }) => type === 'OUTPUT'));
    this.#sampleMask = state.sampleMask & ((1 << targets.sampleCount) - 1);
  }

  quad(drawn: DrawnPrimitive, x: number, y: number, covered: Int32Array): void {
    const masks = this.#masks;
    for (let lane = 0; lane < 4; lane++) {
      masks[lane] = covered[lane] & this.#sampleMask;
    }
    if (this.#isEarly) {
      this.#test(drawn, x, y, undefined);
    }
    if (!isAny(masks)) {
      return;
    }
    if (this.pixel === undefined || (this.#isEarly && this.#colors.length === 0)) {
      return;
    }
    if (this.#inputs?.perSample === true) {
      for (let sample = 0; sample < this.targets.sampleCount; sample++) {
        this.#shade(drawn, x, y, covered, sample, 1 << sample);
      }
    } else {
      this.#shade(drawn, x, y, covered, 0, -1);
    }
  }

  /** Runs the shader for the samples in `which`. */
  #shade(
    drawn: DrawnPrimitive,
    x: number,
    y: number,
    covered: Int32Array,
    sample: number,
    which: number,
  ): void {
    const lanes = this.#lanes;
    const all = this.#masks.slice();
    const masks = this.#masks;
    for (let lane = 0; lane < 4; lane++) {
      masks[lane] &= which;
    }
    const outputs = isAny(masks) ? this.#run(drawn, x, y, covered, sample) : undefined;
    if (outputs !== undefined) {
      if (!this.#isEarly) {
        this.#reduce(outputs);
        this.#test(drawn, x, y, outputs);
      }
      for (let lane = 0; lane < lanes.length; lane++) {
        this.#store(outputs[lane], x + (lane & 1), y + (lane >> 1), masks[lane]);
      }
    }
    masks.set(all);
  }

  /** @returns undefined if the shader ran for too long */
  #run(
    drawn: DrawnPrimitive,
    x: number,
    y: number,
    covered: Int32Array,
    sample: number,
  ): readonly PixelOutput[] | undefined {
    const { shader, bindings } = this.pixel!;
    for (let lane = 0; lane < 4; lane++) {
      this.runs += this.#masks[lane] === 0 ? 0 : 1;
      const { inputs } = this.#lanes[lane];
      this.#inputs!.write(drawn, x + (lane & 1), y + (lane >> 1), covered[lane], sample, inputs);
      this.#lanes[lane].coverage = covered[lane];
      this.#lanes[lane].primitiveId = drawn.id;
    }
    const lanes: readonly PixelInput[] = this.#lanes;
    return runCounted(shader, this.budget, () => shader.interpreter.pixels(lanes, bindings));
  }

  /** Takes away the samples that the shader, or its alpha, leaves out. */
  #reduce(outputs: readonly PixelOutput[]): void {
    const masks = this.#masks;
    for (let lane = 0; lane < 4; lane++) {
      const output = outputs[lane];
      if (output.discarded) {
        masks[lane] = 0;
      }
      if (output.coverage !== undefined) {
        masks[lane] &= output.coverage;
      } else if (this.#hasCoverageOfAlpha) {
        masks[lane] &= coverageOf(floatOf(output.outputs[3] ?? 0), this.targets.sampleCount);
      }
    }
  }

  /** Tests depth and stencil of all samples in the masks, and takes away those that fail. */
  #test(drawn: DrawnPrimitive, x: number, y: number, outputs: readonly PixelOutput[] | undefined): void {
    const { depth, samples, sampleCount } = this.targets;
    const masks = this.#masks;
    for (let lane = 0; lane < 4; lane++) {
      const own = outputs?.[lane].depth;
      const [px, py] = [x + (lane & 1), y + (lane >> 1)];
      for (let sample = 0; sample < sampleCount; sample++) {
        if (((masks[lane] >> sample) & 1) === 0) {
          continue;
        }
        if (depth !== undefined) {
          drawn.interpolation.locate(SUBPIXELS * px + samples.x[sample], SUBPIXELS * py + samples.y[sample]);
          const z = own === undefined ? drawn.depthHere() : drawn.clampDepth(floatOf(own));
          if (!depth.test(px, py, sample, z, drawn.isFront)) {
            masks[lane] &= ~(1 << sample);
            continue;
          }
        }
        this.passed++;
      }
    }
  }

  #store({ outputs }: PixelOutput, x: number, y: number, mask: number): void {
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const sample = 31 - Math.clz32(rest & -rest);
      for (const color of this.#colors) {
        color.write(outputs, x, y, sample);
      }
    }
  }
}

function isAny(masks: Int32Array): boolean {
  return (masks[0] | masks[1] | masks[2] | masks[3]) !== 0;
}

/** As many samples, from the first on, as alpha says. */
function coverageOf(alpha: number, samples: number): number {
  const part = alpha > 0 ? Math.min(alpha, 1) : 0;
  return (1 << Math.floor(part * samples + 0.5)) - 1;
}
