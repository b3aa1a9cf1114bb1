import { PAGE_SIZE, type Vma } from '@cg/pagetable';
import { formatById, SurfaceLayout, type SubresourceBox } from '@cg/surface-layout';
import { encodeCommand } from '@cg/svga-device';
import { goldenAbsent, goldenRows, reportGolden } from '@cg/vitest-config/golden';
import { describe, expect, it } from 'vitest';
import { bench, type Bench } from '../src/driver.fixture.js';
import type { DrmFile } from '../src/file/drm-file.js';

/** Subresource, x, y, z, width, height, depth. */
type Box = [number, number, number, number, number, number, number];

interface GuestStep {
  w?: [number, number][];
  r?: [number, number][];
  /** Unmapped and mapped again between the writes and the submission. */
  remap?: 1;
  /** The surface is the destination of the submitted copy. */
  gpuWrite?: 1;
  boxes: Box[];
  before?: string[];
}

interface GuestRow {
  id: number;
  name: string;
  dx: boolean;
  surface: { fmt: number; w: number; h: number; d?: number; mips?: number; array?: number; flags?: number };
  backing: number;
  steps: GuestStep[];
}

const CUBE = 1;

/** The recorded program, on our driver. */
class Guest {
  readonly layout: SurfaceLayout;
  readonly #file: DrmFile;
  readonly #process: ReturnType<Bench['process']>;
  readonly #surface: number;
  readonly #other: number;
  readonly #commands: string[] = [];
  #boxes: Box[] = [];
  #vma: Vma;
  #value = 0;

  constructor({ surface: { fmt, w, h, d = 1, mips = 1, array = 0, flags = 0 }, dx, backing }: GuestRow) {
    const { driver, process } = bench({}, { dx });
    this.#file = driver.open();
    this.#process = process();
    const cube = (flags & CUBE) !== 0;
    const layers = cube ? 6 : Math.max(array, 1);
    const description = { format: fmt, width: w, height: h, depth: d, mipLevels: mips, layers };
    this.layout = new SurfaceLayout({ ...description, samples: 1 });
    const { handle, bytes } = this.#file.createSurface({ ...description, cube, coherent: true });
    expect(bytes).toBe(backing);
    this.#surface = handle;
    this.#other = this.#file.createSurface({ ...description, cube }).handle;
    this.#vma = this.#file.mapSurface(handle, this.#process.addressSpace);
    this.#listen(driver.context.queue);
  }

