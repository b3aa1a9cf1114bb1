/** The house check of `npm run lint`: one line for each broken rule and exit code 1, or one line and 0. */
import { fileURLToPath } from 'node:url';
import { checkHouse } from './house.mjs';

const { packages, files, violations } = checkHouse(fileURLToPath(new URL('../../', import.meta.url)));
for (const violation of violations) {
  console.log(violation);
}
if (violations.length === 0) {
  console.log(`floors: ${packages} packages, ${files} files, no findings`);
}
process.exitCode = violations.length === 0 ? 0 : 1;
