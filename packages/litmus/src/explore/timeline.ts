/** The source of an event: a column of the diagram. */
export type Lane = `cpu ${number}` | 'driver' | 'device';

/** The kind of an event in the chain, from a store to the fence after the command that reads it. */
export type EventKind =
  | 'store'
  | 'load'
  | 'fault'
  | 'scan'
  | 'protect'
  | 'upload'
  | 'readback'
  | 'command'
  | 'fence'
  | 'call'
  | 'error'
  | 'finding';

/** One event. */
export interface TimelineEvent {
  readonly step: number;
  readonly lane: Lane;
  readonly kind: EventKind;
  readonly text: string;
  /** The content and the bytes concerned. */
  readonly content?: string;
  readonly start?: number;
  readonly end?: number;
  /** The exact bytes, if more than one run. */
  readonly runs?: readonly (readonly [start: number, end: number])[];
  /** For a write fault: the driver has recorded the page. */
  readonly recorded?: boolean;
  /** First page of the buffer object in the device's mapping, if only that is known. */
  readonly object?: number;
  /** Written pages that a scan found. */
  readonly pages?: readonly number[];
}

/** The events of a run, in order; recorded only to explain a failure. */
export class Timeline {
  readonly events: TimelineEvent[] = [];
  /** Name of the content of each buffer object, by its first page in the device's mapping. */
  readonly objects = new Map<number, string>();

  note(event: TimelineEvent): void {
    this.events.push(event);
  }
}
