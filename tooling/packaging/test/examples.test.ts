import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './workspace.js';

const folder = join(root, 'examples');
const programs = readdirSync(folder).filter((name) => name.endsWith('.mjs'));

it('there is an example for each kind of user, and the README lists each', () => {
  expect(programs).toHaveLength(5);
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  programs.forEach((name) => expect(readme).toContain(`[${name}](${name})`));
});

it.each(programs)('%s prints the text in its .txt file', (name) => {
  const { NODE_OPTIONS: _options, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, [name], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const expected = readFileSync(join(folder, name.replace('.mjs', '.txt')), 'utf8');
  expect({ stdout, stderr, status }).toEqual({ stdout: expected, stderr: '', status: 0 });
});
