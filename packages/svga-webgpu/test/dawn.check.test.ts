import { startDawnOnDriver, type DawnProcess } from '@cg/dawn';
import { bundleForNode } from '@cg/dawn/bundle';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { afterAll, describe, expect, it } from 'vitest';
import { contract } from './scenarios/contract.js';
import { scenarios } from './scenarios/index.js';

const found = await startDawnOnDriver(
  await bundleForNode(new URL('dawn/renderer-process.ts', import.meta.url)),
);
const processes: DawnProcess[] = typeof found === 'string' ? [] : [found];
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds a driver for Dawn', ({ skip }) => {
  if (typeof found === 'string') {
    skip(found);
  }
  expect(processes).toHaveLength(1);
});

describe.each(processes)('on $adapter.name', (dawn) => {
  it.each(Object.keys(scenarios))(
    '%s',
    async (name) => {
      await expect(dawn.request('run', { name })).resolves.toBeUndefined();
    },
    120_000,
  );

  it.each(Object.keys(contract))(
    'the contract of renderers, %s',
    async (name) => {
      for (const seed of seeds(4)) {
        await expect(dawn.request('contract', { name, seed }), `seed ${seed}`).resolves.toBeUndefined();
      }
    },
    seedsTimeout,
  );

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
