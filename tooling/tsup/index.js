/**
 * How every package of the repository is bundled: ESM only, one file for each public entry.
 * Declarations come from tsc (`dts: false`): tsup's own bundler of them does not run under TypeScript 7.
 */
export function bundle(entry, extra = {}) {
  return {
    entry,
    format: ['esm'],
    target: 'es2022',
    platform: 'neutral',
    outDir: 'dist',
    dts: false,
    sourcemap: true,
    clean: true,
    treeshake: true,
    splitting: true,
    silent: true,
    // Bundlers make `var` of module constants, whose values the engine does not know; this puts the numbers in.
    esbuildOptions(options) {
      options.minifySyntax = true;
    },
    ...extra,
  };
}
