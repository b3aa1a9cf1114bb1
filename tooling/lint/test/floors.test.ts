import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkHouse } from '../house.mjs';
import { importsOf } from '../imports.mjs';

type Files = Record<string, string>;

const houses: string[] = [];

afterEach(() => {
  for (const house of houses.splice(0)) {
    rmSync(house, { recursive: true });
  }
});

/** The findings for a synthetic house: `files` added to one that breaks no rule. */
function violations(files: Files): string[] {
  const root = mkdtempSync(join(tmpdir(), 'cg-floors-'));
  houses.push(root);
  for (const [path, text] of Object.entries({ ...soundHouse(), ...files })) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkHouse(root).violations;
}

function manifest(name: string, floor: number, more: object = {}): string {
  const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
  const sound = { name: `@cg/${name}`, version: '1.0.0', sideEffects: false, exports, cg: { floor } };
  return JSON.stringify({ ...sound, ...more });
}

function soundPackage(folder: string, manifestText: string): Files {
  return {
    [`${folder}/package.json`]: manifestText,
    [`${folder}/README.md`]: '',
    [`${folder}/LICENSE`]: '',
    [`${folder}/tsconfig.json`]: '{"compilerOptions": {"types": ["node"]}}',
    [`${folder}/tsconfig.build.json`]: '{"compilerOptions": {"types": []}}',
  };
}

function soundHouse(): Files {
  return {
    'package.json': JSON.stringify({ name: 'house', private: true, devDependencies: { vitest: '1.0.0' } }),
    ...soundPackage('packages/low', manifest('low', 1)),
    ...soundPackage('packages/high', manifest('high', 2, { dependencies: { '@cg/low': 'workspace:^' } })),
    ...soundPackage('apps/tool', manifest('tool', 3, { dependencies: { '@cg/high': 'workspace:^' } })),
    'tooling/made/package.json': '{"name": "@cg/made", "private": true}',
    'tooling/made/index.js': "import { join } from 'node:path';\n",
    'packages/low/src/index.ts': "export { one } from './one.js';\n",
    'packages/low/src/one.ts': 'export const one = 1;\n',
    'packages/low/src/one.test.ts': "import { it } from 'vitest';\nimport { one } from './one.js';\n",
    'packages/high/src/index.ts': "import { one } from '@cg/low';\n",
    'packages/high/dist/utils.js': "import '@cg/nowhere';\n",
    'packages/high/test/reads.test.ts': "import { readFileSync } from 'node:fs';\n",
  };
}

describe('floors', () => {
  it('a valid house: no findings', () => {
    expect(violations({})).toEqual([]);
  });

  it.each([
    ['dependencies', 1, '@cg/high', 'is on floor 2, not below floor 1'],
    ['devDependencies', 2, '@cg/high', 'is on floor 2, not below floor 2'],
    ['dependencies', 9, '@cg/tool', 'is an app, and nothing imports an app'],
    ['devDependencies', 9, '@cg/tool', 'is an app, and nothing imports an app'],
    ['dependencies', 1, '@cg/gone', 'is not in this workspace'],
    ['dependencies', 1, '@cg/made', 'is tooling, which is never published'],
  ])('%s of floor %i: %s %s', (field, floor, name, message) => {
    const low = manifest('low', floor, { [field]: { [name]: 'workspace:^' } });
    expect(violations({ 'packages/low/package.json': low })).toContain(
      `packages/low/package.json: ${field}: ${name} ${message}`,
    );
  });

  it('an app may depend on an app that has a program, to start it, and import nothing of it', () => {
    const start = { dependencies: { '@cg/tool': 'workspace:^' } };
    const tool = { 'apps/tool/package.json': manifest('tool', 3, { bin: { tool: './dist/main.js' } }) };
    const starter = soundPackage('apps/starter', manifest('starter', 3, start));
    expect(violations({ ...tool, ...starter })).toEqual([]);
    const imports = { 'apps/starter/src/main.ts': "import { run } from '@cg/tool';\n" };
    expect(violations({ ...tool, ...starter, ...imports })).toEqual([
      'apps/starter/src/main.ts:1: @cg/tool is an app, and nothing imports an app',
    ]);
  });

  it.each([
    ['that has no program', 'dependencies', {}, 'is an app without a program to start'],
    [
      'that starts an app itself',
      'dependencies',
      { bin: { tool: './dist/main.js' }, dependencies: { '@cg/starter': 'workspace:^' } },
      'is an app that starts an app',
    ],
    [
      'that it only tests',
      'devDependencies',
      { bin: { tool: './dist/main.js' } },
      'is an app, and nothing imports an app',
    ],
  ])('an app may not depend on an app %s', (_what, field, tool, message) => {
    const starter = { bin: { starter: './dist/main.js' }, [field]: { '@cg/tool': 'workspace:^' } };
    expect(
      violations({
        'apps/tool/package.json': manifest('tool', 3, tool),
        ...soundPackage('apps/starter', manifest('starter', 3, starter)),
      }),
    ).toContain(`apps/starter/package.json: ${field}: @cg/tool ${message}`);
  });

  it('development dependencies on tooling are allowed', () => {
    const low = manifest('low', 1, { devDependencies: { '@cg/made': 'workspace:*' } });
    expect(violations({ 'packages/low/package.json': low })).toEqual([]);
  });

  it('every package but tooling has a floor', () => {
    const found = violations({ 'packages/low/package.json': manifest('low', 1, { cg: {} }) });
    expect(found).toContain('packages/low/package.json: no floor: "cg": {"floor": n} is missing');
  });
});

