import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ChromiumPage } from '@cg/dawn/chromium';
import { afterAll, describe, expect, it } from 'vitest';
import { runCg, tracesFolder } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-inspector-'));
const opened = await ChromiumPage.open('');
const missing = typeof opened === 'string' ? opened : undefined;
const page = typeof opened === 'string' ? undefined : opened.page;
afterAll(() => {
  page?.close();
  rmSync(folder, { recursive: true });
});

if (missing !== undefined) {
  process.stderr.write(`no page in a browser: ${missing}\n`);
}

const traces = readdirSync(tracesFolder).filter((name) => name.endsWith('.cgtrace.gz'));

/** Runs a function in the page, which gets the inspector's shadow root, and the inspector. */
async function inPage<Result>(body: string, argument: unknown = {}): Promise<Result> {
  const script = `(async (argument) => {
    const inspector = await globalThis.cgInspector;
    const root = document.getElementById('inspector').shadowRoot;
    const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const key = (name, options = {}) => {
      document.dispatchEvent(new KeyboardEvent('keydown', { key: name, ...options }));
      return frame();
    };
    const text = (selector) => root.querySelector(selector)?.textContent ?? '';
    const clickPixel = async (x, y) => {
      const canvas = root.querySelector('.picture canvas');
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const clientX = left + ((x + 0.5) / canvas.width) * width;
      const clientY = top + ((y + 0.5) / canvas.height) * height;
      canvas.dispatchEvent(new MouseEvent('click', { clientX, clientY, bubbles: true, composed: true }));
      await frame();
      return [...root.querySelectorAll('.chain li')].map((link) => link.className + ' ' + link.innerText);
    };
    ${body}
  })`;
  return (page as ChromiumPage).call<Result>(script, argument);
}

async function open(file: string): Promise<void> {
  await (page as ChromiumPage).goTo(pathToFileURL(file).href);
}

/** Draws every step, each at once. */
const PLAY = `
  const steps = Number(root.querySelector('input[type=range]').max) + 1;
  const times = [];
  for (let step = 0; step < steps; step++) {
    const before = performance.now();
    inspector.show(step);
    times.push(performance.now() - before);
  }
  times.sort((a, b) => a - b);
  return { steps, median: times[steps >> 1], p99: times[Math.floor(steps * 0.99)], most: times[steps - 1] };
`;

describe.skipIf(page === undefined)('the page of a replay', () => {
  it.each(traces)(
    '%s: steps back and forth, and has the chain of a pixel',
    async (name) => {
      const file = join(folder, `${name}.html`);
      const { code, err } = await runCg(['replay', join(tracesFolder, name), '--html', file]);
      expect([code, err]).toEqual([0, '']);
      expect(readFileSync(file, 'utf8')).not.toMatch(/(?:src|href)=|https?:\/\/(?!www\.w3\.org)/);
      await open(file);
      const forth = await inPage<string[]>(`
      const seen = [text('output')];
      for (const step of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) {
        await key(step);
        seen.push(text('output'));
      }
      return seen;
    `);
      expect(forth.map((each) => /^frame (\d+)/.exec(each)?.[1])).toEqual(['0', '1', '2', '1']);
      const chain = await inPage<string[]>(`
      await key('End');
      return clickPixel(640, 360);
    `);
      expect(chain.length).toBeGreaterThan(2);
      expect(chain[0]).toMatch(/^done (?:store|device write)/);
      expect(chain.filter((link) => link.startsWith('missing'))).toEqual([]);
      expect(await inPage('return location.hash')).toMatch(/^#step=\d+&surface=surface&pixel=6\d\d,3\d\d$/);
      process.stdout.write(`${name}: ${JSON.stringify(await inPage(PLAY))}\n`);
    },
    180_000,
  );
});

describe.skipIf(page === undefined)('the page of a litmus program', () => {
  it('E1: opens at the lost byte, and shows which links are missing', async () => {
    const file = join(folder, 'lost.html');
    const { code } = await runCg(['litmus', 'erratum-E1', '--variant', 'E1', '--html', file]);
    expect(code).toBe(1);
    await open(file);
    const shown = await inPage<{ alert: string; at: string; chain: string[] }>(`
      await frame();
      const chain = [...root.querySelectorAll('.chain li')].map((link) => link.className + ' ' + link.innerText);
      return { alert: text('[role=alert]'), at: text('output'), chain };
    `);
    expect(shown.alert).toMatch(/^lost: in step 8 the device read 0x00 in byte 4096 of S/);
    expect(shown.at).toMatch(/^step 8: check S/);
    expect(shown.chain[0]).toMatch(/^done store/);
    expect(shown.chain[1]).toMatch(/^missing scan[^]*MISSING: no fault or scan found that page 1 of S/);
    // With our parts the same byte has its chain.
    expect((await runCg(['litmus', 'erratum-E1', '--html', file])).code).toBe(0);
    await open(file);
    const ours = await inPage<string[]>(`
      await key('End');
      return clickPixel(2, 1);
    `);
    expect(ours.filter((link) => !link.startsWith('done'))).toEqual([]);
  });
});

describe.skipIf(page === undefined)('a picture for the documents', () => {
  it('has the size asked for; CG_DOCS=<folder> writes it there', async () => {
    const file = join(folder, 'window-drag.html');
    await runCg(['replay', join(tracesFolder, 'window-drag.cgtrace.gz'), '--html', file]);
    await open(file);
    await inPage('inspector.show(72); inspector.choose(640, 372);');
    const png = Buffer.from(await (page as ChromiumPage).screenshot({ width: 1280, height: 1000 }));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 1000]);
    if (process.env.CG_DOCS !== undefined) {
      writeFileSync(join(process.env.CG_DOCS, 'inspector.png'), png);
    }
  });
});

describe('files that show a run', () => {
  it('--trace writes the Trace Event Format, with the counts of the replay', async () => {
    const file = join(folder, 'idle.json');
    const { code, out } = await runCg(['replay', '--json', '--trace', file]);
    expect(code).toBe(0);
    const [{ bytesUploaded, bytesUploadedChanged }] = (
      JSON.parse(out) as { replays: Record<string, number>[] }
    ).replays;
    const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as {
      traceEvents: { ph: string; args?: object }[];
    };
    const counter = traceEvents.findLast(({ ph }) => ph === 'C');
    expect(counter?.args).toEqual({ sent: bytesUploaded, needed: bytesUploadedChanged });
  });

  it.each(['--html', '--trace'])(
    'exit 2 for %s of several programs or traces, or a bad path',
    async (option) => {
      const nowhere = join(folder, 'none', 'out');
      for (const args of [
        ['litmus', option, nowhere],
        ['litmus', 'erratum-E1', 'erratum-D1', option, nowhere],
        ['litmus', '--random', '2', option, nowhere],
        ['replay', 'a.cgtrace.gz', 'b.cgtrace.gz', option, nowhere],
      ]) {
        const { code, err } = await runCg(args);
        expect([code, err.split('\n').length], args.join(' ')).toEqual([2, 2]);
      }
      const { code, err } = await runCg(['litmus', 'erratum-E1', option, nowhere]);
      expect([code, err]).toEqual([2, `cg: ${nowhere}: cannot be written (ENOENT)\n`]);
    },
  );
});
