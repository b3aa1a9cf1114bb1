import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { NAME_UNDER_CG, run } from '../src/program.js';

/** The built program. */
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The output of a run, and its exit code. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the program in this process, in a twentieth of the time of a new one. */
export async function runGuest(args: readonly string[], name = NAME_UNDER_CG): Promise<Ran> {
  const printed = { out: '', err: '' };
  const spies = (['out', 'err'] as const).map((stream) => {
    const take = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
      printed[stream] += String(text);
      rest.forEach((done) => typeof done === 'function' && done());
      return true;
    };
    return vi.spyOn(process[`std${stream}`], 'write').mockImplementation(take);
  });
  try {
    return { code: await run(args, name), ...printed };
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}

/** Runs the built program as another process, without a terminal. */
export function cgGuest(args: readonly string[], environment: Record<string, string> = {}): Ran {
  if (!existsSync(main)) {
    throw new Error('the program is not built: run `npm run build`');
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    input: '',
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 24,
  });
  return { code: status, out: stdout, err: stderr };
}
