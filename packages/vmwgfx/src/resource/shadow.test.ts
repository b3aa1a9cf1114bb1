import { PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { boxRows, formatByName, SurfaceLayout, type BoxRows, type SubresourceBox } from '@cg/surface-layout';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Upload } from '../device/command-batch.js';
import { MemoryAccount } from '../memory/memory-account.js';
import type { BoxesOption } from './kept-boxes.js';
import { ComparedBoxes } from './kept-boxes.js';

const flat = { depth: 1, mipLevels: 1, layers: 1, samples: 1 };
const A8R8G8B8 = 2;
const R8 = formatByName('R8_UNORM')!.id;
/** Rows of a part of a page and of more than one, rows, mips and a surface that end within a line or within a word. */
const layouts = [
  { ...flat, format: A8R8G8B8, width: 64, height: 32 },
  { ...flat, format: A8R8G8B8, width: 1030, height: 2 },
  { ...flat, format: A8R8G8B8, width: 30, height: 20, depth: 3, mipLevels: 3 },
  { ...flat, format: R8, width: 90, height: 91 },
].map((description) => new SurfaceLayout(description));

function eachRow({ offset, rowBytes, rows, rowStride, images, imageStride }: BoxRows, act: Row): void {
  for (let i = 0; i < images * rows; i++) {
    const start = offset + Math.floor(i / rows) * imageStride + (i % rows) * rowStride;
    act(start, start + rowBytes);
  }
}
type Row = (start: number, end: number) => void;

/** A surface in scattered frames, a tracker of its pages, and a device that has an image of it. */
class Model {
  readonly memory = new PhysicalMemory(64 * PAGE_SIZE);
  readonly boxes: ComparedBoxes;
  readonly image: Uint8Array;
  readonly account: MemoryAccount;
  readonly #frames: Uint32Array;
  readonly #dirty = new Set<number>();
  #sent: { rows: BoxRows; box: SubresourceBox; upload: Upload }[] = [];
  /** What the device has, and has not run. */
  #late: BoxRows[] = [];
  uploaded = 0;

  constructor(
    readonly layout: SurfaceLayout,
    boxes: BoxesOption,
    limit = Infinity,
  ) {
    const pages = Math.ceil(layout.bytes / PAGE_SIZE);
    const [, ...frames] = this.memory.allocateFrames(pages + 2);
    this.#frames = Uint32Array.from(frames).toReversed();
    this.account = new MemoryAccount('shadows', limit);
    const place = { memory: this.memory, frames: this.#frames, firstPage: 1 };
    this.boxes = new ComparedBoxes({ boxes, shadows: this.account }, layout, () => place);
    this.image = new Uint8Array(layout.bytes);
  }

  /** Calls with the memory of each page that has some of the bytes. */
  #eachPiece(from: number, end: number, act: (bytes: Uint8Array, at: number) => void): void {
    for (let at = from; at < end;) {
      const page = Math.floor(at / PAGE_SIZE);
      const stop = Math.min(end, (page + 1) * PAGE_SIZE);
      const shift = (this.#frames[1 + page] - page) * PAGE_SIZE;
      act(this.memory.u8.subarray(shift + at, shift + stop), at);
      at = stop;
    }
  }

  get content(): Uint8Array {
    const content = new Uint8Array(this.layout.bytes);
    this.#eachPiece(0, content.length, (bytes, at) => content.set(bytes, at));
    return content;
  }

  store(from: number, bytes: number, value: number): void {
    this.#eachPiece(from, Math.min(from + bytes, this.layout.bytes), (piece, at) => {
      piece.fill(value);
      this.#dirty.add(Math.floor(at / PAGE_SIZE));
    });
  }

  /** Transfers the dirty pages, and sends the boxes. */
  sync(): void {
    this.#dirty.forEach((page) => this.boxes.addRange(page * PAGE_SIZE, (page + 1) * PAGE_SIZE));
    this.#dirty.clear();
    for (const box of this.boxes.boxes()) {
      const rows = boxRows(this.layout, box.subresource, box);
      const place = { memory: this.memory, frames: this.#frames, firstPage: 1 };
      this.#sent.push({ rows, box, upload: this.boxes.shadow.upload(rows, place) });
    }
    this.boxes.clear();
  }

  /** The device gets what was sent. */
  run(how: 'done' | 'late' | 'refused'): void {
    if (how !== 'late') {
      this.finish(); // it runs them in order
    }
    for (const { rows, upload } of this.#sent.splice(0)) {
      upload.sending();
      if (how === 'done') {
        this.#upload(rows);
      } else if (how === 'late') {
        this.#late.push(rows);
      } else {
        eachRow(rows, (start, end) => this.boxes.addRange(start, end));
      }
      upload.sent(how === 'done');
    }
  }

  finish(): void {
    this.#late.splice(0).forEach((rows) => this.#upload(rows));
  }

  #upload(rows: BoxRows): void {
    eachRow(rows, (start, end) => {
      this.#eachPiece(start, end, (bytes, at) => this.image.set(bytes, at));
      this.uploaded += end - start;
    });
  }

  /** A command writes the surface, another one its memory beside that, and perhaps a fault reads it back. */
  writeOnDevice({ written, value, dma, isNoted }: DeviceWrite): void {
    this.sync();
    this.run('done');
    this.boxes.shadow.deviceWrites();
    const end = Math.min(written + 64, this.layout.bytes);
    this.image.fill(value, written, end);
    this.store(dma, 32, 1 - value);
    this.#eachPiece(written, end, (bytes) => bytes.fill(value));
    if (isNoted) {
      this.boxes.noteReadBack((page) => this.#dirty.has(page));
    }
  }
}

