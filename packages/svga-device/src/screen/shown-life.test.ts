import { SVGA3D_MOBFMT, SVGA3D_SURFACE, SVGA_OTABLE, SVGA_REG } from '@cg/svga-protocol';
import * as fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import type { ScreenTargetImage } from '../index.js';
import { plainSurface, TestGuest } from '../../test/guest.js';
import { enterHost, hosts } from './hosts.fixture.js';

const PAGE = 4096;
const MIB = 2 ** 20;
const PAGES = 64;
/** Pixels of a row, which are a page. */
const ROW = 1024;
const ROW_BYTES = 4 * ROW;
const LIMIT = MIB;
/** An id that only the measurement of free memory uses. */
const PROBE = 9;

/** Rows: some below what the room of screens is for, and together more than the limit. */
const rows = fc.constantFrom(16, 64, 70, 130);
const id = fc.nat(3);
afterEach(() => vi.unstubAllGlobals());

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('surface'), id, rows, isShown: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('surface gone'), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('surface invalid'), id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('screen'), id, rows }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('update'), id, from: id }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('screen gone'), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('snapshot') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset') }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** All bytes of a surface have one value, and so have all pixels of a screen; undefined takes no memory. */
interface Thing {
  readonly rows: number;
  readonly value: number | undefined;
}
type Things = ReadonlyMap<string, Thing>;

const sizeOf = ({ rows: height }: Thing): number => ROW_BYTES * height;
const expected = (value: number, alpha: number): number => value * 0x01_0101 + alpha * 2 ** 24;

function isAll(bytes: Uint8Array | Uint8ClampedArray | undefined, texel: number): boolean {
  const { buffer, byteOffset, length } = bytes ?? new Uint8Array();
  const own = new Uint8Array(buffer, byteOffset, length);
  const isFirst = length >= 4 && new DataView(buffer, byteOffset).getUint32(0, true) === texel;
  return isFirst && Buffer.compare(own.subarray(4), own.subarray(0, length - 4)) === 0;
}

/** A device, and a model of what is in it. */
class Life {
  readonly #guest = new TestGuest({ vramBytes: PAGE, maxImageBytes: LIMIT }, PAGES);
  #things = new Map<string, Thing>();
  #saved: { readonly things: Things; readonly snapshot: Uint8Array } | undefined;
  #value = 0;
  /** Pictures that a host still has, of screens that may be gone. */
  readonly #kept: ScreenTargetImage[] = [];

  constructor() {
    this.#start();
  }

