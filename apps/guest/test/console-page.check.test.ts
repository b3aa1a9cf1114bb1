import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { bundleForPage } from '@cg/dawn/bundle';
import { ChromiumPage } from '@cg/dawn/chromium';
import { expect, it } from 'vitest';
import { findGuestFiles, type GuestFiles } from '../src/boot/guest-files.js';
import { buildInitramfs } from '../src/boot/initramfs.js';
import type { GuestState } from '../src/emulator/emulated-guest.js';
import { pcSettings } from '../src/emulator/pc-settings.js';
import { startGuest } from '../src/emulator/start-guest.js';
import { defaultRequest, isGuestFetched } from './default-request.js';

const MEMORY_MIB = 128;
/** Lines of text that are looked at. */
const LINES = 8;
const CELL_WIDTH = 8;
const CELL_HEIGHT = 16;

/** A guest with a shell on its first console, which is empty but for the prompt. */
async function saveGuest(files: GuestFiles): Promise<GuestState> {
  const images = { files, initramfs: buildInitramfs(files) };
  const options = { images, memoryMib: MEMORY_MIB, device: {}, states: undefined };
  const { guest } = await startGuest({ ...options, say: () => {}, onConsole: () => {} });
  try {
    await guest.shell.must('setterm -blank 0 > /dev/tty1 2>&1; printf "\\033c\\033[?25l" > /dev/tty1');
    await guest.shell.must('PS1="# " setsid sh -i < /dev/tty1 > /dev/tty1 2>&1 & sleep 2');
    await guest.pause();
    return await guest.save();
  } finally {
    await guest.end();
  }
}

interface Look {
  readonly width: number;
  readonly height: number;
  readonly isSame: boolean;
  readonly rows: readonly string[];
  readonly error?: string;
}

/** The glyphs from a column of a line on. */
function glyphs({ rows }: Look, line: number, column: number, count: number): string[] {
  return rows
    .slice(line * CELL_HEIGHT, (line + 1) * CELL_HEIGHT)
    .map((row) => row.slice(column * CELL_WIDTH, (column + count) * CELL_WIDTH));
}

it.skipIf(!isGuestFetched)(
  'Linux, restored in a page, takes keys and shows on the canvas what they do',
  { timeout: 900_000 },
  async (context) => {
    const opened = await ChromiumPage.open(
      await bundleForPage(new URL('page/console-page.ts', import.meta.url)),
    );
    if (typeof opened === 'string') {
      return context.skip(opened);
    }
    const { page } = opened;
    const { cache, flavour } = defaultRequest;
    const files = await findGuestFiles({ cache, flavour, say: () => {} });
    const state = await saveGuest(files);
    const served: Record<string, Uint8Array> = {
      '/v86.wasm': readFileSync(createRequire(import.meta.url).resolve('v86/build/v86.wasm')),
      '/bios': readFileSync(files.bios),
      '/vgaBios': readFileSync(files.vgaBios),
      '/emulator': new Uint8Array(state.emulator),
      '/device': state.device,
    };
    const server = createServer(({ url = '' }, response) => {
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end(served[url]);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      await page.call('restoreGuest', { base, settings: pcSettings(MEMORY_MIB) });
      await page.call('type', 'echo hello\n');
      const look = await page.call<Look>('look', { lines: LINES });
      expect([look.width, look.height, look.isSame, look.error]).toEqual([1280, 800, true, undefined]);
      // «# echo hello» in some line, and below it «hello».
      const pairs = Array.from({ length: LINES - 1 }, (_, line) => [
        glyphs(look, line, '# echo '.length, 'hello'.length).join('\n'),
        glyphs(look, line + 1, 0, 'hello'.length).join('\n'),
      ]);
      expect(pairs.filter(([typed, echoed]) => typed.includes('#') && typed === echoed)).toHaveLength(1);
    } finally {
      page.close();
      server.close();
    }
  },
);