interface DeviceWrite {
  readonly written: number;
  readonly value: number;
  readonly dma: number;
  readonly isNoted: boolean;
}

/** Few, so that values return: lines of a page, on both sides of a page's end, of a row's end. */
const from = fc.constantFrom(0, 64, 4092, 4096, 4120, 8128, 8188);
const value = fc.nat(1);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ store: from, bytes: fc.constantFrom(1, 4, 64, 8192), value }) },
  { weight: 5, arbitrary: fc.constant('send' as const) },
  { weight: 1, arbitrary: fc.constantFrom('sync' as const, 'done' as const) },
  { weight: 2, arbitrary: fc.constantFrom('late' as const, 'finish' as const) },
  { weight: 1, arbitrary: fc.constantFrom('refused' as const, 'forget' as const, 'drop' as const) },
  { weight: 2, arbitrary: fc.record({ written: from, value, dma: from, isNoted: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

function take(model: Model, one: Step): void {
  if (typeof one === 'object') {
    if ('store' in one) {
      model.store(one.store, one.bytes, one.value);
    } else {
      model.writeOnDevice(one);
    }
  } else if (one === 'forget' || one === 'drop') {
    model.boxes.shadow[one]();
  } else if (one === 'sync' || one === 'finish') {
    model[one]();
  } else {
    model.sync();
    model.run(one === 'send' ? 'done' : one);
  }
}

describe.each(['single', { perByte: 1, perBox: 256 }] as const)('7.7: compared boxes, %o', (boxes) => {
  it('bring the device all that memory has, whatever was known, late, refused or forgotten', () => {
    fc.assert(
      fc.property(fc.constantFrom(...layouts), fc.array(step, { size: '+1' }), (layout, steps) => {
        const model = new Model(layout, boxes);
        model.store(0, layout.bytes, 1);
        steps.forEach((one) => take(model, one));
        model.sync();
        model.run('done');
        expect(Buffer.compare(model.image, model.content)).toBe(0);
        model.boxes.shadow.drop();
        expect(model.account.used).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('7.7: what is known', () => {
  const [layout] = layouts;

  it('is not uploaded again; of a page whose line has changed, that line is', () => {
    const model = new Model(layout, 'single');
    const send = (): number => {
      const before = model.uploaded;
      model.sync();
      model.run('done');
      return model.uploaded - before;
    };
    model.store(0, layout.bytes, 1);
    expect(send()).toBe(layout.bytes);
    model.store(0, layout.bytes, 1);
    expect(send()).toBe(0);
    model.store(4100, 1, 2);
    expect(send()).toBe(64);
    model.writeOnDevice({ written: 4096, value: 1, dma: 0, isNoted: true });
    model.store(4096, 64, 1);
    expect(send()).toBe(4096); // the first page, whose memory has changed; of the second the device has all
    model.boxes.shadow.forget();
    model.store(4096, 1, 1);
    expect(send()).toBe(4096);
  });

  it('is nothing without room for the shadow, and something once there is room', () => {
    const model = new Model(layout, 'single', layout.bytes);
    model.account.charge(64);
    for (const expected of [4096, 8192, 12_288, 12_288]) {
      model.store(0, 1, 1);
      model.sync();
      model.run('done');
      expect(model.uploaded).toBe(expected);
      if (expected === 8192) {
        model.account.refund(64);
      }
    }
  });
});
