import { PAGE_SIZE, PhysicalMemory } from '@cg/pagetable';
import { boxRows, SurfaceLayout, type BoxRows, type SubresourceBox } from '@cg/surface-layout';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Upload } from '../device/command-batch.js';
import { MemoryAccount } from '../memory/memory-account.js';
import type { BoxesOption } from './kept-boxes.js';
import { ComparedBoxes } from './kept-boxes.js';

const flat = { depth: 1, mipLevels: 1, layers: 1, samples: 1 };
/** Rows of a part of a page and of several, rows and mips that end within a line, a buffer that ends within a word. */
const layouts = [
  { ...flat, format: 2, width: 64, height: 64 },
  { ...flat, format: 2, width: 1030, height: 4 },
  { ...flat, format: 2, width: 30, height: 20, depth: 3, mipLevels: 3 },
  { ...flat, format: 2, width: 20, height: 20, layers: 6, mipLevels: 2 },
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
    this.#frames = Uint32Array.from(frames).reverse();
    this.account = new MemoryAccount('shadows', limit);
    const place = { memory: this.memory, frames: this.#frames, firstPage: 1 };
    this.boxes = new ComparedBoxes({ boxes, shadows: this.account }, layout, () => place);
    this.image = new Uint8Array(layout.bytes);
  }

  #at(offset: number): number {
    return this.#frames[1 + Math.floor(offset / PAGE_SIZE)] * PAGE_SIZE + (offset % PAGE_SIZE);
  }

  get content(): Uint8Array {
    return Uint8Array.from({ length: this.layout.bytes }, (_, i) => this.memory.u8[this.#at(i)]);
  }

  store(from: number, bytes: number, value: number): void {
    for (let at = from; at < Math.min(from + bytes, this.layout.bytes); at++) {
      this.memory.u8[this.#at(at)] = value;
      this.#dirty.add(Math.floor(at / PAGE_SIZE));
    }
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
      for (let at = start; at < end; at++) {
        this.image[at] = this.memory.u8[this.#at(at)];
      }
      this.uploaded += end - start;
    });
  }

  /** A command writes bytes, and a fault reads them back. */
  writeOnDevice(from: number, value: number, isNoted: boolean): void {
    this.sync();
    this.run('done');
    this.boxes.shadow.deviceWrites();
    const end = Math.min(from + 200, this.layout.bytes);
    this.image.fill(value, from, end);
    for (let at = from; at < end; at++) {
      this.memory.u8[this.#at(at)] = value;
    }
    if (isNoted) {
      this.boxes.noteReadBack((page) => this.#dirty.has(page));
    }
  }
}

const MOST = 16_500;
const from = fc.oneof(fc.nat(MOST), fc.constantFrom(0, 60, 4090, 4096, 4120, 8190));
const value = fc.nat(2);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ store: from, bytes: fc.constantFrom(1, 4, 64, 130, 5000), value }) },
  { weight: 3, arbitrary: fc.constant('sync' as const) },
  { weight: 3, arbitrary: fc.constantFrom('done' as const, 'done' as const, 'late' as const, 'refused' as const) },
  { weight: 1, arbitrary: fc.constantFrom('finish' as const, 'forget' as const, 'drop' as const) },
  { weight: 1, arbitrary: fc.record({ written: from, value, isNoted: fc.boolean() }) },
);

describe.each(['single', { perByte: 1, perBox: 256 }] as const)('7.7: compared boxes, %o', (boxes) => {
  it('bring the device all that memory has, whatever was known, late, refused or forgotten', () => {
    fc.assert(
      fc.property(fc.constantFrom(...layouts), fc.array(step, { maxLength: 40 }), (layout, steps) => {
        const model = new Model(layout, boxes);
        for (const one of steps) {
          if (typeof one === 'object' && 'store' in one) {
            model.store(one.store % layout.bytes, one.bytes, one.value);
          } else if (typeof one === 'object') {
            model.writeOnDevice(one.written % layout.bytes, one.value, one.isNoted);
          } else if (one === 'sync' || one === 'finish') {
            model[one]();
          } else if (one === 'forget' || one === 'drop') {
            model.boxes.shadow[one]();
          } else {
            model.run(one);
          }
        }
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
    model.writeOnDevice(4096, 1, true);
    model.store(4096, 64, 1);
    expect(send()).toBe(0);
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
