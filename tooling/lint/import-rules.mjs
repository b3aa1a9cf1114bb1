import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { packageOf } from './imports.mjs';

/** @import { House, Package, Source } from './workspace.mjs' */

/**
 * Imports that leave the package, that it does not declare, or that its users could not resolve.
 * @param {Package} pkg
 * @param {House} house
 * @returns {string[]}
 */
export function importViolations(pkg, house) {
  const apps = new Set(
    house.packages.filter(({ wing }) => wing === 'apps').map(({ manifest }) => manifest.name),
  );
  const { dependencies = {}, peerDependencies = {} } = pkg.manifest;
  const forUsers = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
  const forTests = new Set([
    ...forUsers,
    ...Object.keys(pkg.manifest.devDependencies ?? {}),
    ...Object.keys(house.manifest.devDependencies ?? {}),
  ]);
  return pkg.sources.flatMap((source) =>
    source.imports.flatMap(({ specifier, line }) => {
      const what = specifier.startsWith('.')
        ? relativeViolation(pkg, source, specifier)
        : bareViolation(pkg, source, specifier, source.shipped ? forUsers : forTests, apps);
      return what === undefined ? [] : [`${pkg.folder}/${source.path}:${line}: ${what}`];
    }),
  );
}

/** @param {Package} pkg @param {Source} source @param {string} specifier */
function relativeViolation(pkg, source, specifier) {
  if (posix.join(posix.dirname(source.path), specifier).startsWith('..')) {
    return `«${specifier}» leaves the package`;
  }
  const target = resolve(pkg, source, specifier);
  return source.shipped && target?.shipped === false ? `«${specifier}» is test code` : undefined;
}

/**
 * @param {Package} pkg
 * @param {Source} source
 * @param {string} specifier
 * @param {Set<string>} declared
 * @param {Set<string>} apps
 */
function bareViolation(pkg, source, specifier, declared, apps) {
  if (!isBuiltin(specifier)) {
    const name = packageOf(specifier);
    if (apps.has(name)) {
      return `${name} is an app, and nothing imports an app`;
    }
    return declared.has(name) ? undefined : `${name} is not declared`;
  }
  if (!specifier.startsWith('node:')) {
    return `«${specifier}» is written node:${specifier}`;
  }
  const types = source.shipped ? pkg.shippedTypes : pkg.allTypes;
  const allowed = types === undefined || types.includes('node');
  return allowed ? undefined : `${specifier}, in a package that must run anywhere`;
}

/**
 * The file of the package that a relative import names: `./x.js` is `x.ts` if that exists.
 * @param {Package} pkg
 * @param {Source} source
 * @param {string} specifier
 */
function resolve(pkg, source, specifier) {
  const path = posix.join(posix.dirname(source.path), specifier);
  const typed = path.replace(/js$/, 'ts');
  const find = (/** @type {string} */ wanted) => pkg.sources.find((other) => other.path === wanted);
  return find(typed) ?? find(path);
}
