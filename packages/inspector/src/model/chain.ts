import { EVENT, NONE } from '../recording/event-kind.js';
import type { Recording } from '../recording/recording.js';
import { describeEvent, eventName } from './describe-event.js';
import { boxHas, PAGE_BYTES, type SurfaceView } from './surface-view.js';

/** Whether a link of a chain is there, may still come, is not needed, or is what the byte was lost without. */
export type LinkState = 'done' | 'pending' | 'needless' | 'missing';

/** A link of the chain that moves a byte. */
export interface Link {
  readonly link: string;
  readonly state: LinkState;
  /** Its event, where it is there. */
  readonly event: number | undefined;
  readonly text: string;
  /** The rules of docs/rules.md that it follows. */
  readonly rules: string;
}

/** A place on the chain: what is looked for, and how to find it. */
interface Wanted {
  readonly link: string;
  readonly rules: string;
  readonly event: number | undefined;
  readonly absent: string;
}

/**
 * The chain of a byte after so many events: its last store, the fault or scan that found it, the page range, the box,
 * the command that copied it, the fence; or the device's write, its fence, the fault that needs it, the read-back.
 * Links that a later event would bring are pending. Where a check found the byte wrong, they are missing; where a
 * command read the byte and nothing was wrong, it was not needed, as the device had the value.
 */
export function chainOfByte(
  recording: Recording,
  surface: SurfaceView,
  byte: number,
  events: number,
): Link[] {
  const search = new Search(recording, surface, byte, events);
  const written = search.last(0, events, (at) => search.stores(at) || search.writes(at));
  if (written === undefined) {
    return [];
  }
  const name = surface.name;
  const place = `byte ${byte.toLocaleString('en-US')} of ${name}`;
  return search.stores(written)
    ? search.links(written, storeChain(search, written, place, surface))
    : search.links(written, writeChain(search, written, place));
}

function storeChain(search: Search, store: number, place: string, surface: SurfaceView): Wanted[] {
  const taken = search.first(store, (at) => search.takes(at));
  const range = search.first(store, (at) => search.transfers(at));
  const before = search.last(0, store, (at) => search.transfers(at)) ?? -1;
  const scan =
    search.first(store, (at) => search.found(at)) ??
    search.last(before + 1, store, (at) => search.found(at) && range !== undefined);
  const fault = search.last(before + 1, store, (at) => search.records(at));
  const found = fault !== undefined && (scan === undefined || scan > (range ?? scan)) ? fault : scan;
  const isFault = found !== undefined && found === fault;
  const box = search.first(range ?? store, (at) => search.boxes(at));
  const upload = search.first(box ?? search.events, (at) => search.uploads(at));
  const page = `page ${search.page} of ${surface.name}`;
  const own: Wanted[] = [{ link: 'store', rules: '1.1', event: store, absent: '' }];
  const isTaken = taken !== undefined && (upload === undefined || taken < upload);
  if (isTaken && found === undefined && upload === undefined) {
    const fence = search.first(taken, (at) => search.isKind(at, EVENT.FENCE));
    return [
      ...own,
      { link: 'content taken', rules: '9.1', event: taken, absent: '' },
      { link: 'fence', rules: '8.1', event: fence, absent: 'none has passed' },
    ];
  }
  const fence = search.first(upload ?? search.events, (at) => search.isKind(at, EVENT.FENCE));
  return [
    ...own,
    {
      link: isFault ? 'fault' : 'scan',
      rules: isFault ? '2.5, 5.2' : '4.3, 5.2',
      event: found,
      absent: `no fault or scan found that ${page} was written`,
    },
    { link: 'range', rules: '5.3', event: range, absent: `${page} was not handed to the surface` },
    { link: 'box', rules: '7.2, 7.3', event: box, absent: `no box contains ${place}` },
    { link: 'command', rules: '1.4, 8.1', event: upload, absent: `no update copied ${place}` },
    { link: 'fence', rules: '8.1', event: fence, absent: 'none has passed' },
  ];
}

function writeChain(search: Search, write: number, place: string): Wanted[] {
  const fence = search.first(write, (at) => search.isKind(at, EVENT.FENCE));
  const fault = search.first(write, (at) => search.faults(at));
  const readBack = search.first(write, (at) => search.readsBack(at));
  return [
    { link: 'device write', rules: '1.2, 1.4', event: write, absent: '' },
    { link: 'fence', rules: '8.1', event: fence, absent: 'none has passed' },
    { link: 'fault', rules: '1.2, 6.4', event: fault, absent: 'no CPU has touched the page since' },
    { link: 'read-back', rules: '1.3, 6.4, 9.3', event: readBack, absent: `${place} was not read back` },
  ];
}

