#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { NAME_UNDER_CG, PROGRAM, run } from './program.js';

// A reader that closes the pipe (`cg-guest … | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit();
});

// `cg` forwards its signals except SIGKILL, after which its channel to this process closes.
const name = process.argv0 === NAME_UNDER_CG ? NAME_UNDER_CG : PROGRAM;
process.once('disconnect', () => process.exit());
process.channel?.unref();
if (name === NAME_UNDER_CG && !process.connected) {
  process.exit(); // It closed while this program was loading.
}

try {
  process.exitCode = await run(process.argv.slice(2), name);
} catch (error) {
  console.error(error);
  process.exitCode = EXIT.BUG;
}
