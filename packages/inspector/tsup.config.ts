import { bundle } from '@cg/tsup-config';
import { build } from 'esbuild';

/** The program of a page in one file, with all that it imports. */
async function buildPage(): Promise<void> {
  await build({
    entryPoints: ['src/page/document.ts'],
    outfile: 'dist/inspector-page.js',
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    legalComments: 'inline',
    logLevel: 'error',
  });
}

export default bundle(['src/index.ts', 'src/page.ts', 'src/node.ts'], {
  platform: 'node',
  onSuccess: buildPage,
});
