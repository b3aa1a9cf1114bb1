import { afterEach, describe, expect, it, vi } from 'vitest';
import { replayProgress } from './progress.js';

const { isTTY } = process.stderr;

afterEach(() => {
  process.stderr.isTTY = isTTY;
  vi.restoreAllMocks();
});

describe('replayProgress', () => {
  it('writes nothing if standard error is not a terminal', () => {
    process.stderr.isTTY = false;
    const write = vi.spyOn(process.stderr, 'write');
    const progress = replayProgress('a.cgtrace.gz', 10);
    progress.update(5);
    progress.stop();
    expect(write).not.toHaveBeenCalled();
  });
});
