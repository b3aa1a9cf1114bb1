import { PAGE_SIZE } from '@cg/pagetable';
import { BenchError } from '../errors.js';
import type { Row, Sample } from '../row.js';
import { medianPass, type Clock } from '../timing.js';
import { Window, type FrameOrder } from './window.js';

const OURS = 'cpu.storeBytes';
const RIVAL = 'typed array, u8.set';
const MIB = 2 ** 20;

/** A whole window stored in one call, through the MMU with every page a TLB hit. */
export function bulkStoreRows(clock: Clock, pages: number): Row[] {
  const orders: readonly FrameOrder[] = ['adjacent', 'scattered'];
  return orders.map((order) => ({
    name: `bulk stores, ${order} frames`,
    unit: 'µs/MiB',
    ours: OURS,
    rival: RIVAL,
    async open() {
      const window = new Window(pages, order);
      const target = new Uint8Array(pages * PAGE_SIZE);
      const { cpu, start } = window;
      return {
        ours: sampleStores(
          clock,
          OURS,
          pages,
          (bytes) => cpu.storeBytes(start, bytes),
          () => window.load(),
        ),
        rival: sampleStores(
          clock,
          RIVAL,
          pages,
          (bytes) => target.set(bytes),
          () => target,
        ),
      };
    },
  }));
}

function sampleStores(
  clock: Clock,
  contender: string,
  pages: number,
  store: (bytes: Uint8Array) => void,
  stored: () => Uint8Array,
): Sample {
  // Each word is its own number, so that no page can stand in for another.
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
        throw new BenchError('EBADMSG', `${contender} stored other bytes than it was given`, contender);
      }
    },
  };
  return () => (medianPass(clock, work) / 1000) * (MIB / source.length);
}
