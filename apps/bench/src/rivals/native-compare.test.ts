import { trackedMemoryContract, type ContractSubject } from '@cg/tracked-memory/contract';
import { describe, expect, it } from 'vitest';
import { NativeCompareMemory } from './native-compare.js';

const PAGES = 64;

function subject(): ContractSubject {
  const pages = Array.from({ length: PAGES }, () => new Uint8Array(4096));
  const store = (page: number, value: number) => new DataView(pages[page].buffer).setUint32(4092, value);
  return { memory: new NativeCompareMemory(pages), store, deviceStore: store, exact: true };
}

describe('NativeCompareMemory fulfils the tracked-memory contract', () => {
  for (const contractCase of trackedMemoryContract) {
    it(`${contractCase.name}`, () => {
      expect(() => contractCase.run(subject())).not.toThrow();
    });
  }
});
