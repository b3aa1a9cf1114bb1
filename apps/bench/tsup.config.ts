import { readdirSync, readFileSync } from 'node:fs';
import { bundle } from '@cg/tsup-config';

// Threads load their rows, and the loader its hook, by file name: a file of rows exports `rowsOf`.
const rows = readdirSync('src/rows').filter((file) =>
  readFileSync(`src/rows/${file}`, 'utf8').includes('export function rowsOf('),
);

export default bundle(
  [
    'src/main.ts',
    'src/side/side-worker.ts',
    'src/build/resolve-hook.ts',
    ...rows.map((file) => `src/rows/${file}`),
  ],
  { platform: 'node' },
);
