import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChromiumPage } from '@cg/dawn/chromium';
import { build } from 'vite';
import { guestFolder, sendFile } from '../guest-server.mjs';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Why no page with a guest can be tested here; undefined where it can. Tests fetch nothing. */
async function whatIsMissing(packages: readonly string[]): Promise<string | undefined> {
  const cache = guestFolder('../guest');
  // A folder with its list is complete.
  const missing = packages.find((name) => !existsSync(join(cache, name, 'packages.json')));
  if (missing !== undefined) {
    return `cg guest has not fetched ${missing}`;
  }
  const found = await ChromiumPage.open('');
  if (typeof found === 'string') {
    return found;
  }
  found.page.close();
  return undefined;
}

/** The built page, and a guest, on a plain web server. */
export class PageServer {
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
  }

  /**
   * Undefined where there is no browser, or no guest, and says so.
   * @param packages folders of the cache of `cg guest`
   * @param options of `cg guest --page`
   */
  static async start(
    packages: readonly string[],
    ...options: readonly string[]
  ): Promise<PageServer | undefined> {
    const missing = await whatIsMissing(packages);
    if (missing !== undefined) {
      process.stderr.write(`no page with a guest: ${missing}\n`);
      return undefined;
    }
    const folder = mkdtempSync(join(tmpdir(), 'cg-desktop-'));
    const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
    await build({ configFile, logLevel: 'error', build: { outDir: folder } });
    const guest = dirname(createRequire(import.meta.url).resolve('@cg/guest/package.json'));
    const args = [join(guest, 'dist', 'main.js'), '--page', join(folder, 'guest'), ...options];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`cg-guest ends with ${status}: ${stderr}`);
    }
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://localhost');
      const path = join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
      sendFile(request, response, path, TYPES[extname(path)]);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new PageServer(server, folder);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
