import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultCacheFolder } from '../src/boot/guest-files.js';
import type { ComparedCase } from '../src/cases/compare-cases.js';
import { runGuests } from '../src/run-guest.js';
import { defaultRequest, silentReporter } from './default-request.js';
import { LateCopies } from './late-copies.js';

/** Tests fetch nothing: `cg guest` does. `.ci/run` runs it first. */
const isFetched = existsSync(join(defaultCacheFolder(), 'debian-i386-686-pae'));

it.skipIf(!isFetched)(
  '8.1, 8.2: the recorded programs in a real guest find with a late renderer what they find without one',
  { timeout: 900_000 },
  async () => {
    const cases: ComparedCase[] = [];
    const renderer = new LateCopies();
    await runGuests(
      { ...defaultRequest, dx: true, delay: 1, cases: { count: 6 }, renderer },
      { ...silentReporter, onCase: (compared) => cases.push(compared) },
    );
    expect(cases.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(6);
    expect(renderer.copies).toBeGreaterThan(10);
    expect(renderer.late).toBeGreaterThan(10);
  },
);
