import type { PageRange } from '@cg/dirty-tracking';
import { PAGE_SIZE } from '@cg/pagetable';
import type { Machine, MachineEvent } from '@cg/machine';
import type { Timeline } from './timeline.js';

/** Pages of a scan that its line of the timeline names. */
const MAX_NAMED_PAGES = 8;

/** The faults of one access. */
export interface AccessFaults {
  /** Whether it faulted at all. */
  readonly taken: boolean;
  /** Whether the driver knows because of one that the page is written: nothing has taken the record since. */
  readonly recorded: boolean;
}

interface AccessUnderWay {
  readonly cpu: string;
  taken: boolean;
  /** The page whose write was recorded. */
  record: { readonly object: number; readonly page: number } | undefined;
}

/** Takes down in a timeline what a machine tells of its trackers, and knows the faults of the access under way. */
export class MachineNotes {
  readonly #step: () => number;
  /** An access of another CPU may come in the middle of a fault. */
  readonly #underWay: AccessUnderWay[] = [];

  /** @param step the step under way */
  constructor(
    machine: Machine,
    readonly timeline: Timeline,
    step: () => number,
  ) {
    this.#step = step;
    machine.listen((event) => this.#hear(event));
  }

  /** Does an access. @returns its faults */
  faultsOf(cpu: string, access: () => void): AccessFaults {
    const underWay: AccessUnderWay = { cpu, taken: false, record: undefined };
    this.#underWay.push(underWay);
    try {
      access();
    } finally {
      this.#underWay.pop();
    }
    return { taken: underWay.taken, recorded: underWay.record !== undefined };
  }

  #hear(event: MachineEvent): void {
    const innermost = this.#underWay.at(-1);
    switch (event.kind) {
      case 'fault-starts':
        if (innermost?.cpu === event.cpu) {
          innermost.taken = true;
        }
        break;
      case 'write-recorded':
        if (innermost !== undefined) {
          innermost.record = event;
        }
        break;
      case 'range-dirtied':
      case 'range-cleared':
        this.#forgetRecords(event.object, event.range);
        break;
      case 'protected': {
        const text = `write-protect ${span(event.range)}: ${event.entries} entries`;
        this.#note('protect', text, event);
        break;
      }
      case 'scanned': {
        const pages = event.found.flatMap(([start, end]) =>
          Array.from({ length: end - start }, (_, i) => start + i),
        );
        const what = pages.length === 0 ? 'nothing new' : `page ${pages.slice(0, MAX_NAMED_PAGES).join(', ')}`;
        this.#note('scan', `clean ${span(event.range)}: ${what}`, event, pages);
        break;
      }
    }
  }

  /** A record that is taken before the store that it is of says nothing about that store (B6). */
  #forgetRecords(object: number, [start, end]: PageRange): void {
    for (const access of this.#underWay) {
      const { record } = access;
      if (record?.object === object && record.page >= start && record.page < end) {
        access.record = undefined;
      }
    }
  }

  #note(
    kind: 'protect' | 'scan',
    text: string,
    { object, range: [start, end] }: { readonly object: number; readonly range: PageRange },
    pages?: number[],
  ): void {
    this.timeline.note({
      step: this.#step(),
      lane: 'driver',
      kind,
      text,
      object,
      start: start * PAGE_SIZE,
      end: end * PAGE_SIZE,
      ...(pages === undefined ? {} : { pages }),
    });
  }
}

function span([start, end]: PageRange): string {
  return end - start === 1 ? `page ${start}` : `pages ${start} to ${end - 1}`;
}
