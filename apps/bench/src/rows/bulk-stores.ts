import { PAGE_SIZE } from '@cg/pagetable';
import { hostClock } from '../clock.js';
import { batchesOf, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';
import { Window, type FrameOrder } from './window.js';

const OURS = 'cpu.storeBytes';
const RIVAL = 'typed array, u8.set';
const MIB = 2 ** 20;
const NANOSECONDS_PER_US = 1000;

/** A whole window stored in one call, through the MMU, with every page a TLB hit. */
export function rowsOf({ windowPages: pages }: RowSettings): Row[] {
  const orders: readonly FrameOrder[] = ['adjacent', 'scattered'];
  return orders.map((order) => ({
    section: 'Bulk stores',
    name: `bulk stores, ${order} frames`,
    unit: 'µs/MiB',
    ours: OURS,
    rival: RIVAL,
    async open(side) {
      if (side === 'rival') {
        const target = new Uint8Array(pages * PAGE_SIZE);
        return storing(
          RIVAL,
          pages,
          (bytes) => target.set(bytes),
          () => target,
        );
      }
      const window = new Window(pages, order);
      const { cpu, start } = window;
      return storing(
        OURS,
        pages,
        (bytes) => cpu.storeBytes(start, bytes),
        () => window.load(),
      );
    },
  }));
}

function storing(
  contender: string,
  pages: number,
  store: (bytes: Uint8Array) => void,
  stored: () => Uint8Array,
): Contender {
  // Each word has its own number, so that pages cannot be confused.
  const words = Uint32Array.from({ length: (pages * PAGE_SIZE) / 4 }, (_, i) => i);
  const source = new Uint8Array(words.buffer);
  let salt = 0;
  const work = {
    prepare() {
      salt++;
      words[0] = salt;
      words[words.length - 1] = salt;
    },
    work: () => store(source),
    check() {
      if (Buffer.compare(stored(), source) !== 0) {
        throw new BenchError('EBADMSG', `${contender} stored wrong bytes`, contender);
      }
    },
  };
  return batchesOf(hostClock, NANOSECONDS_PER_US * (source.length / MIB), work);
}
