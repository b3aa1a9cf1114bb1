import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GuestFiles } from './guest-files.js';

const FOLDER = 'https://example.org/guest/';
const STATE = new Uint8Array(1000).fill(7);

const served = new Map<string, Uint8Array<ArrayBuffer>>();

/** Whether the server answers requests for ranges. */
let hasRanges = true;

function serve(name: string, bytes: Uint8Array): object {
  served.set(FOLDER + name, new Uint8Array(bytes));
  return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function serveAbout(changes: object = {}): void {
  const about = {
    format: 1,
    v86: '1.2.3',
    pc: {},
    device: {},
    sharedFolder: '/host',
    state: serve('state.gz', gzipSync(STATE)),
    bios: serve('bios.bin', Uint8Array.of(1, 2)),
    vgaBios: serve('vgabios.bin', Uint8Array.of(3)),
    sources: [],
    ...changes,
  };
  serve('guest.json', Buffer.from(JSON.stringify(about)));
}

beforeEach(() => {
  serveAbout();
  vi.stubGlobal('fetch', async (address: string, { headers }: RequestInit = {}) => {
    const bytes = served.get(address);
    if (bytes === undefined) {
      return new Response('', { status: 404 });
    }
    return headers === undefined || !hasRanges
      ? new Response(bytes)
      : new Response(bytes.slice(0, 1), {
          status: 206,
          headers: { 'content-range': `bytes 0-0/${bytes.length}` },
        });
  });
});
afterEach(() => {
  hasRanges = true;
  served.clear();
  vi.unstubAllGlobals();
});

it('a guest’s files have the contents that its list announces, and progress is told', async () => {
  const files = await GuestFiles.open(FOLDER, '1.2.3');
  const told: [number, number][] = [];
  expect(await files.state((...progress) => told.push(progress))).toEqual(STATE);
  const { bytes } = files.about.state;
  expect(told.at(-1)).toEqual([bytes, bytes]);
  expect(new Uint8Array((await files.bios()).bios)).toEqual(Uint8Array.of(1, 2));
});

it.each([
  ['another format', { format: 2 }, 'VERSION', 'have format 2; this page reads 1'],
  ['another emulator', { v86: '1.2.4' }, 'VERSION', 'saved by v86 1.2.4; this page has v86 1.2.3'],
  ['no list of files', { bios: undefined }, 'DAMAGED', 'lists no files'],
])('a guest of %s is refused', async (_what, changes, code, message) => {
  serveAbout(changes);
  const opened = GuestFiles.open(FOLDER, '1.2.3');
  await expect(opened).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
});

it('a missing guest is named, also where a server answers with a page of its own', async () => {
  served.clear();
  const missing = { code: 'MISSING', message: expect.stringContaining('«npm run desktop»') as string };
  await expect(GuestFiles.open(FOLDER, '1.2.3')).rejects.toMatchObject(missing);
  serve('guest.json', Buffer.from('<!doctype html>'));
  await expect(GuestFiles.open(FOLDER, '1.2.3')).rejects.toMatchObject(missing);
});

it('a file that is missing, cut off or changed is refused', async () => {
  const files = await GuestFiles.open(FOLDER, '1.2.3');
  const state = `${FOLDER}state.gz`;
  const whole = served.get(state) ?? new Uint8Array();
  served.set(state, whole.slice(0, -1));
  await expect(files.state(() => {})).rejects.toMatchObject({ code: 'DAMAGED' });
  served.set(
    state,
    whole.map((byte, i) => (i === 20 ? byte ^ 1 : byte)),
  );
  await expect(files.state(() => {})).rejects.toMatchObject({ code: 'DAMAGED' });
  served.delete(state);
  await expect(files.state(() => {})).rejects.toMatchObject({ code: 'MISSING' });
});

it('a disk is looked for before the guest runs: one that is missing, cut off, or whole only is refused', async () => {
  expect(await (await GuestFiles.open(FOLDER, '1.2.3')).disk()).toBeUndefined();
  serve('disk.img', new Uint8Array(500));
  serveAbout({ disk: { name: 'disk.img', bytes: 500 } });
  const files = await GuestFiles.open(FOLDER, '1.2.3');
  expect(await files.disk()).toEqual({ url: `${FOLDER}disk.img`, async: true, size: 500 });
  hasRanges = false;
  await expect(files.disk()).rejects.toMatchObject({ code: 'REFUSED' });
  hasRanges = true;
  serve('disk.img', new Uint8Array(499));
  await expect(files.disk()).rejects.toMatchObject({ code: 'DAMAGED' });
  served.delete(`${FOLDER}disk.img`);
  await expect(files.disk()).rejects.toMatchObject({ code: 'MISSING' });
});
