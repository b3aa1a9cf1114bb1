import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { browsers, type Browser } from '@cg/dawn/browsers';
import { bundleForPage } from '@cg/dawn/bundle';
import { build } from 'vite';
import { afterAll, describe, expect, it } from 'vitest';
import { expectedPixel } from './legacy-guest.js';
import { servePage } from './page-server.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, program] = /^```ts\n([^]*?)^```$/m.exec(readme) ?? [];
const [, html] = /^```html\n([^]*?)^```$/m.exec(readme) ?? [];
const example = new URL('../../../examples/screen-page/', import.meta.url);
const built = mkdtempSync(join(tmpdir(), 'cg-vite-'));
afterAll(() => rmSync(built, { recursive: true, force: true }));

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

/** The README's program as a function of an empty page, beside the README's own elements. */
async function bundled(address: string): Promise<string> {
  const imports = program.split('\n').filter((line) => line.startsWith('import'));
  const rest = program.split('\n').filter((line) => !line.startsWith('import'));
  const file = new URL(`../node_modules/.readme-page-${process.pid}.js`, import.meta.url);
  writeFileSync(
    file,
    `${imports.join('\n')}\nglobalThis.start = async () => {\n${rest.join('\n')}\n};\n${LOOK}`,
  );
  try {
    const setUp = `
      document.head.append(Object.assign(document.createElement('base'), { href: '${address}' }));
      document.body.innerHTML = ${JSON.stringify(html)};
    `;
    return `${setUp}${await bundleForPage(file)}`;
  } finally {
    rmSync(file);
  }
}

async function viteBuild(): Promise<URL> {
  const root = new URL('.', example).pathname;
  await build({ root, logLevel: 'error', configFile: false, build: { outDir: built, emptyOutDir: true } });
  return pathToFileURL(`${built}/`);
}

const PICTURE = { width: 1024, height: 768, last: expectedPixel(1024 * 768 - 1), vga: 'none' };

/** Opens a page. @param folder of the page; undefined for the README's own @returns what it shows */
async function show(browser: Browser, skip: (why: string) => never, folder?: URL): Promise<unknown> {
  const server = await servePage(folder);
  try {
    const script = folder === undefined ? await bundled(server.url) : LOOK;
    const opened = await browser.open(script, folder === undefined ? {} : { url: server.url });
    if (typeof opened === 'string') {
      return skip(opened);
    }
    try {
      if (folder === undefined) {
        await opened.page.call('start', {});
      }
      return await opened.page.call('look', {});
    } finally {
      opened.page.close();
    }
  } finally {
    server.close();
  }
}

it('the page of the README has less than 20 lines of program, and is that of the example', () => {
  expect(program.trim().split('\n').length).toBeLessThan(20);
  expect(readFileSync(new URL('main.js', example), 'utf8')).toBe(program);
  const elements = (page: string): string => page.trim().replaceAll(/\s*\n\s*/g, '');
  expect(elements(readFileSync(new URL('index.html', example), 'utf8'))).toContain(elements(html));
});

describe.each(browsers)('a page shows what a guest draws in %s', { timeout: 300_000 }, (_name, browser) => {
  it('bundled by esbuild', async ({ skip }) => {
    expect(await show(browser, skip)).toEqual(PICTURE);
  });

  it('built by vite', async ({ skip }) => {
    expect(await show(browser, skip, await viteBuild())).toEqual(PICTURE);
  });

  it('as a plain <script type=module>, with no bundler', async ({ skip }) => {
    expect(await show(browser, skip, example)).toEqual(PICTURE);
  });
});
