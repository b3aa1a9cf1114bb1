import { isShaderModel, programTypes, type ProgramType } from '../enumerations.js';
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
  const [prefix, major, minor] = text.split('_');
  const profile = {
    type: programTypes.find((type) => prefixes[type] === prefix),
    major: Number(major),
    minor: Number(minor),
  };
  const { type } = profile;
  return type !== undefined &&
    isShaderModel(profile.major, profile.minor) &&
    text === profileText({ ...profile, type })
    ? { ...profile, type }
    : undefined;
}