describe('publishing', () => {
  it.each([
    [{ sideEffects: true }, '"sideEffects" is not false'],
    [{ version: 'soon' }, '"version" soon is invalid'],
    [{ exports: {} }, '"exports" is missing'],
    [{ exports: { '.': './dist/index.js' } }, '"exports" of . does not name its types first'],
    [{ exports: { './x': { default: '', types: '' } } }, '"exports" of ./x does not name its types first'],
  ])('%j: %s', (change, message) => {
    expect(violations({ 'packages/low/package.json': manifest('low', 1, change) })).toEqual([
      `packages/low/package.json: ${message}`,
    ]);
    const hidden = manifest('low', 1, { ...change, private: true });
    expect(violations({ 'packages/low/package.json': hidden })).toEqual([]);
  });

  it('data may be exported without types', () => {
    const low = manifest('low', 1, { exports: { './package.json': './package.json' } });
    expect(violations({ 'packages/low/package.json': low })).toEqual([]);
  });

  it('a README and a licence lie beside it', () => {
    expect(violations({ 'packages/new/package.json': manifest('new', 1) })).toEqual([
      'packages/new/package.json: no README.md beside it',
      'packages/new/package.json: no LICENSE beside it',
    ]);
  });
});

describe('imports', () => {
  it.each([
    ["import pad from 'left-pad';", 'left-pad is not declared'],
    ["import type { Pad } from 'left-pad/types';", 'left-pad is not declared'],
    ["export { pad } from 'left-pad';", 'left-pad is not declared'],
    ["export { pad, end } from '@left/pad/deep';", '@left/pad is not declared'],
    ["import 'left-pad';", 'left-pad is not declared'],
    ["const pad = await import('left-pad');", 'left-pad is not declared'],
    ["let pad: import('left-pad').Pad;", 'left-pad is not declared'],
    ["import { it } from 'vitest';", 'vitest is not declared'],
    ["import { join } from 'path';", '«path» is written node:path'],
    ["import { join } from 'node:path';", 'node:path, in a package that must run anywhere'],
    ["import { one } from '../../high/src/index.js';", '«../../high/src/index.js» leaves the package'],
    ["import './one.test.js';", '«./one.test.js» is test code'],
  ])('%s', (text, message) => {
    const path = 'packages/low/src/index.ts';
    expect(violations({ [path]: `${text}\n` })).toEqual([`${path}:1: ${message}`]);
  });

  it('a test may use only declared development dependencies', () => {
    const low = manifest('low', 1, { devDependencies: { 'fast-check': '1' } });
    const test = "import fc from 'fast-check';\nimport pad from 'left-pad';\n";
    expect(violations({ 'packages/low/package.json': low, 'packages/low/src/one.test.ts': test })).toEqual([
      'packages/low/src/one.test.ts:2: left-pad is not declared',
    ]);
  });

  it('Node is allowed if the build has its types', () => {
    const forNode = {
      'packages/low/tsconfig.build.json': '{"compilerOptions": {"types": ["node"]}}',
      'packages/low/src/index.ts': "import { join } from 'node:path';\n",
    };
    expect(violations(forNode)).toEqual([]);
  });

  it('comments, templates and strings import nothing', () => {
    const text = [
      "// import 'a';",
      '/*',
      "import 'b';",
      '*/',
      'const template = `',
      "import 'c';",
      '`;',
      'const text = "import \'d\'";',
      "const address = 'http://x';",
      'import {',
      '  e,',
      "} from 'e';",
    ];
    expect(importsOf(text.join('\n'))).toEqual([{ specifier: 'e', line: 12 }]);
  });
});

describe('files', () => {
  const emptyNames = ['utils.ts', 'util.test.ts', 'helpers/x.ts', 'Helper.ts', 'misc.json', 'common.ts'];
  it.each(emptyNames)('no %s', (name) => {
    expect(violations({ [`packages/low/src/${name}`]: '' })).toEqual([
      `packages/low/src/${name.split('/')[0]}: the name does not describe the content`,
    ]);
  });

  it('a name may hold such a word', () => {
    expect(violations({ 'packages/low/src/common-ancestor.ts': '' })).toEqual([]);
  });

  it('at most 400 lines, except in tests', () => {
    const long = '\n'.repeat(401);
    expect(violations({ 'packages/low/src/one.ts': '\n'.repeat(400) })).toEqual([]);
    expect(violations({ 'packages/low/src/one.ts': long, 'packages/low/src/one.test.ts': long })).toEqual([
      'packages/low/src/one.ts: 401 lines, more than 400',
    ]);
  });

  it('at most 120 columns, and a column is a character', () => {
    const text = `${'x'.repeat(120)}\n${'𝄞'.repeat(120)}\n${'x'.repeat(121)}\n`;
    expect(violations({ 'packages/low/src/one.ts': text })).toEqual([
      'packages/low/src/one.ts:3: 121 columns, more than 120',
    ]);
  });
});
