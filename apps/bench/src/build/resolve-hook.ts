/**
 * A hook of Node's module loader that gives a worker the packages of another build. Modules of the benchmark that are
 * loaded with `?build=other`, and their imports of it, resolve `@cg/…` to that build. It runs in the loader's thread,
 * which workers may share, so the mark is in the URL.
 */
import type { ResolveFnOutput, ResolveHookContext } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

type NextResolve = (specifier: string, context?: Partial<ResolveHookContext>) => Promise<ResolveFnOutput>;

/** Folders by package name. */
type Packages = ReadonlyMap<string, string>;

const MARK = '?build=other';

let packages: Packages = new Map();

/** Called by `register`, with its `data`. */
export function initialize(data: Packages): void {
  packages = data;
}

/** Marks imports of the benchmark by a marked module, and resolves its packages in the other build. */
export async function resolve(
  specifier: string,
  context: ResolveHookContext,
  next: NextResolve,
): Promise<ResolveFnOutput> {
  if (context.parentURL?.endsWith(MARK) !== true) {
    return next(specifier, context);
  }
  if (specifier.startsWith('.')) {
    const found = await next(specifier, context);
    return { ...found, url: `${found.url}${MARK}` };
  }
  if (!specifier.startsWith('@cg/') || specifier.startsWith('@cg/bench/')) {
    return next(specifier, context);
  }
  const name = specifier.split('/', 2).join('/');
  const folder = packages.get(name);
  if (folder === undefined) {
    throw new Error(`there is no package ${name}`);
  }
  // A package may import itself by name, so that Node reads its `exports`.
  return next(specifier, { ...context, parentURL: pathToFileURL(join(folder, 'package.json')).href });
}
