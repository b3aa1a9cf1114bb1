import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DxGuest } from '../../test/dx-guest.js';
import { noise } from '../../test/guest.js';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';

/** Of A8R8G8B8 4 × 4, two mips, two layers: where each subresource begins, and its bytes. */
const SUBRESOURCES = [
  { at: 0, bytes: 64 },
  { at: 64, bytes: 16 },
  { at: 80, bytes: 64 },
  { at: 144, bytes: 16 },
];
const BYTES = 160;
const shape = { width: 4, height: 4, numMipLevels: 2, arraySize: 2 };
const SURFACE = 1;
const SOURCE = 2;
const TARGET = 3;
const MOBS = [11, 12];

type Subresource = (typeof SUBRESOURCES)[number];

/** A plain model of rule 9: states by name, and bytes in arrays. */
class Model {
  readonly mobs = new Map(MOBS.map((id) => [id, new Uint8Array(BYTES)]));
  readonly states = SUBRESOURCES.map(() => 'none' as 'newer' | 'none' | 'pending' | 'valid');
  readonly image = new Uint8Array(BYTES);
  mobId: number = SVGA3D_INVALID_ID;

  get mob(): Uint8Array | undefined {
    return this.mobs.get(this.mobId);
  }

  /** The bytes that a command would read. */
  content(): Uint8Array {
    const all = new Uint8Array(BYTES);
    SUBRESOURCES.forEach(({ at, bytes }, i) => {
      const from = { none: undefined, pending: this.mob, valid: this.image, newer: this.image }[
        this.states[i]
      ];
      all.set(from?.subarray(at, at + bytes) ?? [], at);
    });
    return all;
  }

  use(i: number): void {
    const { at, bytes } = SUBRESOURCES[i];
    if (this.states[i] === 'pending') {
      this.image.set(this.content().subarray(at, at + bytes), at);
      this.states[i] = this.mob === undefined ? 'none' : 'valid';
    } else if (this.states[i] === 'none') {
      this.image.fill(0, at, at + bytes);
    }
  }

  write(i: number, row: Uint8Array, at: number): void {
    this.use(i);
    this.image.set(row, at);
    this.states[i] = 'newer';
  }

  update(i: number, length: number): void {
    const { at, bytes } = SUBRESOURCES[i];
    this.use(i);
    this.image.set((this.mob as Uint8Array).subarray(at, at + length), at);
    if (this.states[i] === 'none' || length === bytes) {
      this.states[i] = 'valid';
    }
  }

  readBack(i: number): void {
    const { at, bytes } = SUBRESOURCES[i];
    if (this.states[i] === 'newer') {
      this.mob?.set(this.image.subarray(at, at + bytes), at);
      this.states[i] = 'valid';
    }
  }

  bind(mobId: number): void {
    this.mobId = mobId;
    this.states.forEach((state, i) => {
      if (mobId !== SVGA3D_INVALID_ID && state === 'none') {
        this.states[i] = 'pending';
      } else if (mobId === SVGA3D_INVALID_ID && state !== 'newer') {
        this.states[i] = 'none';
      }
    });
  }
}

/** The first row of a subresource, or all of it. */
function box({ bytes }: Subresource, isWhole: boolean) {
  const side = bytes === 64 ? 4 : 2;
  return { x: 0, y: 0, z: 0, w: side, h: isWhole ? side : 1, d: 1 };
}

/** A guest and its model; each step does the same to both. */
class Run {
  readonly model = new Model();
  readonly guest = new DxGuest({ dx: true }, 128).withTables();
  readonly #pages = new Map(MOBS.map((id) => [id, this.guest.defineMob(id, BYTES)]));

  constructor() {
    const { guest } = this;
    guest.defineEmpty({ ...shape, sid: SOURCE }, BYTES);
    guest.draw(SOURCE, noise(BYTES, 99));
    guest.defineEmpty({ ...shape, sid: TARGET }, BYTES);
    guest.defineSurface({ ...shape, sid: SURFACE }, BYTES);
    this.#bind(SVGA3D_INVALID_ID);
  }

