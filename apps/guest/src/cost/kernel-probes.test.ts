import { expect, it } from 'vitest';
import { parseProfile } from './kernel-probes.js';

it('a profile of kprobes has the calls of each, and those that were missed', () => {
  const profile =
    '  scans                              12               0\n  protects    3     1\n  other  5  0\n';
  expect(parseProfile(profile)).toEqual({ scans: 12, cleans: 0, protects: 3, writeFaults: 0 });
});
