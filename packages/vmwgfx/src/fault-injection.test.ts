import { encodeCommand } from '@cg/svga-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '@cg/pagetable';
import { bench, copyCommand, processOf, unmapAll } from './driver.fixture.js';
import { VmwgfxError } from './errors.js';
import { FaultInjection, faultPointNames, faultPoints, type FaultPoint } from './fault-injection.js';
import { methodsAndDevices, OrderedFaults, slowBench } from './slow-device.fixture.js';
import { FixedPolicy } from '@cg/dirty-tracking';

/** 1.5 pages: two surfaces in one buffer object, a page apart or not. */
const WIDTH = 32;
const HEIGHT = 48;
const BYTES = WIDTH * HEIGHT * 4;
const description = { format: 2, width: WIDTH, height: HEIGHT };
const SPACING = 2 * PAGE_SIZE;

type Step =
  | { readonly what: 'store' | 'load'; readonly surface: number; readonly at: number; readonly value: number }
  | { readonly what: 'copy'; readonly from: number; readonly to: number; readonly rows: number }
  | { readonly what: 'switch'; readonly surface: number }
  | { readonly what: 'remap'; readonly surface: number };

interface Fault {
  readonly point: FaultPoint;
  readonly after: number;
  readonly times: number;
}

/** The expected bytes, without pages, devices and failures. */
class Oracle {
  readonly buffers: Uint8Array[];

  constructor(buffers: number) {
    this.buffers = Array.from({ length: buffers }, () => new Uint8Array(2 * SPACING));
  }
}

/**
 * Programs of coherent surfaces: two in one buffer object, two that move between three others; room on the device
 * for fewer surfaces and less memory than there are.
 */
class Program {
  readonly faults = new OrderedFaults();
  readonly oracle = new Oracle(4);
  readonly #set;
  readonly #file;
  readonly #buffers: { readonly handle: number; start: number }[];
  readonly #surfaces: { readonly handle: number; buffer: number; readonly offset: number }[];
  readonly #target: number;

