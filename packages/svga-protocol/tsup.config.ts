import { bundle } from '@cg/tsup-config';

// What has entries of its own becomes a chunk of its own, which a bundler leaves out where nothing of it is used.
export default bundle([
  'src/index.ts',
  'src/random-commands.ts',
  'src/registers/registers.ts',
  'src/registers/device-caps.ts',
  'src/structures/header-types.ts',
  'src/objects/surface-types.ts',
  'src/commands/command-table.ts',
  'src/effects/command-effects.ts',
]);
