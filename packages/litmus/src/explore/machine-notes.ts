import type { PageRange } from '@cg/dirty-tracking';
import { PAGE_SIZE } from '@cg/pagetable';
import type { Machine, MachineEvent } from '@cg/machine';
import type { Timeline } from './timeline.js';

/** The most pages of a scan that its line of the timeline lists. */
const MAX_NAMED_PAGES = 8;

interface AccessUnderWay {
  readonly cpu: string;
  faulted: boolean;
}

/** Records the tracker events of a machine in a timeline, and which accesses faulted. */
export class MachineNotes {
  readonly #step: () => number;
  /** An access of another CPU may come in the middle of a fault. */
  readonly #underWay: AccessUnderWay[] = [];

  /** @param step the current step */
  constructor(
    machine: Machine,
    readonly timeline: Timeline,
    step: () => number,
  ) {
    this.#step = step;
    machine.listen((event) => this.#hear(event));
  }

  /** Does an access. @returns whether it faulted */
  faults(cpu: string, access: () => void): boolean {
    const underWay: AccessUnderWay = { cpu, faulted: false };
    this.#underWay.push(underWay);
    try {
      access();
    } finally {
      this.#underWay.pop();
    }
    return underWay.faulted;
  }

  #hear(event: MachineEvent): void {
    switch (event.kind) {
      case 'fault-starts': {
        const access = this.#underWay.at(-1);
        if (access?.cpu === event.cpu) {
          access.faulted = true;
        }
        break;
      }
      case 'protected': {
        const text = `write-protect ${span(event.range)}: ${event.entries} entries`;
        this.#note('protect', text, event);
        break;
      }
      case 'scanned': {
        const pages = event.found.flatMap(([start, end]) =>
          Array.from({ length: end - start }, (_, i) => start + i),
        );
        const what =
          pages.length === 0 ? 'nothing new' : `page ${pages.slice(0, MAX_NAMED_PAGES).join(', ')}`;
        this.#note('scan', `clean ${span(event.range)}: ${what}`, event, pages);
        break;
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
