import { PAGE_SIZE } from '@cg/pagetable';
import { hostClock } from '../clock.js';
import { batchesOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';
import { Window } from './window.js';

const OURS = 'no listener';
const RIVAL = 'with a listener';
/** A pass over the window takes a tenth of a millisecond. */
const REPETITIONS = 20;

/** One store to each page of a window that has no entries: a TLB miss and a fault each. */
export function rowsOf({ windowPages }: RowSettings): Row[] {
  return [
    {
      section: 'First stores',
      name: 'first stores',
      unit: 'ns/page',
      ours: OURS,
      rival: RIVAL,
      rivalOfPackages: true,
      open: async (side) => firstStores(windowPages, side === 'rival'),
    },
  ];
}

function firstStores(pages: number, listens: boolean): Contender {
  const window = new Window(pages, 'adjacent');
  const { cpu, start, memory } = window;
  const { statistics } = cpu;
  if (listens) {
    memory.events.listen(() => {});
  }
  let faults = 0;
  const work = {
    prepare() {
      window.unmap();
      faults = statistics.writeFaults;
    },
    work() {
      for (let i = 0; i < pages; i++) {
        cpu.store8(start + i * PAGE_SIZE, i);
      }
    },
    check() {
      if (statistics.writeFaults - faults !== pages) {
        throw new BenchError('EBADMSG', 'not one fault a page', listens ? RIVAL : OURS);
      }
    },
  };
  return batchesOf(hostClock, pages, work, REPETITIONS);
}
