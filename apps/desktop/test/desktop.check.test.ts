import { bundleForPage } from '@cg/dawn/bundle';
import { ChromiumPage } from '@cg/dawn/chromium';
import { afterAll, describe, expect, it } from 'vitest';
import { press, type } from './keyboard.js';
import { PageServer } from './page-server.js';

/** Lines of text that are looked at. */
const LINES = 30;
const CELL_WIDTH = 8;
const CELL_HEIGHT = 16;
const CTRL_ALT_SHIFT = 2 + 1 + 8;
const RESTORES = 20;

interface Look {
  readonly width: number;
  readonly height: number;
  readonly isSame: boolean;
  readonly hash: string;
  readonly rows: readonly string[];
  readonly error?: string;
}

interface Described {
  readonly status: string;
  readonly isError: boolean;
  readonly renderer: string;
  readonly sources: string;
  readonly focused: string;
  readonly isHidden: boolean;
}

const probe = await bundleForPage(new URL('page-probe.ts', import.meta.url));
const server = await PageServer.start(['debian-i386-686-pae']);
const opened: ChromiumPage[] = [];

/** The page in a browser of its own; undefined where there is none. */
async function open(query = '', before = ''): Promise<ChromiumPage | undefined> {
  const found = await ChromiumPage.open(probe, { url: `${server?.url}${query}`, before });
  if (typeof found === 'string') {
    process.stderr.write(`no page in a browser: ${found}\n`);
    return undefined;
  }
  opened.push(found.page);
  return found.page;
}

/** The pixels of text from a column of a line on. */
function glyphs({ rows }: Look, line: number, column: number, count: number): string {
  return rows
    .slice(line * CELL_HEIGHT, (line + 1) * CELL_HEIGHT)
    .map((row) => row.slice(column * CELL_WIDTH, (column + count) * CELL_WIDTH))
    .join('\n');
}

async function heapBytes(page: ChromiumPage): Promise<number> {
  await page.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await page.send<{
    usedSize: number;
    backingStorageSize?: number;
  }>('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
}

const shown = server === undefined ? undefined : await open();

afterAll(() => {
  opened.forEach((page) => page.close());
  server?.close();
});

describe.skipIf(shown === undefined)('Linux in a page', { timeout: 600_000 }, () => {
  const page = shown as ChromiumPage;
  const look = (): Promise<Look> => page.call('look', { lines: LINES });
  const describePage = (): Promise<Described> => page.call('describePage', {});

  it('runs from its saved state, takes keys, and shows on the canvas what they do', async () => {
    await page.call('waitForStatus', { text: 'The guest runs' });
    expect(await describePage()).toMatchObject({
      isError: false,
      focused: 'screen',
      renderer: expect.stringMatching(/^3D is drawn by WebGPU|in software/) as string,
      sources: expect.stringContaining('busybox') as string,
    });
    await page.call('watch', {});
    await type(page, 'echo hello\n');
    await page.call('settled', {});
    const after = await look();
    expect([after.width, after.height, after.isSame, after.error]).toEqual([1280, 800, true, undefined]);
    // «# echo hello» in some line, and below it «hello».
    const pairs = Array.from({ length: LINES - 1 }, (_, line) => [
      glyphs(after, line, '# echo '.length, 'hello'.length),
      glyphs(after, line + 1, 0, 'hello'.length),
    ]);
    expect(pairs.filter(([typed, echoed]) => typed.includes('#') && typed === echoed)).toHaveLength(1);
  });

  it('goes on in a tab in the background without being drawn, and is drawn when that is back', async () => {
    await type(page, 'sleep 15\n');
    await page.call('settled', {});
    const tab = await page.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
    const isHidden = async (): Promise<boolean> => (await describePage()).isHidden;
    const isDrawn = (): Promise<boolean> => page.call('isDrawn', {});
    await expect.poll(isHidden).toBe(true);
    await page.call('settled', {}); // the shell prompts again
    expect(await isDrawn()).toBe(false);
    await page.send('Target.closeTarget', tab);
    await expect.poll(isDrawn, { timeout: 30_000 }).toBe(true);
    expect(await isHidden()).toBe(false);
    await page.send('Page.bringToFront');
    await page.call('document.getElementById("screen").focus', {});
  });

  it('is restored to what was saved, and does not grow', async () => {
    const before = await look();
    await page.call('document.getElementById("save").click', {});
    await page.call('waitForStatus', { text: 'Saved' });
    await type(page, 'echo lost\n');
    await page.call('settled', {});
    expect((await look()).hash).not.toBe(before.hash);
    await page.call('document.getElementById("restore").click', {});
    await page.call('waitForStatus', { text: 'Restored' });
    const after = await look();
    expect([after.isSame, after.hash]).toEqual([true, before.hash]);
    await page.call('restoreOften', { times: 2 });
    const bytes = await heapBytes(page);
    await page.call('restoreOften', { times: RESTORES });
    const grown = (await heapBytes(page)) - bytes;
    expect(grown).toBeLessThan(4 * 2 ** 20);
    expect((await look()).hash).toBe(before.hash);
  });

  it('gives the guest a dropped file, and takes one from it', async () => {
    await page.call('drop', { name: 'some thing.txt', text: 'of the page' });
    expect(await page.call('waitForStatus', { text: 'The guest has' })).toBe(
      'The guest has /host/some_thing.txt.',
    );
    await page.call('document.getElementById("screen").focus', {});
    await type(page, 'cp /host/some'); // completed by Tab
    await press(page, { code: 'Tab', key: 'Tab' });
    await type(page, ' /host/b\n');
    expect(await page.call('sharedFile', { name: 'b' })).toBe('of the page');
    await page.call('settled', {});
  });

  it('takes a state file back, and refuses one of another guest or version', async () => {
    const before = await look();
    expect(await page.call('takeState', { replace: 0, text: '' })).toBe('Restored from a.cgstate.');
    expect((await look()).hash).toBe(before.hash);
    const other = 'cg desktop 1\n0000000000000000';
    expect(await page.call('takeState', { replace: other.length, text: other })).toContain('another guest');
    const newer = 'cg desktop 2\n';
    expect(await page.call('takeState', { replace: newer.length, text: newer })).toContain('another version');
    expect((await look()).hash).toBe(before.hash);
    expect(await page.call('screenshot', {})).toMatchObject({ start: [0x89, 0x50, 0x4e, 0x47] });
  });

  it('gives the keyboard back: Ctrl, Alt and Shift together, then Tab', async () => {
    await page.call('document.getElementById("screen").focus', {});
    await page.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      code: 'ShiftLeft',
      key: 'Shift',
      modifiers: CTRL_ALT_SHIFT,
    });
    expect(await describePage()).toMatchObject({ focused: 'save' });
    await press(page, { code: 'Tab', key: 'Tab' });
    expect((await describePage()).focused).not.toBe('screen');
  });

  it('says which software draws in a browser without WebGPU', async () => {
    const withoutGpu = await open('', 'delete Navigator.prototype.gpu;');
    await withoutGpu?.call('waitForStatus', { text: 'The guest runs' });
    expect(await withoutGpu?.call('describePage', {})).toMatchObject({
      renderer: 'This browser has no WebGPU: 3D is drawn in software.',
    });
    withoutGpu?.close();
  });

  it('says that there is no guest where its files are missing', async () => {
    const empty = await open('?guest=nowhere');
    await empty?.call('waitForStatus', { text: 'missing' });
    expect(await empty?.call('describePage', {})).toMatchObject({
      isError: true,
      status: expect.stringContaining('npm run desktop') as string,
    });
    empty?.close();
  });
});
