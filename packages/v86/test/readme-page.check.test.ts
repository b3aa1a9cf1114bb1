import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { bundleForPage } from '@cg/dawn/bundle';
import { browsers } from '@cg/dawn/browsers';
import { expect, it } from 'vitest';
import { expectedPixel, legacyGuest } from './legacy-guest.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, program] = /^```ts\n([^]*?)^```$/m.exec(readme) ?? [];
const [, html] = /^```html\n([^]*?)^```$/m.exec(readme) ?? [];

/** Waits for the guest's picture. @returns the canvas's size, and its last pixel */
const LOOK = `
  globalThis.look = async () => {
    const canvas = document.getElementById('screen');
    const at = (x, y) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data];
    while (canvas.width !== 1024 || at(1, 0)[0] === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const vga = document.getElementById('vga').style.display;
    return { width: canvas.width, height: canvas.height, last: at(1023, 767), vga };
  };
`;

/** The program as a function of the page, beside the README's own files. */
async function bundled(): Promise<string> {
  const imports = program.split('\n').filter((line) => line.startsWith('import'));
  const rest = program.split('\n').filter((line) => !line.startsWith('import'));
  const file = new URL(`../node_modules/.readme-page-${process.pid}.js`, import.meta.url);
  writeFileSync(
    file,
    `${imports.join('\n')}\nglobalThis.start = async () => {\n${rest.join('\n')}\n};\n${LOOK}`,
  );
  try {
    return await bundleForPage(file);
  } finally {
    rmSync(file);
  }
}

it('the page of the README is less than 20 lines, and shows what a guest draws', async (context) => {
  expect(program.trim().split('\n').length).toBeLessThan(20);
  const files: Record<string, Uint8Array> = {
    '/v86.wasm': readFileSync(createRequire(import.meta.url).resolve('v86/build/v86.wasm')),
    '/seabios.bin': new Uint8Array(legacyGuest()),
  };
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(200, { 'access-control-allow-origin': '*' }).end(files[url] ?? new Uint8Array(1024));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const setUp = `
    document.head.append(Object.assign(document.createElement('base'), { href: 'http://127.0.0.1:${port}/' }));
    document.body.innerHTML = ${JSON.stringify(html)};
  `;
  const opened = await ChromiumPage.open(`${setUp}${await bundled()}`);
  if (typeof opened === 'string') {
    server.close();
    return context.skip(opened);
  }
  try {
    await opened.page.call('start', {});
    const last = expectedPixel(1024 * 768 - 1);
    expect(await opened.page.call('look', {})).toEqual({ width: 1024, height: 768, last, vga: 'none' });
  } finally {
    opened.page.close();
    server.close();
  }
}, 120_000);