  #bind(mobid: number): void {
    this.guest.must('BIND_GB_SURFACE', { sid: SURFACE, mobid });
    this.model.bind(mobid);
  }

  step({ what, i, which, isWhole, seed }: Step): void {
    const { guest, model } = this;
    const sub = SUBRESOURCES[i];
    const mobid = [...MOBS, SVGA3D_INVALID_ID][which];
    switch (what) {
      case 'store': {
        const id = MOBS[which % 2];
        guest.fillMob(this.#pages.get(id) ?? [], noise(BYTES, seed));
        model.mobs.get(id)?.set(noise(BYTES, seed));
        return;
      }
      case 'bind':
        return this.#bind(mobid);
      case 'conditional bind':
        return this.#conditionalBind(mobid, MOBS[i % 2], seed % 4);
      case 'write':
        return this.#copy(SOURCE, SURFACE, i, isWhole);
      case 'read':
        return this.#copy(SURFACE, TARGET, i, isWhole);
      case 'read all':
        guest.must('WHOLE_SURFACE_COPY', { srcSid: SURFACE, destSid: TARGET });
        SUBRESOURCES.forEach((_, each) => model.use(each));
        expect([...(guest.device.surfaceImage(TARGET) ?? [])]).toEqual([...model.content()]);
        return;
      case 'update':
        return this.#update(i, isWhole);
      case 'update all':
        guest.run('UPDATE_GB_SURFACE', { sid: SURFACE });
        return model.mob && SUBRESOURCES.forEach(({ bytes }, each) => model.update(each, bytes));
      case 'read back':
        guest.run('DX_READBACK_SUBRESOURCE', { sid: SURFACE, subResource: i });
        return model.mob && model.readBack(i);
      case 'read all back':
        guest.run('READBACK_GB_SURFACE', { sid: SURFACE });
        return model.mob && SUBRESOURCES.forEach((_, each) => model.readBack(each));
      case 'invalidate':
        guest.must('DX_INVALIDATE_SUBRESOURCE', { sid: SURFACE, subResource: i });
        model.states[i] = 'none';
        return;
      case 'invalidate a box': {
        const inverted = { face: i >> 1, mipmap: i % 2, ...box(sub, false), invertBox: 1 };
        guest.must('INVALIDATE_GB_IMAGE_PARTIAL', { sid: SURFACE, ...inverted });
        model.use(i);
        model.image.fill(0, sub.at + 4 * box(sub, false).w, sub.at + sub.bytes);
        return;
      }
      case 'zero':
        guest.must(isWhole ? 'WRITE_ZERO_SURFACE' : 'UPDATE_ZERO_SURFACE', { sid: SURFACE });
        model.image.fill(0);
        model.states.fill(isWhole ? 'newer' : 'valid');
        return;
      case 'copy all':
        guest.must('WHOLE_SURFACE_COPY', { srcSid: SOURCE, destSid: SURFACE });
        model.image.set(noise(BYTES, 99));
        model.states.fill('newer');
        return;
      case 'snapshot':
        guest.device.restore(guest.device.snapshot());
        return;
    }
  }

  #conditionalBind(mobid: number, testMobid: number, flags: number): void {
    const { guest, model } = this;
    guest.must('COND_BIND_GB_SURFACE', { sid: SURFACE, testMobid, mobid, flags });
    if (model.mobId === testMobid && mobid !== testMobid) {
      SUBRESOURCES.forEach(({ bytes }, i) => {
        if ((flags & 1) !== 0) {
          model.readBack(i);
        }
        if ((flags & 2) !== 0) {
          model.update(i, bytes);
        }
      });
      model.bind(mobid);
    }
  }

  #copy(srcSid: number, dstSid: number, i: number, isWhole: boolean): void {
    const sub = SUBRESOURCES[i];
    const part = box(sub, isWhole);
    const subresources = { srcSid, srcSubResource: i, dstSid, dstSubResource: i };
    this.guest.must('DX_PRED_COPY_REGION', { ...subresources, ...part, srcx: 0, srcy: 0, srcz: 0 });
    if (dstSid === SURFACE) {
      const length = 4 * part.w * part.h;
      this.model.write(i, noise(BYTES, 99).subarray(sub.at, sub.at + length), sub.at);
    } else {
      this.model.use(i);
    }
  }

  #update(i: number, isWhole: boolean): void {
    const part = box(SUBRESOURCES[i], isWhole);
    this.guest.run('DX_UPDATE_SUBRESOURCE', { sid: SURFACE, subResource: i, ...part });
    if (this.model.mob !== undefined) {
      this.model.update(i, 4 * part.w * part.h);
    }
  }

  /** Image and MOBs, as the device and guest memory have them. */
  found(): (number[] | undefined)[] {
    const mobs = [...this.#pages.values()].map((pages) => [...this.guest.readMob(pages, BYTES)]);
    return [[...(this.guest.device.surfaceImage(SURFACE) ?? [])], ...mobs];
  }

  /** The same, from the model. */
  expected(): (number[] | undefined)[] {
    return [[...this.model.content()], ...[...this.model.mobs.values()].map((bytes) => [...bytes])];
  }
}

const steps = fc.record({
  what: fc.constantFrom(
    'store',
    'bind',
    'conditional bind',
    'write',
    'read',
    'read all',
    'update',
    'update all',
    'read back',
    'read all back',
    'invalidate',
    'invalidate a box',
    'zero',
    'copy all',
    'snapshot',
  ),
  i: fc.nat(3),
  which: fc.nat(2),
  isWhole: fc.boolean(),
  seed: fc.nat(1000),
  // Not after each step: looking loads pending content, which would hide a command that forgets to load it.
  looks: fc.boolean(),
});

type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never;

it('9.1–9.4: image and MOBs are what a plain model says, step by step', () => {
  fc.assert(
    fc.property(fc.array(steps, { minLength: 1, maxLength: 40, size: 'max' }), (all) => {
      const run = new Run();
      for (const step of all) {
        run.step(step);
        if (step.looks) {
          expect(run.found()).toEqual(run.expected());
        }
      }
      expect(run.found()).toEqual(run.expected());
    }),
    { numRuns: 150 },
  );
});