/** Looks for the events that concern a byte. */
class Search {
  readonly page: number;

  constructor(
    readonly recording: Recording,
    readonly surface: SurfaceView,
    readonly byte: number,
    readonly events: number,
  ) {
    this.page = Math.floor(byte / PAGE_BYTES);
  }

  first(from: number, is: (at: number) => boolean): number | undefined {
    for (let at = from + 1; at < this.events; at++) {
      if (is(at)) {
        return at;
      }
    }
    return undefined;
  }

  last(from: number, end: number, is: (at: number) => boolean): number | undefined {
    for (let at = end - 1; at >= from; at--) {
      if (is(at)) {
        return at;
      }
    }
    return undefined;
  }

  /** What is wanted, with what it means where it is not there. */
  links(written: number, wanted: readonly Wanted[]): Link[] {
    const isWrong = this.first(written, (at) => this.finds(at)) !== undefined;
    const isRead = this.first(written, (at) => this.reads(at)) !== undefined;
    return wanted.map(({ link, rules, event, absent }) => {
      if (event !== undefined) {
        const { kind } = this.recording.events;
        const isCommand = kind[event] === EVENT.UPLOAD || kind[event] === EVENT.WRITE;
        const command = isCommand ? this.#commandOf(event) : undefined;
        const name = command === undefined ? '' : `${eventName(this.recording, command)}: `;
        const text = `${name}${describeEvent(this.recording, event)}`;
        return { link, state: 'done', event, text, rules };
      }
      const state = isWrong
        ? 'missing'
        : isRead && link !== 'fault' && link !== 'read-back'
          ? 'needless'
          : 'pending';
      const text = state === 'needless' ? `${absent}: the device has the value already (7.7)` : absent;
      return { link, state, event: undefined, text, rules };
    });
  }

  /** The command whose effect an event is. */
  #commandOf(event: number): number | undefined {
    return this.last(0, event, (at) => this.isKind(at, EVENT.COMMAND));
  }

  isKind(at: number, kind: number): boolean {
    return this.recording.events.kind[at] === kind;
  }

  stores(at: number): boolean {
    return this.#is(at, EVENT.STORE) && this.#hasByte(at);
  }

  writes(at: number): boolean {
    return this.#is(at, EVENT.WRITE) && this.#hasInBox(at);
  }

  takes(at: number): boolean {
    return this.#is(at, EVENT.TAKEN);
  }

  transfers(at: number): boolean {
    return (this.#is(at, EVENT.RANGE) || this.#is(at, EVENT.CLEARED)) && this.#hasPage(at);
  }

  records(at: number): boolean {
    return this.#is(at, EVENT.RECORDED) && this.recording.events.a[at] === this.page;
  }

  found(at: number): boolean {
    if (!this.#is(at, EVENT.SCAN)) {
      return false;
    }
    const { numbers, events } = this.recording;
    const place = events.b[at];
    for (let i = 0; i < numbers[place]; i++) {
      if (numbers[place + 1 + 2 * i] <= this.page && this.page < numbers[place + 2 + 2 * i]) {
        return true;
      }
    }
    return false;
  }

  boxes(at: number): boolean {
    return this.#is(at, EVENT.BOX) && this.#hasInBox(at);
  }

  uploads(at: number): boolean {
    return this.#is(at, EVENT.UPLOAD) && this.#hasInBox(at);
  }

  reads(at: number): boolean {
    return this.#is(at, EVENT.READ) && this.#hasInBox(at);
  }

  faults(at: number): boolean {
    return this.#is(at, EVENT.FAULT) && this.recording.events.a[at] === this.page;
  }

  readsBack(at: number): boolean {
    return this.#is(at, EVENT.READ_BACK) && this.#hasByte(at);
  }

  finds(at: number): boolean {
    return this.#is(at, EVENT.FINDING) && this.#hasByte(at);
  }

  #is(at: number, kind: number): boolean {
    const { events } = this.recording;
    return events.kind[at] === kind && events.surface[at] === this.surface.index;
  }

  #hasByte(at: number): boolean {
    const { a, b } = this.recording.events;
    return a[at] <= this.byte && (this.byte < b[at] || b[at] === NONE);
  }

  #hasPage(at: number): boolean {
    const { a, b } = this.recording.events;
    return a[at] <= this.page && this.page < b[at];
  }

  #hasInBox(at: number): boolean {
    const { events, numbers } = this.recording;
    return boxHas(this.surface, numbers, events.a[at], this.byte);
  }
}
