import { LateRenderer } from '@cg/svga-device/renderer-contract';
import { expect, it } from 'vitest';
import type { ComparedCase } from '../src/cases/compare-cases.js';
import { runGuests } from '../src/run-guest.js';
import { defaultRequest, isGuestFetched, silentReporter } from './default-request.js';

/** Milliseconds until an answer. */
const LATE = 3;

it.skipIf(!isGuestFetched)(
  '8.1, 8.2: the recorded programs in a real guest find with a late renderer what they find without one',
  { timeout: 900_000 },
  async () => {
    const cases: ComparedCase[] = [];
    const renderer = new LateRenderer(1, (come) => setTimeout(come, LATE));
    await runGuests(
      { ...defaultRequest, dx: true, delay: 1, cases: { count: 6 }, renderer },
      { ...silentReporter, onCase: (compared) => cases.push(compared) },
    );
    expect(cases.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(6);
    expect(renderer.taken).toBeGreaterThan(10);
    expect(renderer.late).toBeGreaterThan(10);
  },
);
