import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../traces/', import.meta.url);

/** The recorded programs of the repository: names and paths. */
export const traces: readonly (readonly [name: string, path: string])[] = readdirSync(folder)
  .filter((name) => name.endsWith('.cgtrace.gz'))
  .map((name) => [name.replace('.cgtrace.gz', ''), fileURLToPath(new URL(name, folder))]);
