import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

export const PAGE_BYTES = 4096;

const ZERO_PAGE = Buffer.alloc(PAGE_BYTES);

/** Runs of pages that are not zero: the first page, and how many. */
export type PageRuns = readonly (readonly [page: number, pages: number])[];

export function findPageRuns(memory: Uint8Array): PageRuns {
  const runs: [number, number][] = [];
  let isInRun = false;
  for (let page = 0; page < memory.length / PAGE_BYTES; page++) {
    const isZero = ZERO_PAGE.equals(memory.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
    if (!isZero && isInRun) {
      runs[runs.length - 1][1]++;
    } else if (!isZero) {
      runs.push([page, 1]);
    }
    isInRun = !isZero;
  }
  return runs;
}

/** Writes the pages of the runs, one after the other. @returns their CRC-32 */
export function writePages(path: string, memory: Uint8Array, runs: PageRuns): number {
  return eachRun(path, 'w', memory, runs, (file, bytes) => writeSync(file, bytes));
}

/** Reads the pages of the runs to their places, without a copy between. @returns the CRC-32 of those that there are */
export function readPages(path: string, memory: Uint8Array, runs: PageRuns): number {
  return eachRun(path, 'r', memory, runs, (file, bytes) => readSync(file, bytes));
}

/** @param move returns how many bytes it has moved, 0 at the end of the file */
function eachRun(
  path: string,
  flags: string,
  memory: Uint8Array,
  runs: PageRuns,
  move: (file: number, bytes: Uint8Array) => number,
): number {
  const file = openSync(path, flags);
  let sum = 0;
  try {
    for (const [page, pages] of runs) {
      const bytes = memory.subarray(page * PAGE_BYTES, (page + pages) * PAGE_BYTES);
      for (let at = 0; at < bytes.length;) {
        const moved = move(file, bytes.subarray(at));
        if (moved === 0) {
          return sum;
        }
        at += moved;
      }
      sum = crc32(bytes, sum);
    }
  } finally {
    closeSync(file);
  }
  return sum;
}
