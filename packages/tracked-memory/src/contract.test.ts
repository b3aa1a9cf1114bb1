import { describe, expect, it } from 'vitest';
import { AlwaysDirtyMemory } from './always-dirty.js';
import { trackedMemoryContract, type ContractSubject } from './contract.js';
import { DirtyPages } from './dirty-pages.js';
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
    let during: (() => void) | undefined;
    const memory = new ShadowCompareMemory(pages, (page) => {
      if (page === 7) {
        const step = during;
        during = undefined;
        step?.();
      }
      return words.subarray(page * 1024, (page + 1) * 1024);
    });
    const store = (page: number, value: number) => void (words[page * 1024 + 1023] = value);
    const duringNextClean = (step: () => void) => void (during = step);
    return { memory, store, deviceStore: store, duringNextClean, exact: true };
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
          get entriesScanned() {
            return memory.entriesScanned;
          },
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
      .map((contractCase) => contractCase.name.split(':')[0]);
  }

  it('catches a tracker that records nothing', () => {
    expect(broken(() => ({ cleanAndRecord: () => 0 }))).toEqual([
      'a',
      'b',
      'b',
      'c',
      'range',
      'c, d',
      'e',
      'f',
    ]);
  });

  it('catches a tracker that leaves the range it was given', () => {
    const faults = broken(({ memory }) => ({
      cleanAndRecord: (_first, _count, into) => memory.cleanAndRecord(0, memory.pageCount, into),
    }));
    expect(faults).toEqual(['c', 'range']);
  });

  it('catches a tracker that forgets earlier writes when it protects', () => {
    const faults = broken(({ memory }) => ({
      writeProtect: () => memory.cleanAndRecord(0, memory.pageCount, new DirtyPages(memory.pageCount)),
    }));
    expect(faults).toEqual(['range', 'e']);
  });

  it('catches a tracker that takes a device for a user, or misses what a user stores after it', () => {
    expect(broken(() => ({ beforeDeviceWrite: () => {}, afterDeviceWrite: () => {} }))).toEqual([
      'range',
      'f',
    ]);
    expect(broken(() => ({ beforeDeviceWrite: () => {} }))).toEqual(['range', 'f']);
  });

  it('catches a hull that is not the hull of what is set (A7)', () => {
    const faults = broken(({ memory }) => ({
      cleanAndRecord: (first, count, into) => {
        into.widen(0, memory.pageCount);
        return memory.cleanAndRecord(first, count, into);
      },
    }));
    expect(faults).toEqual(['a', 'b', 'b', 'c', 'range', 'c, d', 'd', 'e', 'f']);
  });

  it('catches a tracker that makes what is written while it cleans clean, too', () => {
    const faults = broken(({ memory }) => ({
      cleanAndRecord: (first, count, into) => {
        const entries = memory.cleanAndRecord(first, count, into);
        memory.afterDeviceWrite(first, count);
        return entries;
      },
    }));
    expect(faults).toEqual(['b']);
  });

  it('catches a range that is cut to fit, or refused without saying why', () => {
    const cut = broken(({ memory }) => ({
      afterDeviceWrite: (first, count) => {
        const end = Math.min(memory.pageCount, first + count);
        memory.afterDeviceWrite(Math.max(0, first), Math.max(0, end - Math.max(0, first)));
      },
    }));
    expect(cut).toEqual(['range']);
    const unsaid = broken(() => ({
      writeProtect: () => {
        throw new RangeError('no');
      },
    }));
    expect(unsaid).toContain('range');
  });

  it('4.5: catches counts that are none', () => {
    const silent = broken(({ memory }) => ({
      cleanAndRecord: (first, count, into) => memory.cleanAndRecord(first, count, into) && 0,
    }));
    expect(silent).toEqual(['a', 'b', 'b', 'c', 'range', 'c, d', 'e', 'f']);
    const blind = broken(() => ({ entriesScanned: 0 }));
    expect(blind).toEqual(silent);
    const protecting = broken(({ memory }) => ({
      writeProtect: (first, count) => memory.writeProtect(first, count) + 1,
    }));
    expect(protecting).toEqual(['4.5']);
  });
});
