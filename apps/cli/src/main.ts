#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { run } from './program.js';

// A reader that closes the pipe (`cg … | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') {
    throw error;
  }
  process.exit();
});

async function main(): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2));
  } catch (error) {
    console.error(error);
    process.exitCode = EXIT.BUG;
  }
}

void main();
