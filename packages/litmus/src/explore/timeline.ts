/** Who did something: a column of the diagram. */
export type Lane = `cpu ${number}` | 'driver' | 'device';

/** What a step of the chain is, from a store to the fence behind the command that reads it. */
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

/** One thing that happened. */
export interface TimelineEvent {
  readonly step: number;
  readonly lane: Lane;
  readonly kind: EventKind;
  readonly text: string;
  /** The content whose bytes it is about, and which of them. */
  readonly content?: string;
  readonly start?: number;
  readonly end?: number;
  /** The exact bytes, where they are more than one run. */
  readonly runs?: readonly (readonly [start: number, end: number])[];
  /** Of a write fault: the driver has noted the page. */
  readonly recorded?: boolean;
  /** First page of the buffer object in the device's mapping, where that is what is known of it. */
  readonly object?: number;
  /** Pages that a scan found written. */
  readonly pages?: readonly number[];
}

/** What happened in a run, in order: kept only where a failure is to be told. */
export class Timeline {
  readonly events: TimelineEvent[] = [];
  /** Name of the content of each buffer object, by its first page in the device's mapping. */
  readonly objects = new Map<number, string>();

  note(event: TimelineEvent): void {
    this.events.push(event);
  }
}
