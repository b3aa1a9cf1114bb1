#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { run } from './program.js';

// A reader that has seen enough (`cg … | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit();
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  console.error(error);
  process.exitCode = EXIT.BUG;
}
