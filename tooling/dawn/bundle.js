/** Bundles of programs that import the sources of the packages, for other processes than a test's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourceAliases } from '@cg/vitest-config';
import { build } from 'esbuild';

/** `@cg/name` is the sources of that package, as it is in tests. */
const sources = {
  name: 'sources',
  setup({ onResolve }) {
    onResolve({ filter: /^@cg\// }, ({ path }) => {
      if (path.startsWith('@cg/dawn')) {
        return { path: fileURLToPath(import.meta.resolve(path)), external: true };
      }
      const alias = sourceAliases.find(({ find }) => find.test(path));
      return alias === undefined ? undefined : { path: path.replace(alias.find, alias.replacement) };
    });
  },
};

/** Bundles a program for Node. @returns its file, in a folder that is removed when this process ends */
export async function bundleForNode(entry) {
  const folder = mkdtempSync(join(tmpdir(), 'cg-dawn-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'program.mjs');
  await build({ ...settings(entry), platform: 'node', format: 'esm', outfile });
  return pathToFileURL(outfile);
}

/** Bundles a program for a page. @returns its text */
export async function bundleForPage(entry) {
  const { outputFiles } = await build({
    ...settings(entry),
    platform: 'browser',
    // Named by packages that find out where they run, and not reached in a page.
    external: [...builtinModules, 'node:*'],
    format: 'iife',
    write: false,
  });
  return outputFiles[0].text;
}

function settings(entry) {
  return {
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    target: 'es2022',
    logLevel: 'error',
    plugins: [sources],
  };
}
