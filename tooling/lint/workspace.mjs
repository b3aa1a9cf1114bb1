import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf } from './imports.mjs';

/**
 * @typedef {object} Manifest the fields of a package.json that the rules read
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {boolean} [sideEffects]
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, string>} [bin]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {{ floor?: number }} [cg]
 *
 * @typedef {object} Source a file of code; `path` counts from the package's folder, with slashes
 * @property {string} path
 * @property {string} text
 * @property {boolean} shipped in src, and not a test or fixture
 * @property {import('./imports.mjs').Import[]} imports
 *
 * @typedef {object} Package
 * @property {string} folder from the root, with slashes
 * @property {'packages' | 'apps' | 'tooling'} wing the top folder it is in
 * @property {Manifest} manifest
 * @property {string[]} paths all files and folders in it, without build outputs
 * @property {Source[]} sources
 * @property {string[] | undefined} shippedTypes the ambient types its shipped code is compiled with
 * @property {string[] | undefined} allTypes the same for its tests; undefined if they are not compiled
 *
 * @typedef {object} House
 * @property {Manifest} manifest
 * @property {Package[]} packages
 */

const WINGS = /** @type {const} */ (['packages', 'apps', 'tooling']);
const MADE_BY_TOOLS = new Set(['node_modules', 'dist', '.turbo', 'coverage']);
const CODE = /\.[cm]?[jt]s$/;

/** @param {string} root @returns {House} */
export function readHouse(root) {
  const packages = WINGS.flatMap((wing) =>
    foldersIn(join(root, wing))
      .filter((name) => existsSync(join(root, wing, name, 'package.json')))
      .map((name) => readPackage(root, wing, name)),
  );
  return { manifest: readJson(join(root, 'package.json')), packages };
}

/** @param {string} root @param {Package['wing']} wing @param {string} name @returns {Package} */
function readPackage(root, wing, name) {
  const folder = join(root, wing, name);
  const paths = list(folder, '');
  const allTypes = typesIn(join(folder, 'tsconfig.json'));
  return {
    folder: `${wing}/${name}`,
    wing,
    manifest: readJson(join(folder, 'package.json')),
    paths,
    sources: paths.filter((path) => CODE.test(path)).map((path) => readSource(folder, path)),
    shippedTypes: typesIn(join(folder, 'tsconfig.build.json')) ?? allTypes,
    allTypes,
  };
}

/** @param {string} folder @param {string} path @returns {Source} */
function readSource(folder, path) {
  const text = readFileSync(join(folder, path), 'utf8');
  const shipped = path.startsWith('src/') && !/\.(test|fixture)\.[cm]?[jt]s$/.test(path);
  return { path, text, shipped, imports: importsOf(text) };
}

/** @param {string} folder @param {string} prefix @returns {string[]} */
function list(folder, prefix) {
  const paths = [];
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = `${prefix}${entry.name}`;
    if (!MADE_BY_TOOLS.has(entry.name)) {
      paths.push(path, ...(entry.isDirectory() ? list(folder, `${path}/`) : []));
    }
  }
  return paths;
}

/** @param {string} folder */
function foldersIn(folder) {
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

/** @param {string} path @returns {string[] | undefined} */
function typesIn(path) {
  return existsSync(path) ? (readJson(path).compilerOptions?.types ?? []) : undefined;
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
