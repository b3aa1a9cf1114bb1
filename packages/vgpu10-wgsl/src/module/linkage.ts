import type { InterpolationMode } from '@cg/vgpu10';
import { TranslateError, type StageName } from '../errors.js';
import type { AdapterFeature, PipelineKey } from '../key.js';
import type { RegisterDeclaration, StageInterface } from '../stage/stage-interface.js';

/** A register that goes from the last stage before the rasterizer to the pixel shader. */
interface Varying {
  readonly register: number;
  readonly interpolation: InterpolationMode;
  readonly location: number;
}

/** A clip distance: a component of an output register. */
interface ClipDistance {
  readonly register: number;
  readonly component: number;
}

/** How the stages before and after the rasterizer hold together. */
export interface Linkage {
  readonly varyings: readonly Varying[];
  readonly clipDistances: readonly ClipDistance[];
  /**
   * Where clip distances are no feature: the location of the first vector of them, which the pixel shader discards by.
   */
  readonly clipLocation: number | undefined;
  /** Whether the pixel shader's primitive ID is the built-in one; a geometry shader writes it, or it is 0. */
  readonly builtinPrimitiveId: boolean;
}

const MOST_CLIP_DISTANCES = 8;
const MOST_VARYINGS = 31;

/** Names of inputs that the rasterizer makes, and no stage before it. */
const MADE = new Set(['POSITION', 'IS_FRONT_FACE', 'SAMPLE_INDEX']);

/**
 * Links the stages by register numbers; locations are dense, in the order of the pixel shader's declarations.
 * @throws TranslateError ENOTSUP for what WebGPU does not hand on, E2BIG for too many registers
 */
export function link(last: StageInterface, pixel: StageInterface | undefined, key: PipelineKey): Linkage {
  const written = new Set(last.outputs.map(({ register }) => register));
  const varyings: Varying[] = [];
  const inputs = pixel?.inputs ?? [];
  for (const input of inputs) {
    const { register, interpolation, name } = input;
    if (!MADE.has(name) && written.has(register) && !varyings.some((other) => other.register === register)) {
      varyings.push({ register, interpolation, location: varyings.length });
    }
  }
  const clipDistances = clipDistancesOf(last);
  const hasFeature = hasFeatureOf(key, 'clip-distances');
  let locations = varyings.length;
  const clipLocation =
    clipDistances.length === 0 || hasFeature || pixel === undefined ? undefined : locations;
  locations += clipLocation === undefined ? 0 : Math.ceil(clipDistances.length / 4);
  const builtinPrimitiveId = readsPrimitiveId(last, inputs, written, key);
  if (locations > MOST_VARYINGS) {
    throw new TranslateError(
      'E2BIG',
      `${locations} registers between stages, more than ${MOST_VARYINGS}`,
      'pixel',
      undefined,
    );
  }
  if (clipDistances.length > 0 && !hasFeature && pixel === undefined) {
    throw new TranslateError(
      'ENOTSUP',
      'clip distances without the feature and without a pixel shader',
      last.stage,
      undefined,
    );
  }
  return { varyings, clipDistances, clipLocation, builtinPrimitiveId };
}

export function hasFeatureOf({ features = [] }: PipelineKey, feature: AdapterFeature): boolean {
  return features.includes(feature);
}

/** The register of a system value among outputs. */
export function outputNamed(
  { outputs }: StageInterface,
  name: RegisterDeclaration['name'],
): RegisterDeclaration | undefined {
  return outputs.find((output) => output.name === name);
}

function clipDistancesOf(last: StageInterface): ClipDistance[] {
  const distances: ClipDistance[] = [];
  for (const { register, mask, name, at } of last.outputs) {
    if (name === 'CULL_DISTANCE') {
      throw new TranslateError('ENOTSUP', 'cull distances', last.stage, at);
    }
    if (name === 'CLIP_DISTANCE') {
      for (let component = 0; component < 4; component++) {
        if ((mask >>> component) & 1) {
          distances.push({ register, component });
        }
      }
      requireDistances(distances.length, last.stage, at);
    }
  }
  return distances;
}

function requireDistances(count: number, stage: StageName, at: number): void {
  if (count > MOST_CLIP_DISTANCES) {
    throw new TranslateError('E2BIG', `${count} clip distances, more than ${MOST_CLIP_DISTANCES}`, stage, at);
  }
}

function readsPrimitiveId(
  last: StageInterface,
  inputs: readonly RegisterDeclaration[],
  written: ReadonlySet<number>,
  key: PipelineKey,
): boolean {
  const input = inputs.find(({ name }) => name === 'PRIMITIVE_ID');
  if (input === undefined || written.has(input.register) || last.stage === 'geometry') {
    return false;
  }
  if (!hasFeatureOf(key, 'primitive-index')) {
    throw new TranslateError(
      'ENOTSUP',
      'a primitive ID without the feature primitive-index',
      'pixel',
      input.at,
    );
  }
  return true;
}
