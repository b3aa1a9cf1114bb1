import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Tests import the sources of every package, so that changes need no build: the entry
 * `@cg/name` is packages/name/src/index.ts, `@cg/name/part` packages/name/src/part.ts. Packages of tooling keep theirs.
 */
export const sourceAliases = readdirSync(`${root}packages`).flatMap((name) => [
  { find: new RegExp(`^@cg/${name}$`), replacement: `${root}packages/${name}/src/index.ts` },
  { find: new RegExp(`^@cg/${name}/([a-z-]+)$`), replacement: `${root}packages/${name}/src/$1.ts` },
]);

/**
 * One vitest project: the tests beside the code of one workspace package. The files of a worker share modules, which
 * are stateless: loading them again for each file would take a third of the time.
 */
export function project(name, folder, extra = {}) {
  return {
    resolve: { alias: sourceAliases },
    test: {
      name,
      root: `${root}${folder}`,
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      testTimeout: 30_000,
      isolate: false,
      ...extra,
    },
  };
}
