import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Tests read the sources of every package, so that a change below is seen without a build in between. */
export const sourceAliases = [
  { find: /^@cg\/memory-image\/node$/, replacement: `${root}packages/memory-image/src/node.ts` },
  { find: /^@cg\/pagewalk\/image$/, replacement: `${root}packages/pagewalk/src/image.ts` },
  { find: /^@cg\/tracked-memory\/contract$/, replacement: `${root}packages/tracked-memory/src/contract.ts` },
  {
    find: /^@cg\/machine\/(guest-cases|trace|litmus)$/,
    replacement: `${root}packages/machine/src/$1.ts`,
  },
  { find: /^@cg\/vmwgfx\/ioctl$/, replacement: `${root}packages/vmwgfx/src/ioctl.ts` },
  { find: /^@cg\/(vmwgfx|mapping-dirty)\/parts$/, replacement: `${root}packages/$1/src/parts.ts` },
  {
    find: /^@cg\/(collections|surface-layout|pagetable|tracked-memory|memory-image|pagewalk|svga-device|mapping-dirty|vmwgfx|machine|v86)$/,
    replacement: `${root}packages/$1/src/index.ts`,
  },
];

/**
 * One vitest project: the tests beside the code of one workspace package. The files of a worker share modules, which
 * have no state of their own: to load them anew for each file takes a third of the time.
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
