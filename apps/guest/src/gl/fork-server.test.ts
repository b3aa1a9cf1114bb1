import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourceHash } from '../../native/build.mjs';
import { forkLine } from './fork-server.js';

describe('the program that runs others in copies of its process', () => {
  it('is the compiled source', () => {
    const program = readFileSync(new URL('../../programs/fork-server', import.meta.url));
    expect(program.includes(`source ${sourceHash('fork-server')}`)).toBe(true);
  });

  it('gets a line for each variable, the time, and each word; its answer is the exit code', () => {
    const [request, ...rest] = forkLine(['/bin/a', "it's", '*x'], { HOME: '/tmp' }, 60).split('\n');
    expect(request).toBe(
      String.raw`printf '%s\n' 'HOME=/tmp' '--' '60' '/bin/a' 'it'\''s' '*x' > /mnt/tmp/fork-in`,
    );
    expect(rest.map((line) => line.trim())).toEqual([
      'read code < /mnt/tmp/fork-status',
      'cat /mnt/tmp/fork-out',
      '(exit $code)',
    ]);
  });
});
