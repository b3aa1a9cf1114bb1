import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sourceHash } from '../../native/build.mjs';
import { readProgram, sceneNames } from './gl-programs.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-gl-'));
const gltest = new URL('../../programs/gltest', import.meta.url);

afterAll(() => rmSync(folder, { recursive: true }));

describe('a program', () => {
  it('is a scene by its name, or an i386 executable by its path', () => {
    expect(readProgram('cube')).toBe('cube');
    const path = join(folder, 'program');
    writeFileSync(path, readFileSync(gltest));
    expect(readProgram(path)).toMatchObject({ path });
  });

  it('is one of Debian’s that draws on the screen, or another one on X', () => {
    expect(readProgram('kmscube')).toMatchObject({ words: ['/usr/bin/kmscube'] });
    expect(readProgram('glxgears', true)).toMatchObject({ name: 'glxgears' });
    expect(() => readProgram('cube', true)).toThrow('cube: no such file, and no such program');
  });

  it('that is neither is refused, with the names of the scenes', () => {
    const path = join(folder, 'text');
    writeFileSync(path, '#!/bin/sh\n');
    expect(() => readProgram(path)).toThrow(`${path}: is not an i386 executable`);
    expect(() => readProgram('teapot')).toThrow(
      expect.objectContaining({
        message: 'teapot: no such file, and no such program',
        hint: expect.stringContaining('tri texquad') as string,
      }),
    );
    expect(() => readProgram(folder)).toThrow(`${folder}: cannot be read (EISDIR)`);
  });
});

describe('gltest', () => {
  it('is the compiled source', () => {
    expect(readFileSync(gltest).includes(`source ${sourceHash('gltest')}`)).toBe(true);
  });

  it('has the scenes that the program lists', () => {
    const files = ['buffer', 'pixel', 'shader', 'window'].map(
      (kind) => `../../native/gltest/${kind}-scenes.c`,
    );
    const rows = files.flatMap((file) => [
      ...readFileSync(new URL(file, import.meta.url), 'utf8').matchAll(/\{"(\w+)", \w+, \w+, \d+\}/g),
    ]);
    expect(rows.map(([, name]) => name)).toEqual([...sceneNames]);
  });
});
