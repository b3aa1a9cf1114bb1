import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { legacyGuest } from './legacy-guest.js';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  mjs: 'text/javascript',
};
const v86 = createRequire(import.meta.url)
  .resolve('v86/package.json')
  .replace('package.json', '');

/** Where `npm install` would have put a file of a package. */
function installed(path: string): string | undefined {
  const [, name, rest] = /^node_modules\/(@cg\/[a-z0-9-]+|v86)\/(.*)$/.exec(path) ?? [];
  if (name === undefined) {
    return undefined;
  }
  const folder = name === 'v86' ? v86 : fileURLToPath(new URL(`../../${name.slice(4)}/`, import.meta.url));
  return folder + rest;
}

/** The bytes of a guest's file: a BIOS that is the guest, and otherwise anything. */
function guestFile(path: string): Uint8Array {
  switch (path) {
    case 'v86.wasm':
      return readFileSync(`${v86}build/v86.wasm`);
    case 'seabios.bin':
      return new Uint8Array(legacyGuest());
    default:
      return new Uint8Array(1024);
  }
}

/** Serves a page of a folder, packages as `npm install` puts them beside it, and a guest. */
export async function servePage(folder?: URL): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(({ url = '' }, response) => {
    const path = url === '/' ? 'index.html' : url.slice(1);
    const own = folder && fileURLToPath(new URL(path, folder));
    const file = installed(path) ?? (own !== undefined && existsSync(own) ? own : undefined);
    const type = TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': type });
    response.end(file === undefined ? guestFile(path) : readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}
