import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, without a slash at its end. */
export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

/** The fields of a package.json that the tests read. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
}

/** A package that is published. */
export interface PublishedPackage {
  readonly manifest: Manifest;
  readonly folder: string;
  readonly readme: string;
}

/** Every package that is published, by name. */
export const published: ReadonlyMap<string, PublishedPackage> = new Map(
  ['packages', 'apps']
    .flatMap((wing) => readdirSync(join(root, wing)).map((name) => join(root, wing, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(join(folder, 'package.json')) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => [manifest.name, { folder, manifest, readme: readmeIn(folder) }]),
);

/** The packages with a program, and those with code; their READMEs show one or the other. */
export const programs = [...published].filter(([, { manifest }]) => manifest.bin !== undefined);
export const libraries = [...published].filter(([, { manifest }]) => manifest.bin === undefined);

/** A package and the packages of this workspace that it needs to run, each once. */
export function closure(name: string, into = new Set<string>()): Set<string> {
  into.add(name);
  for (const dependency of Object.keys(published.get(name)?.manifest.dependencies ?? {})) {
    if (published.has(dependency) && !into.has(dependency)) {
      closure(dependency, into);
    }
  }
  return into;
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}

function readmeIn(folder: string): string {
  const path = join(folder, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
