import { formatByName, SurfaceLayout, type SurfaceDescription } from '@cg/surface-layout';
import { PAGE_SIZE } from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { PostedBoxes, type BoxHabit } from './boxes.js';
import { outcomes, type PostedMachine } from './posted-machine.fixture.js';

function boxesFor(habit: BoxHabit, wanted: Partial<SurfaceDescription>): PostedBoxes {
  const plain = { format: formatByName('A8R8G8B8')!.id, depth: 1, mipLevels: 1, layers: 1, samples: 1 };
  return new PostedBoxes(new SurfaceLayout({ ...plain, width: 64, height: 64, ...wanted }), new Set([habit]));
}

/** The boxes of dirty pages, as [subresource, x, y, z, width, height, depth]. */
function boxesOf(habit: BoxHabit, wanted: Partial<SurfaceDescription>, pages: readonly number[]): number[][] {
  const boxes = boxesFor(habit, wanted);
  pages.forEach((page) => boxes.addRange(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
  return boxes
    .kept()
    .map(({ subresource, x, y, z, width, height, depth }) => [subresource, x, y, z, width, height, depth]);
}

const twoSamples = { device: { dx: true, sm41: true } };

describe('boxes as posted', () => {
  it('D1: pages 2 and 4 of 4096x4 texels make a box of 1024x2', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(4, { width: 4096 });
      on.read(surface);
      on.fillPages(on.map(surface), [2, 4], 7);
      on.read(surface);
      return on.devicePages(surface, [0, 1, 2, 3, 4]);
    };
    expect(outcomes('D1', program)).toEqual({ right: [0, 0, 7, 0, 7], posted: [0, 0, 0, 0, 7] });
    expect(boxesOf('D1', { width: 4096, height: 4 }, [2, 4])).toEqual([[0, 0, 0, 0, 1024, 2, 1]]);
  });

  it('D1: in three dimensions the rows of the first slice are lost, in a buffer its end', () => {
    expect(boxesOf('D1', { depth: 2 }, [2, 4])).toEqual([[0, 0, 0, 0, 64, 16, 2]]);
    const buffer = { format: formatByName('BUFFER')!.id, width: 16384, height: 1 };
    expect(boxesOf('D1', buffer, [2, 0])).toEqual([[0, 0, 0, 0, 4096, 1, 1]]);
  });

  it('D3: page 2 of 64x64 with two samples is rows 32 to 47, and rows 16 to 23 are uploaded', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(64, { width: 64, samples: 2 });
      on.read(surface);
      on.fillPages(on.map(surface), [2], 7);
      on.read(surface);
      return [16, 32, 47].map((row) => on.device(surface, row * 256));
    };
    expect(outcomes('D3', program, { options: twoSamples })).toEqual({ right: [0, 7, 7], posted: [0, 0, 0] });
    expect(boxesOf('D3', { samples: 2 }, [2])).toEqual([[0, 0, 16, 0, 64, 8, 1]]);
  });

  it('D3: across sheets the height wraps, and beyond the width the width does', () => {
    const boxes = boxesFor('D3', { samples: 2 });
    boxes.addRange(3 * PAGE_SIZE, 5 * PAGE_SIZE);
    expect(boxes.kept()).toMatchObject([{ y: 24, height: 4294967280 }]);
    expect(boxes.boxes()).toEqual([]);
    expect(boxesOf('D3', { width: 2000, height: 16, samples: 2 }, [2])).toEqual([
      [0, 2048, 0, 0, 4294967248, 1, 1],
    ]);
  });

  it('D4: the luma page of NV12 is 44 rows, the chroma page 22, and the device refuses both', () => {
    const format = formatByName('NV12')!.id;
    const program = (on: PostedMachine) => {
      const surface = on.surface(64, { format, width: 64 });
      on.read(surface);
      on.cpus[0].store8(on.map(surface).start + 9, 7);
      on.read(surface);
      return on.device(surface, 9);
    };
    expect(outcomes('D4', program)).toEqual({ right: 7, posted: 0 });
    expect(boxesOf('D4', { format }, [0])).toEqual([[0, 0, 0, 0, 64, 44, 1]]);
    expect(boxesOf('D4', { format }, [1])).toEqual([[0, 0, 42, 0, 64, 22, 1]]);
  });

  it('D7: layer 6 of an array is not a face, so its upload is refused', () => {
    const program = (on: PostedMachine) => {
      const surface = on.surface(1, { layers: 8 });
      const vma = on.map(surface);
      on.read(surface);
      on.store(vma, 6, 7);
      let refused: unknown;
      try {
        on.read(surface);
      } catch (error) {
        refused = (error as { code?: string }).code;
      }
      return { refused, layer6: on.device(surface, 0, 6) };
    };
    const right = { refused: undefined, layer6: 7 };
    expect(outcomes('D7', program, { options: { device: { dx: true } } })).toEqual({
      right,
      posted: { refused: 'EIO', layer6: 0 },
    });
  });
});
