import { fileViolations } from './file-rules.mjs';
import { importViolations } from './import-rules.mjs';
import { manifestViolations } from './manifest-rules.mjs';
import { readHouse } from './workspace.mjs';

/**
 * Checks the rules of the house on the workspace at `root`: which floor may import from which, what a
 * package must declare, and what a file may look like.
 * @param {string} root
 * @returns {{ packages: number, files: number, violations: string[] }} one line for each broken rule
 */
export function checkHouse(root) {
  const house = readHouse(root);
  const violations = house.packages.flatMap((pkg) => [
    ...manifestViolations(pkg, house),
    ...importViolations(pkg, house),
    ...fileViolations(pkg),
  ]);
  const files = house.packages.reduce((sum, pkg) => sum + pkg.sources.length, 0);
  return { packages: house.packages.length, files, violations };
}
