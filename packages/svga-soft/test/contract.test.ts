import { rendererContract } from '@cg/svga-device/renderer-contract';
import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import { SoftRenderer } from '../src/index.js';

describe('the contract of renderers', () => {
  it.each(rendererContract)(
    '$name',
    async ({ run }) => {
      for (const seed of seeds(15)) {
        await expect(run(() => new SoftRenderer(), seed)).resolves.toBe(undefined);
      }
    },
    seedsTimeout,
  );
});
