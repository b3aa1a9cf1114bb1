import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Command } from 'commander';

/** Signals that end a process and can be forwarded. */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

/** `cg guest` in the help of `cg`. Its own help is that of the program. */
export function guestCommand(): Command {
  return new Command('guest')
    .description('boot an unmodified Linux, whose vmwgfx driver drives the device')
    .argument('[options]');
}

/**
 * Runs the program of @cg/guest as a process, with the terminal, standard streams and Node flags of this one. A signal
 * that ends it ends this process too. (Commander can start programs, but maps a signal to exit code 1.)
 * @returns its exit code
 */
export async function runGuestProgram(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, guestProgram(), ...args], {
    argv0: 'cg guest', // The name in its help.
    // The channel closes with this process, also on SIGKILL, which cannot be forwarded.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const handOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  SIGNALS.forEach((signal) => process.on(signal, handOn));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  SIGNALS.forEach((each) => process.off(each, handOn));
  if (code === null && signal !== null) {
    process.kill(process.pid, signal);
    await new Promise(() => {}); // Until it arrives.
  }
  return code ?? 0;
}

/** The file that @cg/guest names as its program. */
function guestProgram(): string {
  const require = createRequire(import.meta.url);
  const { bin } = require('@cg/guest/package.json') as { bin: Readonly<Record<'cg-guest', string>> };
  return join(dirname(require.resolve('@cg/guest/package.json')), bin['cg-guest']);
}
