import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { run } from '../src/program.js';

/** The built program. */
export const main = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));

/** The recorded traces of the repository. */
export const tracesFolder = fileURLToPath(new URL('../../../traces/', import.meta.url));

/** The output of a run of the built `cg`, and its exit code. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the CLI in this process, in a twentieth of the time of a new one. */
export async function runCg(args: readonly string[]): Promise<Ran> {
  const printed = { out: '', err: '' };
  const spies = (['out', 'err'] as const).map((name) => {
    const take = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
      printed[name] += String(text);
      rest.forEach((done) => typeof done === 'function' && done());
      return true;
    };
    return vi.spyOn(process[`std${name}`], 'write').mockImplementation(take);
  });
  try {
    return { code: await run(args), ...printed };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** Runs the built CLI as another process without a terminal, for tests about the process itself. */
export function cg(
  args: readonly string[],
  environment: Record<string, string> = {},
  input: string | Uint8Array = '',
): Ran {
  if (!existsSync(main)) {
    throw new Error('the CLI is not built: run `npm run build`');
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    input,
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 24,
  });
  return { code: status, out: stdout, err: stderr };
}
