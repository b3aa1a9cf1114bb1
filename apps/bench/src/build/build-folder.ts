import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../errors.js';

/** A checkout of this repository, with the folders of its packages by name. */
export interface BuildFolder {
  readonly folder: string;
  readonly packages: ReadonlyMap<string, string>;
}

type Manifest = Readonly<Record<string, unknown>>;

/**
 * Checks that a folder is a built checkout of this repository. @throws BenchError ENOENT if there is no such folder,
 * ENOTSUP if it is something else, ENOEXEC if it is not built
 */
export function openBuildFolder(folder: string): BuildFolder {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new BenchError('ENOENT', `«${folder}» is not a folder`);
  }
  const packages = new Map<string, string>();
  for (const [path, manifest] of manifests(join(folder, 'packages'))) {
    const { name } = manifest;
    if (typeof name !== 'string' || !name.startsWith('@cg/')) {
      continue;
    }
    packages.set(name, path);
    const missing = entriesOf(manifest.exports).find((entry) => !existsSync(join(path, entry)));
    if (missing !== undefined) {
      const file = join(path, missing);
      throw new BenchError(
        'ENOEXEC',
        `«${folder}» is not built: there is no ${file}; run npm run build there`,
      );
    }
  }
  if (!packages.has('@cg/machine')) {
    throw new BenchError(
      'ENOTSUP',
      `«${folder}» is not a checkout of this repository: no package @cg/machine in it`,
    );
  }
  return { folder, packages };
}

/** The manifests of the packages below a folder, each with its package's path. */
function manifests(parent: string): [string, Manifest][] {
  const names = existsSync(parent) && statSync(parent).isDirectory() ? readdirSync(parent) : [];
  return names.flatMap((name) => {
    const path = join(parent, name);
    const manifest = readManifest(join(path, 'package.json'));
    return manifest === undefined ? [] : [[path, manifest] as [string, Manifest]];
  });
}

function readManifest(path: string): Manifest | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** The built files in a manifest's `exports`, for `import`. */
function entriesOf(exported: unknown): string[] {
  if (typeof exported === 'string') {
    return exported.endsWith('.js') ? [exported] : [];
  }
  if (typeof exported !== 'object' || exported === null) {
    return [];
  }
  return Object.values(exported).flatMap((target) => entriesOf(target));
}
