import { DirtyBoxes, DirtyRegion, formatByName, SurfaceLayout } from '@cg/surface-layout';
import type { SubresourceBox } from '@cg/surface-layout';
import { BenchError } from '../errors.js';
import { checksumOfBoxes, drawPages } from '../rivals/dirty-box-program.js';
import type { DirtyBoxProgram } from '../rivals/dirty-box-program.js';
import type { Row, Sample } from '../row.js';
import { medianPass, PASSES, type Clock } from '../timing.js';

const PAGE_SIZE = 4096;
const BYTES_PER_TEXEL = 4;
const RANGES = 100_000;
const COVERED = 1000;
/** Timed passes in a sample of the cover: more than elsewhere, as one is so short that nine are compiled late. */
const COVER_PASSES = 49;
/** What a box may cost in the cover, in bytes: cheap, so that few are joined, and dear. */
const boxCosts = [256, 16_384];

function layOut(width: number, height: number, mipLevels: number, layers: number): SurfaceLayout {
  const { id: format = 0 } = formatByName('B8G8R8A8_UNORM') ?? {};
  return new SurfaceLayout({ format, width, height, depth: 1, mipLevels, layers, samples: 1 });
}

/** One dirty page after another made a box, against the same steps in C; a flat surface and one with mips. */
export function dirtyBoxRows(clock: Clock, program: DirtyBoxProgram): Row[] {
  const surfaces = [
    { said: 'one mip', layout: layOut(4096, 4096, 1, 1) },
    { said: '10 mips', layout: layOut(1000, 600, 10, 6) },
  ];
  return surfaces.map(({ said, layout }) => ({
    name: `dirty page to box, ${said}`,
    unit: 'ns/range',
    ours: 'DirtyBoxes.addRange',
    rival: 'C, the same steps',
    async open() {
      const skipped = program.prepare();
      if (skipped !== undefined) {
        return skipped;
      }
      const starts = drawPages(layout, RANGES, PAGE_SIZE);
      let expected: number | undefined;
      return {
        ours: sampleBoxes(clock, layout, starts, (boxes) => {
          const found = checksumOfBoxes(boxes);
          expected ??= program.run(layout.description, BYTES_PER_TEXEL, RANGES, 1).checksum;
          requireTrue(found === expected, `boxes have checksum ${found}, not ${expected}`, 'DirtyBoxes');
        }),
        rival: () => program.run(layout.description, BYTES_PER_TEXEL, RANGES, PASSES).nanoseconds / RANGES,
      };
    },
  }));
}

function sampleBoxes(
  clock: Clock,
  layout: SurfaceLayout,
  starts: Float64Array,
  check: (boxes: readonly SubresourceBox[]) => void,
): Sample {
  const dirty = new DirtyBoxes(layout);
  const work = {
    prepare: () => dirty.clear(),
    work() {
      for (let i = 0; i < starts.length; i++) {
        dirty.addRange(starts[i], starts[i] + PAGE_SIZE);
      }
    },
    check: () => check(dirty.boxes()),
  };
  return () => medianPass(clock, work) / starts.length;
}

/**
 * The cheapest cover of 1,000 dirty pages, against one box for each subresource of the same: adding all
 * ranges and taking the boxes.
 */
export function cheapestCoverRows(clock: Clock): Row[] {
  const layout = layOut(4096, 4096, 1, 1);
  // Ascending, as a tracker hands them over.
  const starts = drawPages(layout, COVERED, PAGE_SIZE).toSorted();
  return boxCosts.map((perBox) => ({
    name: `cover 1,000 pages, ${perBox} B a box`,
    unit: 'µs',
    ours: 'DirtyRegion.cheapestBoxes',
    rival: 'one box, DirtyBoxes',
    open: async () => ({
      ours: sampleMerge(clock, starts, new DirtyRegion(layout), (dirty) =>
        dirty.cheapestBoxes({ perByte: 1, perBox }),
      ),
      rival: sampleMerge(clock, starts, new DirtyBoxes(layout), (dirty) => dirty.boxes()),
    }),
  }));
}

function sampleMerge<Dirty extends DirtyBoxes | DirtyRegion>(
  clock: Clock,
  starts: Float64Array,
  dirty: Dirty,
  merge: (dirty: Dirty) => readonly SubresourceBox[],
): Sample {
  const page = { ...dirty.layout.mips[0] };
  let boxes: readonly SubresourceBox[] = [];
  const work = {
    prepare: () => dirty.clear(),
    work() {
      for (let i = 0; i < starts.length; i++) {
        dirty.addRange(starts[i], starts[i] + PAGE_SIZE);
      }
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
  return () => medianPass(clock, work, COVER_PASSES) / 1000;
}

function requireTrue(holds: boolean, message: string, contender: string): void {
  if (!holds) {
    throw new BenchError('EBADMSG', `${contender}: ${message}`, contender);
  }
}