  #start(): void {
    this.#guest.startAt(PAGES - 1);
    const table = { type: SVGA_OTABLE.SCREENTARGET, sizeInBytes: PAGE, validSizeInBytes: 0 };
    const baseAddress = this.#guest.allocatePage();
    this.#guest.must('SET_OTABLE_BASE64', { ...table, baseAddress, ptDepth: SVGA3D_MOBFMT.PTDEPTH_0 });
  }

  get #used(): number {
    const taken = [...this.#things.values()].filter(({ value }) => value !== undefined);
    return taken.reduce((sum, thing) => sum + sizeOf(thing), 0);
  }

  run(each: Step): void {
    const guest = this.#guest;
    const things = this.#things;
    switch (each.kind) {
      case 'surface':
        return this.#makeSurface(each.id, each.rows, each.isShown);
      case 'surface gone':
        if (things.delete(`surface ${each.id}`)) {
          guest.must('DESTROY_GB_SURFACE', { sid: each.id });
        }
        return;
      case 'surface invalid': {
        const surface = things.get(`surface ${each.id}`);
        if (surface !== undefined) {
          guest.must('INVALIDATE_GB_SURFACE', { sid: each.id });
          things.set(`surface ${each.id}`, { ...surface, value: undefined });
        }
        return;
      }
      case 'screen':
        if (!things.has(`screen ${each.id}`)) {
          this.#makeScreen(each.id, each.rows);
          things.set(`screen ${each.id}`, { rows: each.rows, value: undefined });
        }
        return;
      case 'update':
        return this.#update(each.id, each.from);
      case 'screen gone':
        if (things.delete(`screen ${each.id}`)) {
          guest.must('DESTROY_GB_SCREENTARGET', { stid: each.id });
        }
        return;
      case 'snapshot':
        this.#saved = { things: new Map(things), snapshot: guest.device.snapshot() };
        return;
      case 'restore':
        if (this.#saved !== undefined) {
          guest.device.restore(this.#saved.snapshot);
          this.#things = new Map(this.#saved.things);
        }
        return;
      case 'reset':
        guest.writeRegister(SVGA_REG.ENABLE, 0);
        things.clear();
        this.#start();
    }
  }

  #makeSurface(sid: number, height: number, isShown: boolean): void {
    const { device } = this.#guest;
    const name = `surface ${sid}`;
    if (!this.#things.has(name)) {
      const surfaceFlags = isShown ? SVGA3D_SURFACE.SCREENTARGET : 0;
      const fields = { sid, surfaceFlags, format: 1, width: ROW, height };
      this.#guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, ...fields });
      this.#things.set(name, { rows: height, value: undefined });
    }
    this.#guest.must('WRITE_ZERO_SURFACE', { sid });
    const zeros = { rows: this.#things.get(name)?.rows ?? 0, value: undefined };
    this.#things.set(name, zeros);
    if (this.#used + sizeOf(zeros) > LIMIT) {
      expect(device.surfaceImage(sid)).toBeUndefined();
      return;
    }
    const image = device.surfaceImage(sid);
    expect(isAll(image, 0)).toBe(true);
    this.#value = (this.#value % 255) + 1;
    image?.fill(this.#value);
    this.#things.set(name, { ...zeros, value: this.#value });
  }

  #makeScreen(stid: number, height: number): void {
    const place = { xRoot: 0, yRoot: 0, flags: 0, dpi: 0 };
    this.#guest.must('DEFINE_GB_SCREENTARGET', { stid, width: ROW, height, ...place });
  }

  #update(stid: number, sid: number): void {
    const screen = this.#things.get(`screen ${stid}`);
    const surface = this.#things.get(`surface ${sid}`);
    if (screen === undefined || surface?.value === undefined || surface.rows < screen.rows) {
      return;
    }
    this.#guest.must('BIND_GB_SCREENTARGET', { stid, sid, face: 0, mipmap: 0 });
    const isRoom = screen.value !== undefined || this.#used + sizeOf(screen) <= LIMIT;
    const whole = { stid, x: 0, y: 0, w: ROW, h: screen.rows };
    expect(this.#guest.run('UPDATE_GB_SCREENTARGET', whole).status === 1).toBe(isRoom);
    if (isRoom) {
      this.#things.set(`screen ${stid}`, { ...screen, value: surface.value });
    }
  }

  /** What has not its value, and whether more or less memory is free than the model says. */
  faults(): string[] {
    const { device } = this.#guest;
    const faults: string[] = [];
    const taken = [...this.#things].filter(([, thing]) => thing.value !== undefined);
    for (const [name, { value = 0 }] of taken) {
      const [kind, number] = name.split(' ');
      const isSurface = kind === 'surface';
      const picture = isSurface ? undefined : device.screenTarget(Number(number));
      const bytes = isSurface ? device.surfaceImage(Number(number)) : picture?.pixels;
      if (!isAll(bytes, expected(value, isSurface ? value : 255))) {
        faults.push(name);
      }
      if (picture !== undefined) {
        this.#kept.push(picture);
      }
    }
    if (this.#kept.splice(0, this.#kept.length - 4).some(({ pixels }) => pixels.length === 0)) {
      faults.push('a picture that a host has kept');
    }
    const free = (LIMIT - this.#used) / ROW_BYTES;
    if ((free > 0 && !this.#takes(free)) || this.#takes(free + 1)) {
      faults.push('the free memory');
    }
    return faults;
  }

  /** Whether the device has memory for so many rows. */
  #takes(height: number): boolean {
    this.#makeScreen(PROBE, height);
    const isTaken = this.#guest.device.screenTarget(PROBE) !== undefined;
    this.#guest.must('DESTROY_GB_SCREENTARGET', { stid: PROBE });
    return isTaken;
  }
}

it.each(hosts)(
  'in a host %s surfaces and screens come and go, and are what a plain model says',
  (_, hasKernel) => {
    enterHost(hasKernel);
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 30, size: 'max' }), (steps) => {
        const life = new Life();
        for (const each of steps) {
          life.run(each);
          expect(life.faults()).toEqual([]);
        }
      }),
      { numRuns: 2 },
    );
  },
);
