#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { NAME_UNDER_CG, PROGRAM, run } from './program.js';

// A reader that has seen enough (`cg-guest … | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit();
});

// `cg` keeps a channel to this process and hands its signals on. SIGKILL cannot be handed on: the channel closes.
process.once('disconnect', () => process.exit());
process.channel?.unref();

try {
  const name = process.argv0 === NAME_UNDER_CG ? NAME_UNDER_CG : PROGRAM;
  process.exitCode = await run(process.argv.slice(2), name);
} catch (error) {
  console.error(error);
  process.exitCode = EXIT.BUG;
}
