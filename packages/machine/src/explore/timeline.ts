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
  /** Values stored, from `start` on. */
  readonly values?: Uint8Array;
  /** First page of the buffer object in the device's mapping, where that is what is known of it. */
  readonly object?: number;
  /** Pages that a scan found written. */
  readonly pages?: readonly number[];
}

/** What happened in a run, in order: kept only where a failure is to be told. */
export class Timeline {
  readonly events: TimelineEvent[] = [];

  note(event: TimelineEvent): void {
    this.events.push(event);
  }
}
