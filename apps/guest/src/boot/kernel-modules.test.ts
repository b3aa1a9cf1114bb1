import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { modulesFor } from './kernel-modules.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-modules-'));

function addModule(path: string, depends: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), `\x7fELF…\0license=GPL\0depends=${depends}\0name=x\0`);
}

afterAll(() => rmSync(folder, { recursive: true }));

it('finds the dependencies of a module, each once, in the order of loading', () => {
  addModule('kernel/gpu/vmwgfx.ko', 'ttm,drm,drm-ttm-helper');
  addModule('kernel/gpu/ttm/ttm.ko', 'drm');
  addModule('kernel/gpu/drm.ko', '');
  addModule('extra/drm_ttm_helper.ko', 'drm,ttm');
  expect(modulesFor('vmwgfx', folder).map(({ name }) => name)).toEqual([
    'drm',
    'ttm',
    'drm_ttm_helper',
    'vmwgfx',
  ]);
});

it('names a missing module', () => {
  addModule('kernel/lonely.ko', 'nobody');
  expect(() => modulesFor('lonely', folder)).toThrow(/no module nobody/);
});

it('names a module that cannot be unpacked', () => {
  addModule('kernel/damaged.ko.xz', '');
  expect(() => modulesFor('damaged', folder)).toThrow(
    expect.objectContaining({ name: 'GuestError', message: expect.stringMatching(/damaged\.ko\.xz: xz/) }),
  );
});
