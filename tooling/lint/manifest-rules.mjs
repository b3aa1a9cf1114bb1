/** @import { House, Package } from './workspace.mjs' */

const VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/**
 * Errors in a package.json: its floor, its dependencies, and the fields for publishing.
 * @param {Package} pkg
 * @param {House} house
 * @returns {string[]}
 */
export function manifestViolations(pkg, house) {
  const broken = [
    ...(pkg.wing === 'tooling' ? [] : floorViolations(pkg, house)),
    ...(pkg.manifest.private ? [] : publishViolations(pkg)),
  ];
  return broken.map((what) => `${pkg.folder}/package.json: ${what}`);
}

/** @param {Package} pkg @param {House} house @returns {string[]} */
function floorViolations(pkg, house) {
  const floor = pkg.manifest.cg?.floor;
  if (floor === undefined || !Number.isInteger(floor)) {
    return ['no floor: "cg": {"floor": n} is missing'];
  }
  const { dependencies = {}, devDependencies = {} } = pkg.manifest;
  const known = new Map(house.packages.map((other) => [other.manifest.name, other]));
  const broken = [];
  for (const [field, names] of Object.entries({ dependencies, devDependencies })) {
    for (const name of Object.keys(names).filter((name) => name.startsWith('@cg/'))) {
      const what = edgeViolation(pkg, field, name, known);
      if (what !== undefined) {
        broken.push(`${field}: ${name} ${what}`);
      }
    }
  }
  return broken;
}

/** @param {Package} pkg @param {string} field @param {string} name @param {Map<string, Package>} known */
function edgeViolation(pkg, field, name, known) {
  const other = known.get(name);
  if (other === undefined) {
    return 'is not in this workspace';
  }
  if (other.wing === 'tooling') {
    return field === 'dependencies' ? 'is tooling, which is never published' : undefined;
  }
  if (other.wing === 'apps') {
    return pkg.wing === 'apps' && field === 'dependencies'
      ? startViolation(other, known)
      : 'is an app, and nothing imports an app';
  }
  const floor = pkg.manifest.cg?.floor ?? Number.NaN;
  const otherFloor = other.manifest.cg?.floor ?? Number.NaN;
  return otherFloor < floor ? undefined : `is on floor ${otherFloor}, not below floor ${floor}`;
}

/**
 * An app may depend on another one to start its program. The other must not start apps itself, so that there is no
 * circle.
 * @param {Package} app
 * @param {Map<string, Package>} known
 */
function startViolation({ manifest: { bin, dependencies = {} } }, known) {
  if (bin === undefined) {
    return 'is an app without a program to start';
  }
  return Object.keys(dependencies).some((name) => known.get(name)?.wing === 'apps')
    ? 'is an app that starts an app'
    : undefined;
}

/** @param {Package} pkg @returns {string[]} */
function publishViolations({ manifest, paths }) {
  const missing = ['README.md', 'LICENSE'].filter((name) => !paths.includes(name));
  const broken = missing.map((name) => `no ${name} beside it`);
  if (manifest.sideEffects !== false) {
    broken.push('"sideEffects" is not false');
  }
  if (!VERSION.test(manifest.version ?? '')) {
    broken.push(`"version" ${manifest.version} is invalid`);
  }
  const entries = Object.entries(manifest.exports ?? {});
  if (entries.length === 0) {
    broken.push('"exports" is missing');
  }
  for (const [entry, target] of entries) {
    const isData = typeof target === 'string' && target.endsWith('.json');
    if (!isData && (typeof target !== 'object' || target === null || Object.keys(target)[0] !== 'types')) {
      broken.push(`"exports" of ${entry} does not name its types first`);
    }
  }
  return broken;
}