  constructor(method: 'scan' | 'trap', isSlow: boolean) {
    const options = {
      makePolicy: () => new FixedPolicy(method),
      faults: this.faults.injection,
      maxObjects: 5,
      graphicsMemoryLimit: 7 * SPACING,
    };
    this.#set = isSlow ? slowBench(options, { dx: false }, 320) : bench(options, {}, 256);
    const process = processOf(this.#set.memory);
    this.#process = process;
    this.#file = this.#set.driver.open();
    this.#buffers = this.oracle.buffers.map(() => {
      const { handle } = this.#file.createBuffer(2 * SPACING);
      return { handle, start: this.#file.mapBuffer(handle, process.addressSpace).start };
    });
    const places = [
      [0, 0],
      [0, SPACING],
      [1, 0],
      [2, 0],
    ];
    this.#surfaces = places.map(([buffer, offset]) => {
      const backing = { buffer: this.#buffers[buffer].handle, offset };
      const { handle } = this.#file.createSurface({ ...description, coherent: true, backing });
      return { handle, buffer, offset };
    });
    this.#target = this.#file.createSurface(description).handle;
  }

  readonly #process;

  /** Its expected bytes. */
  expected(surface: number): Uint8Array {
    const { buffer, offset } = this.#surfaces[surface];
    return this.oracle.buffers[buffer].subarray(offset, offset + BYTES);
  }

  run(step: Step): void {
    const { cpu, addressSpace } = this.#process;
    if (step.what === 'copy') {
      this.#copy(step.from, step.to, step.rows);
    } else if (step.what === 'switch') {
      this.#switch(2 + (step.surface % 2));
    } else if (step.what === 'remap') {
      const { buffer } = this.#surfaces[step.surface];
      const vma = addressSpace.findVma(this.#buffers[buffer].start)!;
      addressSpace.unmap(vma);
      this.#buffers[buffer].start = this.#file.mapBuffer(this.#buffers[buffer].handle, addressSpace).start;
    } else {
      const at = this.#address(step.surface) + step.at;
      if (step.what === 'store') {
        // An upload that is yet to run would see it.
        this.#set.driver.waitIdle();
      }
      if (step.what === 'load') {
        this.#tried(() => expect(cpu.load8(at)).toBe(this.expected(step.surface)[step.at]));
      } else if (this.#tried(() => cpu.store8(at, step.value))) {
        this.expected(step.surface)[step.at] = step.value;
      }
    }
  }

  /**
   * Compares every byte, as the CPU and as the device sees it, with failures disarmed.
   * @returns what is charged once all is closed
   */
  check(): number[] {
    this.faults.disarm();
    this.#surfaces.forEach((_, i) => {
      this.#file.submit(copyCommand(this.#surfaces[i].handle, this.#target, WIDTH, HEIGHT)).wait();
      const image = this.#set.device.image(this.#file.deviceId(this.#target), 0)!;
      expect(Buffer.compare(image, this.expected(i)), `1.1: surface ${i} on the device`).toBe(0);
      expect(Buffer.compare(this.#load(i), this.expected(i)), `1.2: surface ${i} for the CPU`).toBe(0);
    });
    this.oracle.buffers.forEach((bytes, i) => {
      const loaded = new Uint8Array(bytes.length);
      this.#process.cpu.loadBytes(this.#buffers[i].start, loaded);
      expect(Buffer.compare(loaded, bytes), `buffer object ${i}`).toBe(0);
    });
    const { driver } = this.#set;
    this.#file.close();
    unmapAll(this.#process.addressSpace);
    driver.waitIdle();
    return [driver.state.account.used, driver.state.graphicsMemory.used];
  }

  fail({ point, ...schedule }: Fault): void {
    this.faults.fail(this.#set.driver, point, schedule);
  }

  #address(surface: number): number {
    const { buffer, offset } = this.#surfaces[surface];
    return this.#buffers[buffer].start + offset;
  }

  #load(surface: number): Uint8Array {
    const loaded = new Uint8Array(BYTES);
    this.#process.cpu.loadBytes(this.#address(surface), loaded);
    return loaded;
  }

  /** Whether it succeeded; it may fail only by an injected failure. */
  #tried(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (!['ENOMEM', 'EIO', 'EFAULT'].includes(code)) {
        throw error;
      }
      return false;
    }
  }

  /** Copies the upper rows. */
  #copy(from: number, to: number, rows: number): void {
    const command = copyCommand(this.#surfaces[from].handle, this.#surfaces[to].handle, WIDTH, rows);
    const copied = this.expected(to).slice();
    copied.set(this.expected(from).subarray(0, rows * WIDTH * 4));
    if (!this.#tried(() => this.faults.finish(this.#file.submit(command)))) {
      // Whether the copy itself was done is unknown: with failures disarmed the CPU sees it.
      this.faults.disarm();
      const seen = this.#load(to);
      if (Buffer.compare(seen, this.expected(to)) === 0) {
        return;
      }
      expect(Buffer.compare(seen, copied), 'neither what was there nor what was copied').toBe(0);
    }
    this.expected(to).set(copied);
  }

  /** Moves one of the movable surfaces to the buffer object without one. */
  #switch(surface: number): void {
    const moved = this.#surfaces[surface];
    const free = [1, 2, 3].find((buffer) => this.#surfaces.every((other) => other.buffer !== buffer))!;
    const mobid = this.#buffers[free].handle;
    const bind = encodeCommand('BIND_GB_SURFACE', { sid: moved.handle, mobid });
    if (this.#tried(() => this.faults.finish(this.#file.submit(bind)))) {
      moved.buffer = free;
      return;
    }
    // A completed switch counts, even if the fence after it failed.
    this.faults.disarm();
    const object = this.#file.backingOf(moved.handle);
    this.#file.closeHandle(object.handle);
    moved.buffer = this.#buffers.findIndex(
      ({ handle }) => this.#file.buffer(handle).mapOffset === object.mapOffset,
    );
  }
}

