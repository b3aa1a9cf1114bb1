import type { SurfaceDescription } from '@cg/surface-layout';
import type { EventColumns } from './event-log.js';

/** A surface of a recording. */
export interface RecordedSurface {
  readonly name: string;
  readonly description: SurfaceDescription;
  /** Whether `changes` has the device's image of it. */
  readonly hasPicture: boolean;
}

/** Totals of a run, also of what came after the recording was full. Step 0 is not in them. */
export interface Counts {
  /** Runs of bytes stored, and their bytes. */
  stores: number;
  bytesStored: number;
  loadFaults: number;
  storeFaults: number;
  /** Pages found written, as the tracker transfers them. */
  pagesDirtied: number;
  /** Passes over page tables. */
  scans: number;
  methodSwitches: number;
  /** Boxes that the driver has sent. */
  boxes: number;
  /** Bytes that the device's updates copied, and those of them that were new to it. */
  bytesSent: number;
  bytesNeeded: number;
  /** Commands that the device ran. */
  commands: number;
  readBacks: number;
  fences: number;
}

/** A run as data: every event in order, and each change of the device's images. */
export interface Recording {
  readonly title: string;
  /** What a step is called: `frame`, `step`. */
  readonly stepName: string;
  /** The CPUs, then the driver, then the device. */
  readonly lanes: readonly string[];
  readonly surfaces: readonly RecordedSurface[];
  /** Names of commands, and other texts, by index. */
  readonly texts: readonly string[];
  readonly events: EventColumns;
  /** Boxes and ranges of events. */
  readonly numbers: Uint32Array;
  /** Four numbers for each change: its event, surface, offset in the image, and bytes. */
  readonly changes: Uint32Array;
  /** The bytes of all changes, old XOR new: applied once forwards, and once more backwards. */
  readonly changedBytes: Uint8Array;
  /** Totals of each surface, by index; what concerns none is in `total` only. */
  readonly counts: readonly Counts[];
  readonly total: Counts;
  /** The first finding of a litmus program, and its chain of events. */
  readonly explained?: readonly string[];
  /** Why events or pictures end before the run does. */
  readonly limits: readonly string[];
}

/** Numbers of a change in `changes`. */
export const CHANGE_NUMBERS = 4;

export function newCounts(): Counts {
  return {
    stores: 0,
    bytesStored: 0,
    loadFaults: 0,
    storeFaults: 0,
    pagesDirtied: 0,
    scans: 0,
    methodSwitches: 0,
    boxes: 0,
    bytesSent: 0,
    bytesNeeded: 0,
    commands: 0,
    readBacks: 0,
    fences: 0,
  };
}
