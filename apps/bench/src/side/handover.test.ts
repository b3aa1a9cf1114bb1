import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { makeHandover, waitWhile, WORD } from './handover.js';

let worker: Worker | undefined;

afterEach(() => worker?.terminate());

/** A thread that wakes waiters for the first word: at once without a change, and after changing it. */
function wakeTwice(words: Int32Array): Worker {
  const source = `
    const { workerData: words } = require('node:worker_threads');
    while (Atomics.notify(words, 0) === 0) {}
    Atomics.wait(words, 1, 0, 50);
    Atomics.store(words, 0, 7);
    Atomics.notify(words, 0);`;
  return new Worker(source, { eval: true, workerData: words });
}

describe('waiting for a word of another thread', () => {
  it('continues to wait if woken without a change', () => {
    const { words } = makeHandover();
    worker = wakeTwice(words);
    expect(waitWhile(words, WORD.ASKED, 0)).toBe(true);
    expect(words[WORD.ASKED]).toBe(7);
  });

  it('returns at once if the word has changed already', () => {
    const { words } = makeHandover();
    words[WORD.ANSWER] = 1;
    expect(waitWhile(words, WORD.ANSWER, 0)).toBe(true);
  });

  it('ends at the timeout', () => {
    expect(waitWhile(makeHandover().words, WORD.ANSWER, 0, 1)).toBe(false);
  });
});