const surface = fc.nat(3);
const rows = fc.integer({ min: 1, max: HEIGHT });
const place = { surface, at: fc.nat(BYTES - 1), value: fc.integer({ min: 1, max: 255 }) };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('store' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('load' as const), ...place }) },
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('copy' as const), from: surface, to: surface, rows }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('switch' as const), surface }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('remap' as const), surface }) },
);
const fault: fc.Arbitrary<Fault> = fc.record({
  point: fc.constantFrom(...faultPointNames),
  after: fc.nat(4),
  times: fc.integer({ min: 1, max: 2 }),
});
const program = fc.array(fc.tuple(fc.option(fault, { freq: 2 }), step), { maxLength: 40 });

const failing = (point: FaultPoint, after: number): Fault => ({ point, after, times: 1 });
const copied = (from: number, to: number, count = 1): Step => ({ what: 'copy', from, to, rows: count });
const touched = (what: 'load' | 'store', where: number): Step => ({ what, surface: where, at: 0, value: 1 });
const switched: Step = { what: 'switch', surface: 1 };

/** Programs that failed once. */
const found: [Fault | null, Step][][] = [
  // A MOB that could not be destroyed without command space, and its id reused.
  [
    [null, copied(0, 2)],
    [failing('command-space', 1), switched],
  ],
  // A refused definition, and the user's copy done nevertheless.
  [
    [null, copied(2, 0)],
    [failing('device-error', 1), copied(0, 1)],
  ],
  // A refused upload, and the user's copy done to another part of what it was for.
  [
    [null, copied(0, 1)],
    [null, { what: 'store', surface: 1, at: 4000, value: 1 }],
    [failing('device-error', 0), copied(0, 1)],
  ],
  // A refused read-back without a fence, left for the next caller.
  [
    [null, copied(0, 1)],
    [failing('device-error', 0), touched('store', 0)],
    [failing('command-space', 1), touched('load', 1)],
  ],
  // A refused binding, and an upload from where the surface was bound before.
  [
    [null, touched('store', 3)],
    [failing('command-space', 3), { what: 'remap', surface: 0 }],
    [null, switched],
    [failing('device-error', 0), copied(3, 0)],
  ],
];

describe.each(methodsAndDevices)(
  'random programs with injected faults, method %s, a device that is done %s',
  (method, _, isSlow) => {
    it('1.1–1.5, 6.5: lose nothing, show nothing stale, and leak nothing', () => {
      fc.assert(
        fc.property(program, (steps) => {
          const run = new Program(method, isSlow);
          for (const [ordered, next] of steps) {
            if (ordered !== null) {
              run.fail(ordered);
            }
            if (next.what !== 'copy' || next.from !== next.to) {
              run.run(next);
            }
          }
          expect(run.check(), 'bytes still charged').toEqual([0, 0]);
        }),
        { numRuns: 150, examples: found.map((steps) => [steps]) },
      );
    });
  },
);

describe('FaultInjection', () => {
  it('fails by name and count', () => {
    const faults = new FaultInjection();
    faults.fail('id', { after: 2, times: 2 });
    const passed = Array.from({ length: 6 }, () => !faults.strikes('id'));
    expect(passed).toEqual([true, true, false, false, true, true]);
    expect([faults.count('id'), faults.count('frames')]).toEqual([2, 0]);
    faults.fail('frames');
    expect(() => faults.pass('frames')).toThrow(VmwgfxError);
    faults.fail('frames');
    faults.disarm();
    expect(() => faults.pass('frames')).not.toThrow();
  });

  it.each(faultPointNames)('reaches %s in the driver', (point) => {
    const faults = new FaultInjection();
    const { driver, process } = bench({ faults });
    const { cpu, addressSpace } = process();
    const file = driver.open();
    const create = () => file.createSurface({ ...description, coherent: true }).handle;
    const target = file.createSurface(description).handle;
    const use = (handle: number) => {
      cpu.store8(file.mapSurface(handle, addressSpace).start, 1);
      file.submit(copyCommand(handle, target, WIDTH, HEIGHT)).wait();
    };
    faults.fail(point);
    const code = point === 'fault-handler' ? 'ENOMEM' : faultPoints[point];
    expect(() => use(create())).toThrow(expect.objectContaining({ code }));
    expect(faults.count(point)).toBe(1);
    expect(() => use(create())).not.toThrow();
  });
});
