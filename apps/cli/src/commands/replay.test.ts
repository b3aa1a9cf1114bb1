import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { run } from '../program.js';

const report = vi.hoisted(() => ({ wrongBytes: 0 }));

vi.mock('@cg/machine', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  replayTrace: async () => ({ frames: 1, bytesFullUpload: 1, ...report }),
}));

const trace = fileURLToPath(new URL('../../../../traces/idle-desktop.cgtrace.gz', import.meta.url));

afterEach(() => vi.restoreAllMocks());

/** Runs `cg replay --json` with a replay that saw this many wrong bytes. */
async function replayWith(wrongBytes: number): Promise<{ code: number; out: string }> {
  report.wrongBytes = wrongBytes;
  const write = vi.spyOn(process.stdout, 'write').mockReset().mockReturnValue(true);
  const code = await run(['replay', '--json', trace, trace]);
  return { code, out: write.mock.calls.map(([text]) => String(text)).join('') };
}

describe('cg replay', () => {
  it('exits with 0 if no byte was wrong, with 1 if one was, and prints the rows in both cases', async () => {
    const good = await replayWith(0);
    expect(good.code).toBe(0);
    const bad = await replayWith(1);
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({ replays: [{ wrongBytes: 1 }, { wrongBytes: 1 }] });
  });
});
