import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { GuestError } from '../guest-error.js';
import type { PiglitRecord, PiglitResult } from './piglit-tests.js';

/** What follows the last one is what a run was writing when it was killed. */
const NEWLINE = 10;

/** How a file's tests were run; results of other ways in the same file are not read. */
interface Way {
  readonly renderer: string;
  readonly coherent: boolean;
}

/** Results of tests, a line of JSON each, from which a run that was cut off continues. */
export class ResultFile {
  readonly #path: string;
  readonly #way: Way;
  readonly #records = new Map<string, PiglitRecord>();

  /** @throws GuestError for a file that cannot be read, or is something else */
  constructor(path: string, way: Way) {
    this.#path = path;
    this.#way = way;
    if (existsSync(path)) {
      this.#read();
    }
  }

  get(test: string): PiglitRecord | undefined {
    return this.#records.get(test);
  }

  /** @throws GuestError for a file that cannot be written */
  add(record: PiglitRecord): void {
    this.#records.set(record.name, record);
    try {
      appendFileSync(this.#path, `${JSON.stringify({ ...this.#way, ...record })}\n`);
    } catch (error) {
      throw new GuestError(`${this.#path}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
    }
  }

  #read(): void {
    const bytes = this.#bytes();
    const whole = bytes.lastIndexOf(NEWLINE) + 1;
    for (const line of bytes.toString('utf8', 0, whole).split('\n').filter(Boolean)) {
      const { renderer, coherent, ...record } = this.#parse(line);
      if (renderer === this.#way.renderer && coherent === this.#way.coherent) {
        this.#records.set(record.name, record);
      }
    }
    if (whole > 0) {
      truncateSync(this.#path, whole);
    } else if (bytes.length > 0) {
      this.#parse(bytes.toString());
    }
  }

  #bytes(): Buffer {
    try {
      return readFileSync(this.#path);
    } catch (error) {
      throw new GuestError(`${this.#path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }

  #parse(line: string): PiglitRecord & Way {
    try {
      const parsed = JSON.parse(line) as PiglitRecord & Way & { result?: PiglitResult };
      if (typeof parsed.name === 'string' && typeof parsed.result === 'string') {
        return parsed;
      }
    } catch {
      // Reported below.
    }
    throw new GuestError(`${this.#path}: is not a file of results`, '--results names one, or a new file');
  }
}
