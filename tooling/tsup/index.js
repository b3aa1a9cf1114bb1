/**
 * The bundling of every package: ESM only, one file for each public entry.
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
    // Bundlers turn module constants into `var`, which the engine does not inline; this inlines the numbers.
    esbuildOptions(options) {
      options.minifySyntax = true;
    },
    ...extra,
  };
}
