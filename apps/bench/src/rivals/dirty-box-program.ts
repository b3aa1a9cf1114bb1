import type { SubresourceBox, SurfaceDescription, SurfaceLayout } from '@cg/surface-layout';
import { CProgram, type FindCompiler } from './c-program.js';
import { checksum } from './dirty-pattern.js';

/** What one run of the C program says. */
export interface DirtyBoxRun {
  /** Of the median pass, over all ranges. */
  readonly nanoseconds: number;
  readonly boxes: number;
  /** Of the corners of all boxes, in blocks. */
  readonly checksum: number;
}

/** rivals/dirty_box.c. */
export class DirtyBoxProgram extends CProgram {
  constructor(findCompiler: FindCompiler, parent?: string) {
    super('dirty_box.c', findCompiler, parent);
  }

  /**
   * Runs it, over `count` ranges, in a process of its own. The format has blocks of one texel.
   * @throws BenchError EBADMSG where it does not end well or says something else
   */
  run(surface: SurfaceDescription, bytesPerBlock: number, count: number, passes: number): DirtyBoxRun {
    const { width, height, mipLevels, layers } = surface;
    const args = [width, height, bytesPerBlock, mipLevels, layers, count, passes];
    const [nanoseconds, boxes, sum] = this.runFor(3, args);
    return { nanoseconds, boxes, checksum: sum };
  }
}

/** First bytes of page-sized ranges, drawn with xorshift32 as rivals/dirty_box.c draws them. */
export function drawPages({ bytes }: SurfaceLayout, count: number, pageSize: number): Float64Array {
  const pages = Math.ceil(bytes / pageSize);
  const starts = new Float64Array(count);
  let state = 0x9e3779b9;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    starts[i] = ((state >>> 0) % pages) * pageSize;
  }
  return starts;
}

/** The checksum that rivals/dirty_box.c prints of such boxes. */
export function checksumOfBoxes(boxes: readonly SubresourceBox[]): number {
  const corners = boxes.flatMap(({ x, y, width, height }) => [x, y, x + width, y + height]);
  return checksum(Uint32Array.from(corners));
}