  /** Writes down the updates and read-backs that the driver sends. */
  #listen(queue: Bench['driver']['context']['queue']): void {
    const emit = queue.emit.bind(queue);
    const mips = this.layout.mips.length;
    queue.emit = (name, fields) => {
      this.#commands.push(name);
      const { x, y, z, w, h, d, face, mipmap, subResource } = fields as unknown as Record<string, number>;
      if (name === 'UPDATE_GB_IMAGE' || name === 'DX_UPDATE_SUBRESOURCE') {
        this.#boxes.push([subResource ?? face * mips + mipmap, x, y, z, w, h, d]);
      }
      emit(name, fields);
    };
  }

  step({ w = [], r = [], remap, gpuWrite }: GuestStep): { boxes: Box[]; before: string[] } {
    const { cpu, addressSpace } = this.#process;
    this.#commands.length = 0;
    for (const [offset, length] of r) {
      cpu.loadBytes(this.#vma.start + offset, new Uint8Array(length));
    }
    for (const [offset, length] of w) {
      cpu.storeBytes(this.#vma.start + offset, new Uint8Array(length).fill(++this.#value));
    }
    const before = this.#commands.filter((name) => name.startsWith('READBACK'));
    if (remap !== undefined) {
      addressSpace.unmap(this.#vma);
      this.#vma = this.#file.mapSurface(this.#surface, addressSpace);
    }
    this.#boxes = [];
    this.#submit(gpuWrite !== undefined);
    return { boxes: this.#boxes.toSorted((a, b) => a[0] - b[0]), before };
  }

  #submit(gpuWrite: boolean): void {
    const [srcSid, destSid] = gpuWrite ? [this.#other, this.#surface] : [this.#surface, this.#other];
    const { width: w, height: h, depth: d } = this.layout.mips[this.layout.mips.length - 1];
    const place = { face: 0, mipmap: this.layout.mips.length - 1 };
    const commands = encodeCommand('SURFACE_COPY', {
      srcSid,
      srcFace: place.face,
      srcMipmap: place.mipmap,
      destSid,
      destFace: place.face,
      destMipmap: place.mipmap,
      boxes: [{ x: 0, y: 0, z: 0, w, h, d, srcx: 0, srcy: 0, srcz: 0 }],
    });
    this.#file.submit(commands).wait();
  }
}

function asBox([subresource, x, y, z, width, height, depth]: Box): SubresourceBox {
  return { subresource, x, y, z, width, height, depth };
}

/** Every texel of `inner` lies in a box of `outer`, each of another subresource. */
function contains(outer: Box[], inner: Box[]): boolean {
  return inner
    .map(asBox)
    .every((box) =>
      outer
        .map(asBox)
        .some(
          (around) =>
            around.subresource === box.subresource &&
            around.x <= box.x &&
            around.y <= box.y &&
            around.z <= box.z &&
            around.x + around.width >= box.x + box.width &&
            around.y + around.height >= box.y + box.height &&
            around.z + around.depth >= box.z + box.depth,
        ),
    );
}

/** The blocks of the pages that a step writes, a box for each row of them: found by nothing but offsets. */
function dirtyBlocks(layout: SurfaceLayout, writes: readonly [number, number][]): Box[] {
  const { blockWidth, blockHeight, bytesPerBlock } = layout.format;
  const pages = new Set(
    writes.flatMap(([offset, length]) => {
      const first = Math.floor(offset / PAGE_SIZE);
      return Array.from(
        { length: Math.floor((offset + length - 1) / PAGE_SIZE) - first + 1 },
        (_, i) => first + i,
      );
    }),
  );
  const blocks: Box[] = [];
  for (const page of pages) {
    for (let offset = page * PAGE_SIZE; offset < Math.min((page + 1) * PAGE_SIZE, layout.bytes);) {
      const layer = Math.floor(offset / layout.mipChainBytes);
      const inLayer = offset % layout.mipChainBytes;
      const level = layout.mips.findIndex((mip) => inLayer < mip.offset + mip.bytes);
      const mip = layout.mips[level];
      const block = Math.floor((inLayer - mip.offset) / bytesPerBlock);
      const wide = mip.rowStride / bytesPerBlock;
      const high = mip.imageStride / mip.rowStride;
      const [x, y, z] = [block % wide, Math.floor(block / wide) % high, Math.floor(block / (wide * high))];
      const [left, top] = [x * blockWidth, y * blockHeight];
      const start = layer * layout.mipChainBytes + mip.offset + block * bytesPerBlock;
      const blocksInPage = (Math.min((page + 1) * PAGE_SIZE, layout.bytes) - start) / bytesPerBlock;
      const inRow = Math.min(wide - x, Math.ceil(blocksInPage));
      const width = Math.min(inRow * blockWidth, mip.width - left);
      const height = Math.min(blockHeight, mip.height - top);
      blocks.push([layer * layout.mips.length + level, left, top, z, width, height, 1]);
      offset = start + inRow * bytesPerBlock;
    }
  }
  return blocks;
}

type Kind = 'equal' | 'E1/E2' | 'D1' | 'D5';

/** Why our boxes may differ from the kernel's in a step; anything else is a defect of ours. */
function kindOf(
  ours: Box[],
  kernel: Box[],
  blocks: Box[],
  step: GuestStep,
  first: boolean,
  compressed: boolean,
): Kind | undefined {
  if (JSON.stringify(ours) === JSON.stringify(kernel)) {
    return 'equal';
  }
  const kernelLoses = !contains(kernel, blocks);
  if (kernelLoses && (step.remap !== undefined || first)) {
    return 'E1/E2';
  }
  if (kernelLoses && contains(ours, kernel)) {
    return 'D1';
  }
  return compressed && contains(kernel, ours) ? 'D5' : undefined;
}

describe.skipIf(goldenAbsent('linux-guest.jsonl.gz'))('golden linux-guest', () => {
  it('1.1, 6.4, 7.2–7.5: sends the real kernel’s boxes and read-backs, and right ones where it loses writes', () => {
    const rows = goldenRows<GuestRow>('linux-guest.jsonl.gz', import.meta.url);
    const kinds: Record<Kind, number> = { equal: 0, 'E1/E2': 0, D1: 0, D5: 0 };
    for (const row of rows) {
      const guest = new Guest(row);
      const compressed = formatById(row.surface.fmt)?.compressed ?? false;
      row.steps.forEach((step, index) => {
        const where = `row ${row.id} (${row.name}), step ${index}`;
        const { boxes, before } = guest.step(step);
        const kernel = step.boxes.toSorted((a, b) => a[0] - b[0]);
        const blocks = dirtyBlocks(guest.layout, step.w ?? []);
        const kind = kindOf(boxes, kernel, blocks, step, index === 0, compressed);
        expect(
          kind,
          `${where}: ${JSON.stringify(boxes)} where the kernel sent ${JSON.stringify(kernel)}`,
        ).toBeDefined();
        expect(contains(boxes, blocks), `${where}: a dirty block is in no box`).toBe(true);
        if (step.before !== undefined) {
          expect(before, `${where}: read-backs`).toEqual(step.before);
        }
        kinds[kind as Kind]++;
      });
    }
    reportGolden('linux-guest', { rows: rows.length, ...kinds });
  });
});
