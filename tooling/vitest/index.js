import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Tests import the sources of every package, so that changes need no build: an entry whose types are `dist/part.d.ts`
 * is `src/part.ts`. Packages of tooling keep theirs.
 */
export const sourceAliases = readdirSync(`${root}packages`).flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'));
  return Object.entries(exports).map(([entry, { types }]) => ({
    find: new RegExp(`^@cg/${name}${entry.slice(1)}$`),
    replacement: `${root}packages/${name}/${types.replace(/^\.\/dist/, 'src').replace(/\.d\.ts$/, '.ts')}`,
  }));
});

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
      // Of a machine that is slow, or busy: an idle one takes a tenth of it.
      testTimeout: 120_000,
      isolate: false,
      ...extra,
    },
  };
}
