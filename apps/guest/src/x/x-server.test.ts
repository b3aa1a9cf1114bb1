import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { END_X, START_X } from './x-server.js';

it.skipIf(process.platform === 'win32').each([
  ['starts', START_X],
  ['ends', END_X],
])('the command that %s X is one to a shell', (_what, command) => {
  expect(spawnSync('sh', ['-n'], { input: command, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
});
