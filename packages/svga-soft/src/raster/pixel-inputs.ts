import type { InterpolationMode, ShaderInterface, ShaderRegister, SystemName } from '@cg/vgpu10';
import { SAMPLE_CENTRE, type SamplePlaces } from '../samples.js';
import { wordOf } from '../words.js';
import type { DrawnPrimitive } from './drawn-primitive.js';
import { SUBPIXELS } from './triangle.js';

/** Where inputs are interpolated. */
type Place = 'centre' | 'centroid' | 'sample';

/** A component of an input, and what it is made of. */
interface InputComponent {
  /** Its index in the input registers. */
  readonly into: number;
  readonly component: number;
  readonly system: SystemName;
  /** Its index in the registers of the stage before; undefined for what the rasteriser makes. */
  readonly from: number | undefined;
  readonly isConstant: boolean;
  readonly isPerspective: boolean;
  readonly place: Place;
}

/** What the rasteriser itself knows, if the stage before does not give it out. */
const made: ReadonlySet<SystemName> = new Set<SystemName>([
  'POSITION',
  'IS_FRONT_FACE',
  'PRIMITIVE_ID',
  'RENDER_TARGET_ARRAY_INDEX',
  'VIEWPORT_ARRAY_INDEX',
  'SAMPLE_INDEX',
]);

/** Writes the inputs of pixel shaders. */
export class PixelInputs {
  /** The shader runs for each sample by itself. */
  readonly perSample: boolean;
  /** The words of the input registers. */
  readonly words: number;
  readonly #components: readonly InputComponent[];
  readonly #places: readonly Place[];

  /** @param before the last stage before the rasteriser */
  constructor(
    pixel: ShaderInterface,
    before: ShaderInterface,
    private readonly samples: SamplePlaces,
  ) {
    const inputs = pixel.inputs.filter(({ type }) => type === 'INPUT');
    this.perSample = inputs.some(
      ({ name, interpolation }) => name === 'SAMPLE_INDEX' || placeOf(interpolation) === 'sample',
    );
    this.#components = inputs.flatMap((input) => componentsOf(input, before, this.perSample));
    this.#places = [...new Set(this.#components.map(({ place }) => place))];
    this.words = 4 * inputs.reduce((most, { register }) => Math.max(most, register + 1), 0);
  }

  /**
   * @param mask the covered samples of the pixel
   * @param sample the one that the shader runs for; 0 for all
   */
  write(
    drawn: DrawnPrimitive,
    x: number,
    y: number,
    mask: number,
    sample: number,
    inputs: Uint32Array,
  ): void {
    const { interpolation } = drawn;
    for (const place of this.#places) {
      const at = this.#sampleAt(place, mask, sample);
      const dx = at < 0 ? SAMPLE_CENTRE : this.samples.x[at];
      const dy = at < 0 ? SAMPLE_CENTRE : this.samples.y[at];
      interpolation.locate(SUBPIXELS * x + dx, SUBPIXELS * y + dy);
      for (const component of this.#components) {
        if (component.place === place) {
          inputs[component.into] =
            component.from === undefined
              ? systemWord(component, drawn, x + dx / SUBPIXELS, y + dy / SUBPIXELS, sample)
              : interpolated(component, component.from, drawn);
        }
      }
    }
  }

  /** The sample at which a pixel is interpolated; −1 for the centre. */
  #sampleAt(place: Place, mask: number, sample: number): number {
    if (place === 'sample') {
      return sample;
    }
    const all = (1 << this.samples.x.length) - 1;
    return place === 'centre' || mask === 0 || mask === all ? -1 : 31 - Math.clz32(mask & -mask);
  }
}

function interpolated(
  { isConstant, isPerspective }: InputComponent,
  from: number,
  drawn: DrawnPrimitive,
): number {
  const { provoking, interpolation } = drawn;
  if (from >= provoking.length) {
    return 0;
  }
  if (isConstant) {
    return provoking[from];
  }
  return wordOf(isPerspective ? interpolation.perspective(from) : interpolation.linear(from));
}

function systemWord(
  { system, component }: InputComponent,
  drawn: DrawnPrimitive,
  x: number,
  y: number,
  sample: number,
): number {
  switch (system) {
    case 'POSITION': {
      const { inverseW } = drawn.interpolation;
      const value =
        component === 0 ? x : component === 1 ? y : component === 2 ? drawn.depthHere() : 1 / inverseW;
      return wordOf(value);
    }
    case 'IS_FRONT_FACE':
      return drawn.isFront ? 0xffff_ffff : 0;
    case 'PRIMITIVE_ID':
      return drawn.id;
    case 'RENDER_TARGET_ARRAY_INDEX':
      return drawn.layer;
    case 'VIEWPORT_ARRAY_INDEX':
      return drawn.viewport;
    default:
      return sample;
  }
}

function placeOf(interpolation: InterpolationMode): Place {
  return interpolation.endsWith('SAMPLE')
    ? 'sample'
    : interpolation.endsWith('CENTROID')
      ? 'centroid'
      : 'centre';
}

function componentsOf(input: ShaderRegister, before: ShaderInterface, perSample: boolean): InputComponent[] {
  const { register, mask, name, interpolation } = input;
  const source = sourceOf(input, before);
  // Of a shader that runs for each sample, all inputs are those of the sample.
  const place = perSample && placeOf(interpolation) !== 'centroid' ? 'sample' : placeOf(interpolation);
  return [0, 1, 2, 3]
    .filter((component) => (mask >> component) & 1)
    .map((component) => ({
      into: 4 * register + component,
      component,
      system: name,
      from: source === undefined ? undefined : 4 * source + component,
      isConstant: interpolation === 'CONSTANT' || isInteger(name),
      isPerspective: !interpolation.includes('NOPERSPECTIVE'),
      place,
    }));
}

const isInteger = (name: SystemName) => made.has(name) && name !== 'POSITION';

/** The output register that an input is linked to: registers are, by their numbers, and system values by name. */
function sourceOf({ name, register }: ShaderRegister, { outputs }: ShaderInterface): number | undefined {
  if (!made.has(name)) {
    return register;
  }
  return name === 'POSITION' ? undefined : outputs.find((output) => output.name === name)?.register;
}
