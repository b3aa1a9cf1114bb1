import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Connect, type Plugin } from 'vite';
import { guestFolder, sendFile } from './guest-server.mjs';

const { version } = createRequire(import.meta.url)('v86/package.json') as { version: string };

/** Serves the files of a guest from the cache folder, as /guest/NAME. */
function guestFiles(): Plugin {
  const folder = process.env.CG_DESKTOP_GUEST ?? guestFolder('console');
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const [, name] = /^\/guest\/(\w[\w.-]*)(?:\?|$)/.exec(request.url ?? '') ?? [];
    if (name === undefined) {
      next();
    } else {
      sendFile(request, response, join(folder, name));
    }
  };
  return { name: 'guest-files', configureServer: ({ middlewares }) => void middlewares.use(serve) };
}

export default defineConfig({
  root: fileURLToPath(new URL('src', import.meta.url)),
  base: './',
  define: { V86_VERSION: JSON.stringify(version) },
  plugins: [guestFiles()],
  build: {
    outDir: fileURLToPath(new URL('dist', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    license: { fileName: 'licenses.md' },
  },
});
