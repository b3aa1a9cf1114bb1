import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The recorded traces of the repository. */
export const tracesFolder = fileURLToPath(new URL('../../../traces/', import.meta.url));

/** What a run of the built `cg` printed, and its exit code. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built CLI as its user would: another process, no terminal. */
export function cg(args: readonly string[], environment: Record<string, string> = {}): Ran {
  if (!existsSync(main)) {
    throw new Error('the CLI is not built: run `npm run build`');
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 24,
  });
  return { code: status, out: stdout, err: stderr };
}
