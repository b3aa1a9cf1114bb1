import { createReadStream, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { defineConfig, type Connect, type Plugin } from 'vite';
import { guestFolder } from './guest-folder.mjs';

const { version } = createRequire(import.meta.url)('v86/package.json') as { version: string };

/** Serves the files of the guest from the cache folder, as /guest/NAME. */
function guestFiles(): Plugin {
  const folder = process.env.CG_DESKTOP_GUEST ?? guestFolder();
  const serve: Connect.NextHandleFunction = (request, response, next) => {
    const [, name] = /^\/guest\/([\w.-]+)(?:\?|$)/.exec(request.url ?? '') ?? [];
    const path = join(folder, basename(name ?? ''));
    if (name === undefined) {
      next();
    } else if (existsSync(path)) {
      response.writeHead(200, { 'content-length': statSync(path).size });
      createReadStream(path).pipe(response);
    } else {
      response.writeHead(404).end();
    }
  };
  return {
    name: 'guest-files',
    configureServer: ({ middlewares }) => void middlewares.use(serve),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(serve),
  };
}

export default defineConfig({
  root: new URL('src', import.meta.url).pathname,
  base: './',
  define: { V86_VERSION: JSON.stringify(version) },
  plugins: [guestFiles()],
  build: {
    outDir: new URL('dist', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'es2022',
    license: { fileName: 'licenses.md' },
  },
});
