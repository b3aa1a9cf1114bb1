import { DirtyBoxes, DirtyRegion, formatByName, SurfaceLayout } from '@cg/surface-layout';
import type { SubresourceBox } from '@cg/surface-layout';
import { hostClock } from '../clock.js';
import { batchesOf, REPETITIONS, type Contender } from '../contender.js';
import { BenchError } from '../errors.js';
import { startRival } from '../rivals/c-contender.js';
import { checksumOfBoxes, drawPages } from '../rivals/drawn-pages.js';
import type { Row } from '../row.js';
import type { RowSettings } from './settings.js';

const PAGE_SIZE = 4096;
const BYTES_PER_TEXEL = 4;
const RANGES = 100_000;
const COVERED = 1000;
const NANOSECONDS_PER_US = 1000;
/** Costs of a box in the cover, in bytes: a low one, with which few are joined, and a high one. */
const boxCosts = [256, 16_384];

function layOut(width: number, height: number, mipLevels: number, layers: number): SurfaceLayout {
  const { id: format = 0 } = formatByName('B8G8R8A8_UNORM') ?? {};
  return new SurfaceLayout({ format, width, height, depth: 1, mipLevels, layers, samples: 1 });
}

export function rowsOf({ compiler }: RowSettings): Row[] {
  return [...dirtyBoxRows(compiler), ...cheapestCoverRows()];
}

/** Converting dirty pages to boxes one by one, against the same steps in C; a flat surface and one with mips. */
function dirtyBoxRows(compiler: string): Row[] {
  const surfaces = [
    { name: 'one mip', layout: layOut(4096, 4096, 1, 1) },
    { name: '10 mips', layout: layOut(1000, 600, 10, 6) },
  ];
  return surfaces.map(({ name, layout }) => ({
    section: 'Dirty page to box',
    name: `dirty page to box, ${name}`,
    unit: 'ns/range',
    ours: 'DirtyBoxes.addRange',
    rival: 'C, the same steps',
    async open(side) {
      const starts = drawPages(layout, RANGES, PAGE_SIZE);
      const dirty = new DirtyBoxes(layout);
      addPages(dirty, starts);
      const expected = checksumOfBoxes(dirty.boxes());
      if (side === 'ours') {
        return boxing(dirty, starts, expected);
      }
      const { width, height, mipLevels, layers } = layout.description;
      return startRival({
        source: 'dirty_box.c',
        args: [width, height, BYTES_PER_TEXEL, mipLevels, layers, RANGES, REPETITIONS],
        compiler,
        per: RANGES,
        results: 2,
        // Both sides must give the same boxes.
        check: ([, found]) => requireTrue(found === expected, `checksum ${found}, not ${expected}`, 'C'),
      });
    },
  }));
}

function addPages(dirty: DirtyBoxes | DirtyRegion, starts: Float64Array): void {
  for (let i = 0; i < starts.length; i++) {
    dirty.addRange(starts[i], starts[i] + PAGE_SIZE);
  }
}

function boxing(dirty: DirtyBoxes, starts: Float64Array, expected: number): Contender {
  const work = {
    prepare: () => dirty.clear(),
    work: () => addPages(dirty, starts),
    check() {
      const found = checksumOfBoxes(dirty.boxes());
      requireTrue(found === expected, `boxes have checksum ${found}, not ${expected}`, 'DirtyBoxes');
    },
  };
  return batchesOf(hostClock, starts.length, work);
}

/**
 * The cheapest cover of 1,000 dirty pages, against one box for each subresource of the same: adding all
 * ranges and taking the boxes.
 */
function cheapestCoverRows(): Row[] {
  return boxCosts.map((perBox) => ({
    section: 'Cheapest cover',
    name: `cover 1,000 pages, ${perBox} B a box`,
    unit: 'µs',
    ours: 'DirtyRegion.cheapestBoxes',
    rival: 'one box, DirtyBoxes',
    async open(side) {
      const layout = layOut(4096, 4096, 1, 1);
      // Ascending, as from a tracker.
      const starts = drawPages(layout, COVERED, PAGE_SIZE).toSorted();
      return side === 'ours'
        ? merging(starts, new DirtyRegion(layout), (dirty) => dirty.cheapestBoxes({ perByte: 1, perBox }))
        : merging(starts, new DirtyBoxes(layout), (dirty) => dirty.boxes());
    },
  }));
}

function merging<Dirty extends DirtyBoxes | DirtyRegion>(
  starts: Float64Array,
  dirty: Dirty,
  merge: (dirty: Dirty) => readonly SubresourceBox[],
): Contender {
  const page = { ...dirty.layout.mips[0] };
  let boxes: readonly SubresourceBox[] = [];
  const work = {
    prepare: () => dirty.clear(),
    work() {
      addPages(dirty, starts);
      boxes = merge(dirty);
    },
    /** Every page lies in a box: a page is part of a row here. */
    check() {
      for (const start of starts) {
        const y = Math.floor(start / page.rowStride);
        const x = (start - y * page.rowStride) / BYTES_PER_TEXEL;
        const end = x + PAGE_SIZE / BYTES_PER_TEXEL;
        const holds = boxes.some(
          (box) => box.x <= x && box.y <= y && box.x + box.width >= end && box.y + box.height > y,
        );
        requireTrue(holds, `no box holds the page at byte ${start}`, dirty.constructor.name);
      }
    },
  };
  return batchesOf(hostClock, NANOSECONDS_PER_US, work);
}

function requireTrue(holds: boolean, message: string, contender: string): void {
  if (!holds) {
    throw new BenchError('EBADMSG', `${contender}: ${message}`, contender);
  }
}
