import { CProgram, type FindCompiler } from './c-program.js';
import type { Recorded } from './dirty-pattern.js';

/** What one run of the C program says. */
export interface CleanRecordRun extends Recorded {
  /** Of the median pass. */
  readonly nanoseconds: number;
}

/** rivals/clean_record.c. */
export class CleanRecordProgram extends CProgram {
  constructor(findCompiler: FindCompiler, parent?: string) {
    super('clean_record.c', findCompiler, parent);
  }

  /**
   * Runs it in a process of its own.
   * @throws BenchError EBADMSG where it does not end well or says something else
   */
  run(tables: number, dirtyPer10000: number, passes: number): CleanRecordRun {
    const words = this.runFor(6, [tables, dirtyPer10000, passes]);
    const [nanoseconds, entries, start, end, checksum, left] = words;
    return { nanoseconds, entries, start, end, checksum, left };
  }
}
