import { startDawn } from '@cg/dawn';
import { bundleForNode } from '@cg/dawn/bundle';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { afterAll, describe, expect, it } from 'vitest';
import { contract } from './scenarios/contract.js';
import { scenarios } from './scenarios/index.js';

const { processes, missing } = await startDawn(
  await bundleForNode(new URL('dawn/renderer-process.ts', import.meta.url)),
);
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds Dawn, and a driver for it', ({ skip }) => {
  if (missing.length > 0) {
    skip([...new Set(missing)].join('; '));
  }
  expect(processes).toHaveLength(2);
});

/** What lavapipe draws otherwise: README, Adapters. */
const differOnLavapipe = new Set([
  'blending, with and without alpha, and write masks',
  '8.1, 8.2: draws, queries and predicates in any order with everything else give what the shaders say',
  '8.1, 8.2: the same over snapshots',
]);

describe.each(processes.filter(({ adapter }) => adapter.isReal))('on $adapter.name', (dawn) => {
  const isLavapipe = dawn.adapter.name.includes('llvmpipe');

  it.for(Object.keys(scenarios))('%s', { timeout: 120_000 }, async (name, { skip }) => {
    skip(isLavapipe && differOnLavapipe.has(name), 'lavapipe draws otherwise');
    await expect(dawn.request('run', { name })).resolves.toBeUndefined();
  });

  it.for(Object.keys(contract))(
    'the contract of renderers, %s',
    { timeout: seedsTimeout },
    async (name, { skip }) => {
      skip(isLavapipe && differOnLavapipe.has(name), 'lavapipe draws otherwise');
      for (const seed of seeds(4)) {
        await expect(dawn.request('contract', { name, seed }), `seed ${seed}`).resolves.toBeUndefined();
      }
    },
  );
});

/** The null backend draws nothing; it validates, with features that a driver may lack. */
describe.each(processes)('on $adapter.name', (dawn) => {
  it(
    'random states: no error, no exception, no lost device',
    async () => {
      for (const seed of seeds(8)) {
        await expect(dawn.request('hostile', { seed }), `seed ${seed}`).resolves.toBeUndefined();
      }
    },
    seedsTimeout,
  );
});
