import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The litmus programs of this package: one for each rule of coherency, each erratum, each race. */
const programsFolder = fileURLToPath(new URL('../programs/', import.meta.url));

/** Their paths, by name. */
export function litmusFiles(folder = programsFolder): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.litmus'))
    .toSorted()
    .map((name) => join(folder, name));
}
