import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchError } from '../errors.js';

const PAGE = 4096;
const ENTRIES = 512;
const GIB = 2 ** 30;
const PRESENT_DIRTY = 0x63;
const NO_EXECUTE = 2 ** 31;
const TABLE = 0x67;
/** Of the mapped pages. */
const FIRST_FRAME = 0x10000;
/**
 * Ranges in each leaf table, in the tables of Debian's kernel 6.1 with 128 MiB at its first process: `cg walk` of what
 * packages/memory-image/test/guests/dump-kernel.mjs dumps. Most are single pages, in six tables.
 */
const RANGES = [512, 512, 512, 512, 512, 438, 72, 40, 32, 19, 15, 4, 4, 4, 3, 3, 3, ...Array(13).fill(2)];
const ELF_HEADERS = PAGE;

/** Files of 4 GiB of memory with the page tables of a Debian kernel, nearly all of them holes. */
export class SparseImage {
  readonly cr3 = PAGE;
  /** Ranges that a walk must find, and pages in them. */
  #ranges = 0;
  #pages = 0;
  readonly #folder = mkdtempSync(join(tmpdir(), 'cg-bench-walk-'));
  /** Tables by frame. */
  readonly #tables: { readonly frame: number; readonly words: Uint32Array }[] = [];

  constructor() {
    const [top, pointers, directory] = [1, 2, 3].map((frame) => this.#table(frame));
    set(top, 0, 2, TABLE);
    set(pointers, 0, 3, TABLE);
    RANGES.forEach((ranges, i) => {
      const frame = 16 + i * 300;
      set(directory, i, frame, TABLE);
      this.#fill(this.#table(frame), ranges);
    });
  }

  /** Writes the memory to a file: raw, or as the only segment of an ELF core. @returns its path */
  write(format: 'raw' | 'elf'): string {
    return format === 'raw' ? this.#write('memory.raw', 0, Buffer.alloc(0)) : this.#writeElf();
  }

  /** @throws BenchError EBADMSG if a contender's walk has a wrong result */
  check(ranges: number, pages: number, contender: string): void {
    if (ranges !== this.#ranges || pages !== this.#pages) {
      const message = `${contender}: ${ranges} ranges of ${pages} pages, not ${this.#ranges} of ${this.#pages}`;
      throw new BenchError('EBADMSG', message, contender);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #writeElf(): string {
    const header = Buffer.alloc(ELF_HEADERS);
    header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
    // ET_CORE of x86-64, its one program header at 64.
    [4, 62].forEach((value, i) => header.writeUInt16LE(value, 16 + i * 2));
    header.writeBigUInt64LE(64n, 32);
    [64, 56, 1].forEach((value, i) => header.writeUInt16LE(value, 52 + i * 2));
    // PT_LOAD: offset, virtual and physical address, sizes in the file and in memory.
    header.writeUInt32LE(1, 64);
    header.writeBigUInt64LE(BigInt(ELF_HEADERS), 64 + 8);
    [32, 40].forEach((at) => header.writeBigUInt64LE(BigInt(4 * GIB), 64 + at));
    return this.#write('memory.elf', ELF_HEADERS, header);
  }

  #table(frame: number): Uint32Array {
    const words = new Uint32Array(ENTRIES * 2);
    this.#tables.push({ frame, words });
    return words;
  }

  /** Ranges of equal length next to one another, whose frames are not adjacent. */
  #fill(words: Uint32Array, ranges: number): void {
    const length = Math.floor(ENTRIES / ranges);
    for (let i = 0; i < ranges * length; i++) {
      const frame = FIRST_FRAME + this.#pages + this.#ranges + i + Math.floor(i / length);
      set(words, i, frame, PRESENT_DIRTY, NO_EXECUTE);
    }
    this.#ranges += ranges;
    this.#pages += ranges * length;
  }

  #write(name: string, offset: number, header: Buffer): string {
    const path = join(this.#folder, name);
    const file = openSync(path, 'w');
    ftruncateSync(file, offset + 4 * GIB);
    writeSync(file, header, 0, header.length, 0);
    for (const { frame, words } of this.#tables) {
      writeSync(file, words, 0, PAGE, offset + frame * PAGE);
    }
    closeSync(file);
    return path;
  }
}

function set(words: Uint32Array, index: number, frame: number, low: number, high = 0): void {
  words.set([(frame * PAGE + low) >>> 0, high], index * 2);
}
