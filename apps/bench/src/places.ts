import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const packageFolder = dirname(createRequire(import.meta.url).resolve('@cg/bench/package.json'));

/** The rivals' sources. */
export const rivalsFolder = join(packageFolder, 'rivals');
/** The checkout that the benchmark is part of. */
export const ownFolder = join(packageFolder, '..', '..');
/** The repository's write traces. */
export const tracesFolder = join(ownFolder, 'traces');

/** The URL of a built module of the benchmark: threads are started from files. */
export function builtModule(path: string): URL {
  return pathToFileURL(join(packageFolder, 'dist', path));
}
