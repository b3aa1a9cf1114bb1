import { tracesFolder } from '../places.js';
import { findCc, type FindCompiler } from '../rivals/c-program.js';
import { CleanRecordProgram } from '../rivals/clean-record-program.js';
import { DirtyBoxProgram } from '../rivals/dirty-box-program.js';
import type { Row } from '../row.js';
import { hostClock, type Clock } from '../timing.js';
import { bulkStoreRows } from './bulk-stores.js';
import { cleanRecordRows } from './clean-record.js';
import { cleanSubmissionRow } from './clean-submission.js';
import { cleanTouchedRow } from './clean-touched.js';
import { smallUpdateRow, uploadRows } from './device-uploads.js';
import { cheapestCoverRows, dirtyBoxRows } from './dirty-boxes.js';
import { coherentReplayRows, replayRows } from './replay.js';
import { resourceLookupRow } from './resource-lookup.js';
import { scalarStoreRow } from './scalar-stores.js';

/** Every row, and what they share. */
export interface Suite {
  readonly rows: readonly Row[];
  /** Gives back what outlives a row. */
  close(): void;
}

/** What a suite may be made with instead. */
export interface SuiteOptions {
  readonly clock?: Clock;
  readonly findCompiler?: FindCompiler;
  /** Page tables that clean + record goes through; 512 of 512 entries if left out. */
  readonly tables?: number;
  /** Pages of the window that is stored to, a power of two; 256 if left out. */
  readonly windowPages?: number;
  /** Resources in one backing at the most; 100,000 if left out. */
  readonly resources?: number;
  /** Updates of 64 bytes in one command buffer, at most 11,000; 10,000 if left out. */
  readonly updates?: number;
  /** Frames of each replay; the whole trace if left out. */
  readonly frames?: number;
}

/** One trace in which little changes from frame to frame, and one in which much does. */
const traces = ['terminal-typing', 'terminal-scroll'];

/** Every trace there is. */
const allTraces = [
  'gears',
  'idle-desktop',
  'terminal-scroll',
  'terminal-typing',
  'video-window',
  'window-drag',
];

/** Makes the suite; nothing is compiled, read or allocated before a row is opened. */
export function makeSuite(options: SuiteOptions = {}): Suite {
  const {
    clock = hostClock,
    findCompiler = findCc,
    tables = 512,
    windowPages = 256,
    resources = 100_000,
    updates = 10_000,
    frames,
  } = options;
  const some = frames === undefined ? {} : { frames };
  const program = new CleanRecordProgram(findCompiler);
  const dirtyBoxProgram = new DirtyBoxProgram(findCompiler);
  return {
    rows: [
      ...cleanRecordRows(clock, tables, program),
      cleanTouchedRow(clock, tables),
      ...dirtyBoxRows(clock, dirtyBoxProgram),
      ...cheapestCoverRows(clock),
      scalarStoreRow(clock, windowPages),
      ...bulkStoreRows(clock, windowPages),
      ...uploadRows(clock),
      smallUpdateRow(clock, updates),
      resourceLookupRow(clock, resources),
      cleanSubmissionRow(clock),
      ...replayRows(clock, { folder: tracesFolder, traces, ...some }),
      ...coherentReplayRows(clock, { folder: tracesFolder, traces: allTraces, ...some }),
    ],
    close() {
      program.close();
      dirtyBoxProgram.close();
    },
  };
}
