import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @import { Break } from './breaks.mjs' */

export const root = fileURLToPath(new URL('../../', import.meta.url));
const entry = fileURLToPath(new URL('judge.mjs', import.meta.url));

/**
 * Bundles the judge with the sources of all packages, of which one has a break. The sources stay as they are.
 * @param {Break | undefined} broken
 * @param {string} outfile
 */
export async function bundleJudge(broken, outfile) {
  const text = broken && brokenSource(broken);
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    ...(broken?.withoutWasm === true ? { banner: { js: 'delete globalThis.WebAssembly;' } } : {}),
    plugins: [
      {
        name: 'sources',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^@cg\// }, ({ path }) => ({ path: sourceOf(path) }));
          onLoad({ filter: /\.ts$/ }, ({ path }) =>
            text !== undefined && path === join(root, broken?.file ?? '')
              ? { contents: text, loader: 'ts' }
              : undefined,
          );
        },
      },
    ],
  });
}

/** @param {string} specifier `@cg/name` or `@cg/name/part` */
function sourceOf(specifier) {
  const [, name, part = 'index'] = specifier.split('/');
  return join(root, 'packages', name, 'src', `${part}.ts`);
}

/**
 * The text of a source with the break.
 * @param {Break} broken
 * @returns {string}
 * @throws if it does not fit the source
 */
export function brokenSource({ name, file, from, to }) {
  const path = join(root, file);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const pieces = text.split(from);
  if (pieces.length !== 2) {
    throw new Error(`«${name}»: ${file} has the text to replace ${pieces.length - 1} times, not once`);
  }
  return pieces.join(to);
}
