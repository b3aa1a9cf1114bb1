import { WORDS_PER_FRAME } from '@cg/pagetable';
import { hostClock } from '../clock.js';
import { batchesOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';
import { Window } from './window.js';

const OURS = 'cpu.store32';
const RIVAL = 'typed array, u32[i] = v';

/** Stores each word of a window in order, through the MMU, with every access a TLB hit. */
export function rowsOf({ windowPages }: RowSettings): Row[] {
  return [
    {
      section: 'Scalar stores',
      name: 'scalar stores',
      unit: 'ns/store',
      ours: OURS,
      rival: RIVAL,
      open: async (side) => (side === 'ours' ? storeThroughMmu(windowPages) : storeToArray(windowPages)),
    },
  ];
}

function storeThroughMmu(pages: number): Contender {
  const window = new Window(pages, 'adjacent');
  const { cpu, start } = window;
  const words = pages * WORDS_PER_FRAME;
  let salt = 0;
  const work = {
    prepare() {
      salt++;
    },
    work() {
      for (let i = 0; i < words; i++) {
        cpu.store32(start + i * 4, i ^ salt);
      }
    },
    check: () => requireWords(OURS, new Uint32Array(window.load().buffer), salt),
  };
  return batchesOf(hostClock, words, work);
}

function storeToArray(pages: number): Contender {
  const u32 = new Uint32Array(pages * WORDS_PER_FRAME);
  let salt = 0;
  const work = {
    prepare() {
      salt++;
    },
    work() {
      for (let i = 0; i < u32.length; i++) {
        u32[i] = i ^ salt;
      }
    },
    check: () => requireWords(RIVAL, u32, salt),
  };
  return batchesOf(hostClock, u32.length, work);
}

function requireWords(contender: string, words: Uint32Array, salt: number): void {
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== (i ^ salt)) {
      const message = `${contender} stored ${words[i]} as word ${i}, not ${i ^ salt}`;
      throw new BenchError('EBADMSG', message, contender);
    }
  }
}
