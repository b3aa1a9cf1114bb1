/** Where a pixel is sampled: 256ths of a pixel from its upper left corner. */
export interface SamplePlaces {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The centre of a pixel. */
export const SAMPLE_CENTRE = 128;

/** One sample in the centre; Direct3D's standard pattern of four. */
const one: SamplePlaces = { x: [SAMPLE_CENTRE], y: [SAMPLE_CENTRE] };
const four: SamplePlaces = { x: [96, 224, 32, 160], y: [32, 96, 160, 224] };

/** The places of the samples of a surface; undefined for a count that is not rendered. */
export function samplePlaces(count: number): SamplePlaces | undefined {
  return count === 1 ? one : count === 4 ? four : undefined;
}

/** From −0.5 to 0.5 in both directions; undefined for a sample that is not there. */
export function samplePosition(count: number, sample: number): readonly [number, number] | undefined {
  const places = samplePlaces(count);
  return places === undefined || sample >= count
    ? undefined
    : [places.x[sample] / 256 - 0.5, places.y[sample] / 256 - 0.5];
}
