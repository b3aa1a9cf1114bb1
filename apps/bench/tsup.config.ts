import { bundle } from '@cg/tsup-config';

// Threads load their rows, and the loader its hook, by file name.
const rows = [
  'bulk-stores',
  'clean-record',
  'clean-submission',
  'clean-touched',
  'device-uploads',
  'dirty-boxes',
  'first-stores',
  'long-shaders',
  'replay',
  'replay-draws',
  'resource-lookup',
  'scalar-stores',
  'shader-translation',
  'walk-image',
  'walk-program',
];

export default bundle(
  [
    'src/main.ts',
    'src/side/side-worker.ts',
    'src/build/resolve-hook.ts',
    ...rows.map((row) => `src/rows/${row}.ts`),
  ],
  { platform: 'node' },
);
