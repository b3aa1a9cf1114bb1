import { WORDS_PER_FRAME } from '@cg/pagetable';
import { BenchError } from '../errors.js';
import type { Row, Sample } from '../row.js';
import { medianPass, type Clock } from '../timing.js';
import { Window } from './window.js';

const OURS = 'cpu.store32';
const RIVAL = 'typed array, u32[i] = v';

/** One word stored to each place of a window in order, through the MMU with every access a TLB hit. */
export function scalarStoreRow(clock: Clock, pages: number): Row {
  return {
    name: 'scalar stores',
    unit: 'ns/store',
    ours: OURS,
    rival: RIVAL,
    async open() {
      return { ours: sampleOurs(clock, pages), rival: sampleRival(clock, pages) };
    },
  };
}

function sampleOurs(clock: Clock, pages: number): Sample {
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
  return () => medianPass(clock, work) / words;
}

function sampleRival(clock: Clock, pages: number): Sample {
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
  return () => medianPass(clock, work) / u32.length;
}

function requireWords(contender: string, words: Uint32Array, salt: number): void {
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== (i ^ salt)) {
      const message = `${contender} stored ${words[i]} as word ${i}, not ${i ^ salt}`;
      throw new BenchError('EBADMSG', message, contender);
    }
  }
}
