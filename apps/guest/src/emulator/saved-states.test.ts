import { mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PAGE_BYTES } from './page-runs.js';
import { pcSettings } from './pc-settings.js';
import { SavedStates } from './saved-states.js';

const OTHER_PAGES = new Uint8Array(3 * PAGE_BYTES).fill(1);

let cache: string;
let states: SavedStates;

/** Its memory has two runs of pages. */
const state = (byte: number) => {
  const memory = new Uint8Array(8 * PAGE_BYTES);
  memory.set([byte], PAGE_BYTES);
  memory.set([5], 3 * PAGE_BYTES - 1);
  memory.set([6], 7 * PAGE_BYTES);
  const code = new Map([
    [3, Uint8Array.of(7)],
    [1, Uint8Array.of(8, 9)],
  ]);
  return {
    emulator: Uint8Array.of(byte, 2).buffer,
    device: Uint8Array.of(3),
    agent: [4096, 8192] as const,
    core: { places: { ram: PAGE_BYTES, ramBytes: 2 * PAGE_BYTES, videoMemory: 0 }, code, memory },
  };
};

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'cg-states-'));
  states = new SavedStates(cache);
});

afterEach(() => rmSync(cache, { recursive: true }));

describe('saved states', () => {
  it('are loaded as they were stored, until they are removed', () => {
    expect(states.load('a')).toBeUndefined();
    states.store('a', state(1));
    expect(new Uint8Array(states.load('a')?.emulator ?? new ArrayBuffer())).toEqual(Uint8Array.of(1, 2));
    expect(states.load('a')?.agent).toEqual([4096, 8192]);
    const { core } = state(1);
    const stored = states.load('a')?.core;
    expect(stored?.places).toEqual(core.places);
    expect(stored?.memoryBytes).toBe(core.memory.length);
    expect(stored?.runs).toEqual([
      [1, 2],
      [7, 1],
    ]);
    expect([...(stored?.code ?? [])].map(([index, bytes]) => [index, ...bytes])).toEqual([
      [3, 7],
      [1, 8, 9],
    ]);
    const memory = new Uint8Array(core.memory.length);
    stored?.readInto(memory);
    expect(memory).toEqual(core.memory);
    states.remove('a');
    expect(states.load('a')).toBeUndefined();
  });

  it('that are incomplete are not loaded', () => {
    states.store('a', state(1));
    rmSync(join(cache, 'states', 'a', 'state.json'));
    expect(states.load('a')).toBeUndefined();
  });

  it.each([
    ['state.json', ''],
    ['state.json', '[4096,'],
    ['state.json', 'null'],
    ['state.json', '{"address":4096}'],
    ['emulator.state', undefined],
    ['emulator.state', '\x01\x00'],
    ['device.snapshot', undefined],
    ['device.snapshot', '\x04'],
    ['code.wasm', undefined],
    ['code.wasm', '\x07\x08\x08'],
  ])('whose %s is damaged (%j) are not loaded', (name, content) => {
    states.store('a', state(1));
    const path = join(cache, 'states', 'a', name);
    rmSync(path);
    if (content !== undefined) {
      writeFileSync(path, content);
    }
    expect(states.load('a')).toBeUndefined();
  });

  it.each([
    ['missing', /ENOENT/, () => rmSync(join(cache, 'states', 'a', 'memory.pages'))],
    ['cut off', /damaged/, () => truncateSync(join(cache, 'states', 'a', 'memory.pages'), 2 * PAGE_BYTES)],
    ['empty', /damaged/, () => truncateSync(join(cache, 'states', 'a', 'memory.pages'))],
    ['another', /damaged/, () => writeFileSync(join(cache, 'states', 'a', 'memory.pages'), OTHER_PAGES)],
  ])('whose memory is %s are not restored', (_, message, damage) => {
    states.store('a', state(1));
    damage();
    expect(() => states.load('a')?.core.readInto(new Uint8Array(8 * PAGE_BYTES))).toThrow(message);
  });

  it('are eight at most: the oldest are removed', () => {
    for (let i = 0; i < 10; i++) {
      states.store(`state-${i}`, state(i));
      utimesSync(join(cache, 'states', `state-${i}`), i, i);
    }
    states.store('newest', state(99));
    const kept = readdirSync(join(cache, 'states')).toSorted();
    expect(kept).toEqual(['newest', ...[3, 4, 5, 6, 7, 8, 9].map((i) => `state-${i}`)]);
  });

  it('have a separate name for each kernel, BIOS, initramfs, PC and device', () => {
    const [kernel, bios, vgaBios] = ['kernel', 'bios', 'vga'].map((name) => join(cache, name));
    [kernel, bios, vgaBios].forEach((path) => writeFileSync(path, path));
    const files = { kernel, bios, vgaBios, modules: '', busybox: '' };
    const images = { files, initramfs: Uint8Array.of(1) };
    const key = states.keyFor(images, pcSettings(256), { dx: false });
    expect(states.keyFor(images, pcSettings(256), { dx: false })).toBe(key);
    const others = [
      states.keyFor(images, pcSettings(256, 'quiet'), { dx: false }),
      states.keyFor(images, pcSettings(128), { dx: false }),
      states.keyFor(images, pcSettings(256), { dx: true }),
      states.keyFor({ ...images, initramfs: Uint8Array.of(2) }, pcSettings(256), { dx: false }),
    ];
    writeFileSync(bios, 'another');
    others.push(states.keyFor(images, pcSettings(256), { dx: false }));
    expect(new Set([key, ...others]).size).toBe(6);
  });
});
