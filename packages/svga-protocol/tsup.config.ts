import { bundle } from '@cg/tsup-config';

// A module with its own entry becomes its own chunk, which a bundler drops if it is unused.
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
