import { beforeAll, describe, expect, it } from 'vitest';
import { initialize, resolve } from './resolve-hook.js';

const MARKED = 'file:///bench/dist/rows/replay.js?build=other';

/** A simple version of Node's resolver that reports the importer. */
async function asked(specifier: string, parentURL: string) {
  const context = { conditions: [], importAttributes: {}, importAssertions: {}, parentURL };
  return resolve(specifier, context, async (name, inner) => {
    const parent = inner?.parentURL ?? '';
    return { url: name.startsWith('.') ? new URL(name, parent).href : `${name} for ${parent}` };
  });
}

describe('modules of the benchmark that are loaded for another build', () => {
  beforeAll(() => initialize(new Map([['@cg/machine', '/other/packages/machine']])));

  it('find packages there', async () => {
    const parent = 'file:///other/packages/machine/package.json';
    for (const specifier of ['@cg/machine', '@cg/machine/trace']) {
      expect(await asked(specifier, MARKED)).toEqual({ url: `${specifier} for ${parent}` });
    }
  });

  it('pass the mark on to their imports of the benchmark', async () => {
    const url = 'file:///bench/dist/chunk.js?build=other';
    expect(await asked('../chunk.js', MARKED)).toEqual({ url });
  });

  it('name a missing package', async () => {
    await expect(asked('@cg/nosuch/part', MARKED)).rejects.toThrow('there is no package @cg/nosuch');
  });

  it.each(['node:fs', '@cg/bench/package.json'])('resolve %s as usual', async (specifier) => {
    expect(await asked(specifier, MARKED)).toEqual({ url: `${specifier} for ${MARKED}` });
  });

  it('do not change other imports', async () => {
    const parent = 'file:///bench/dist/rows/replay.js';
    expect(await asked('@cg/machine', parent)).toEqual({ url: `@cg/machine for ${parent}` });
  });
});
