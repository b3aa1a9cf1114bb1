import { programTypes, type ProgramType } from '../enumerations.js';
import type { Program } from '../program.js';

const prefixes: Readonly<Record<ProgramType, string>> = {
  PIXEL: 'ps',
  VERTEX: 'vs',
  GEOMETRY: 'gs',
  HULL: 'hs',
  DOMAIN: 'ds',
  COMPUTE: 'cs',
};

type Profile = Pick<Program, 'type' | 'major' | 'minor'>;

/** The first line of a shader: `vs_4_0`. */
export function profileText({ type, major, minor }: Profile): string {
  return `${prefixes[type]}_${major}_${minor}`;
}

/** The profile that a first line names; undefined for other texts. */
export function profileOf(text: string): Profile | undefined {
  const match = /^(\w\w)_(\d{1,2})_(\d{1,2})$/.exec(text);
  const type = programTypes.find((type) => prefixes[type] === match?.[1]);
  return match === null || type === undefined
    ? undefined
    : { type, major: Number(match[2]), minor: Number(match[3]) };
}
