import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBuildFolder } from './build-folder.js';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-bench-build-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  const full = join(folder, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, text);
}

function writePackage(name: string): void {
  const exported = {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  };
  write(`packages/${name}/package.json`, JSON.stringify({ name: `@cg/${name}`, exports: exported }));
}

describe('the folder of a build', () => {
  it('gives its packages by name', () => {
    writePackage('machine');
    write('packages/machine/dist/index.js', '');
    expect(openBuildFolder(folder)).toEqual({
      folder,
      packages: new Map([['@cg/machine', join(folder, 'packages', 'machine')]]),
    });
  });

  it('ENOENT: is there, and is a folder', () => {
    write('file', '');
    for (const path of [join(folder, 'nothing'), join(folder, 'file')]) {
      expect(() => openBuildFolder(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    }
  });

  it('ENOTSUP: is a checkout of this repository', () => {
    expect(() => openBuildFolder(folder)).toThrow(expect.objectContaining({ code: 'ENOTSUP' }));
    write('packages/machine/package.json', '{"name": "another"}');
    write('packages/broken/package.json', '{');
    write('packages/nothing/package.json', 'null');
    expect(() => openBuildFolder(folder)).toThrow(expect.objectContaining({ code: 'ENOTSUP' }));
  });

  it('ENOEXEC: is built, every package of it', () => {
    writePackage('machine');
    write('packages/machine/dist/index.js', '');
    writePackage('vmwgfx');
    const missing = join(folder, 'packages', 'vmwgfx', 'dist', 'index.js');
    expect(() => openBuildFolder(folder)).toThrow(
      expect.objectContaining({ code: 'ENOEXEC', message: expect.stringContaining(missing) as string }),
    );
  });
});
