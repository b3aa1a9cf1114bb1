import { DISK_ROOT } from '../boot/initramfs.js';

/** How a program of the disk runs. */
export interface LineOptions {
  /** Mesa makes all its memory coherent, and transfers nothing explicitly. */
  readonly coherent: boolean;
  /** After these the guest's clock kills it. */
  readonly seconds: number;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** A file of the guest for its process id. */
  readonly noteIn?: string;
  /** Without it, the program is a process of the shell. */
  readonly launch?: Launch;
}

/** What Mesa and its programs need of their environment. */
export const MESA_ENVIRONMENT = {
  HOME: '/tmp',
  XDG_RUNTIME_DIR: '/tmp',
  MESA_SHADER_CACHE_DISABLE: 'true',
};

/** Makes the line that runs a program. */
export type Launch = (
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
  seconds: number,
) => string;

/** The line for the guest's shell that runs a program of the disk. @param words its path there, and its arguments */
export function guestLine(
  words: readonly string[],
  { coherent, seconds, environment, noteIn, launch }: LineOptions,
): string {
  const variables = {
    ...MESA_ENVIRONMENT,
    ...(coherent && { SVGA_FORCE_COHERENT: '1' }),
    ...environment,
  };
  if (launch !== undefined) {
    return launch(words, variables, seconds);
  }
  const assigned = Object.entries(variables).map(([name, value]) => `${name}=${quoted(value)}`);
  const noted = noteIn === undefined ? [] : [`sh -c 'echo $$ > ${noteIn}; exec "$@"' -`];
  return [...assigned, ...noted, `timeout -s KILL ${seconds} chroot`, DISK_ROOT, ...words.map(quoted)].join(
    ' ',
  );
}

/** A word for a shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
