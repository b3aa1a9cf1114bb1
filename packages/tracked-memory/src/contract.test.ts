import { describe, expect, it } from 'vitest';
import { AlwaysDirtyMemory } from './always-dirty.js';
import { trackedMemoryContract, type ContractSubject } from './contract.js';
import { ShadowCompareMemory } from './shadow-compare.js';

const pages = 64;

const subjects: Record<string, () => ContractSubject> = {
  AlwaysDirtyMemory: () => ({
    memory: new AlwaysDirtyMemory(pages),
    store: () => {},
    deviceStore: () => {},
    exact: false,
  }),
  ShadowCompareMemory: () => {
    const words = new Uint32Array(pages * 1024);
    const memory = new ShadowCompareMemory(pages, (page) => words.subarray(page * 1024, (page + 1) * 1024));
    const store = (page: number, value: number) => void (words[page * 1024 + 1023] = value);
    return { memory, store, deviceStore: store, exact: true };
  },
};

for (const [name, fresh] of Object.entries(subjects)) {
  describe(`${name} keeps the tracked-memory contract`, () => {
    for (const contractCase of trackedMemoryContract) {
      it(contractCase.name, () => {
        expect(() => contractCase.run(fresh())).not.toThrow();
      });
    }
  });
}

describe('the contract suite itself', () => {
  function broken(change: (subject: ContractSubject) => Partial<ContractSubject['memory']>): string[] {
    return trackedMemoryContract
      .filter((contractCase) => {
        const subject = subjects.ShadowCompareMemory();
        const { memory } = subject;
        const faulty = {
          pageCount: memory.pageCount,
          traps: memory.traps,
          entriesScanned: 0,
          writeProtect: memory.writeProtect.bind(memory),
          cleanAndRecord: memory.cleanAndRecord.bind(memory),
          beforeDeviceWrite: memory.beforeDeviceWrite.bind(memory),
          afterDeviceWrite: memory.afterDeviceWrite.bind(memory),
          ...change(subject),
        };
        try {
          contractCase.run({ ...subject, memory: faulty });
          return false;
        } catch {
          return true;
        }
      })
      .map((contractCase) => contractCase.name[0]);
  }

  it('catches a tracker that records nothing', () => {
    expect(broken(() => ({ cleanAndRecord: () => 0 }))).toEqual(['a', 'b', 'c', 'c', 'e', 'f']);
  });

  it('catches a tracker that leaves the range it was given', () => {
    const faults = broken(({ memory }) => ({
      cleanAndRecord: (_first, _count, into) => memory.cleanAndRecord(0, memory.pageCount, into),
    }));
    expect(faults).toEqual(['c']);
  });

  it('catches a tracker that forgets earlier writes when it protects', () => {
    const faults = broken(({ memory }) => ({
      writeProtect: () =>
        memory.cleanAndRecord(
          0,
          memory.pageCount,
          new (class {
            add(): void {}
          })() as never,
        ),
    }));
    expect(faults).toEqual(['e']);
  });

  it('catches a tracker that takes a device for a user, or misses what a user stores after it', () => {
    expect(broken(() => ({ beforeDeviceWrite: () => {}, afterDeviceWrite: () => {} }))).toEqual(['f']);
    expect(broken(() => ({ beforeDeviceWrite: () => {} }))).toEqual(['f']);
  });

  it('catches a hull that is not the hull of what is set (A7)', () => {
    const faults = broken(({ memory }) => ({
      cleanAndRecord: (first, count, into) => {
        into.widen(0, memory.pageCount);
        return memory.cleanAndRecord(first, count, into);
      },
    }));
    expect(faults).toEqual(['a', 'b', 'c', 'c', 'd', 'e', 'f']);
  });
});
