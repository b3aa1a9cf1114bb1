import { SVGA3D_INVALID_ID, type CommandFields, type CommandName } from '@cg/svga-protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, setUpContexts, targetView } from './contexts.fixture.js';
import { unmapAll } from './driver.fixture.js';
import { FaultInjection, faultPointNames, type FaultPoint } from './fault-injection.js';
import { methodsAndDevices, OrderedFaults, slowBench } from './slow-device.fixture.js';
import { FixedPolicy, type TrackingMethod } from '@cg/dirty-tracking';

const SURFACES = 3;
const WIDTH = 32;
const HEIGHT = 48;
const BYTES = WIDTH * HEIGHT * 4;

type Step =
  | { readonly what: 'store' | 'load'; readonly surface: number; readonly at: number; readonly value: number }
  | { readonly what: 'clear' | 'end' | 'bind'; readonly surface: number; readonly far: boolean }
  | { readonly what: 'draw' | 'evict' };

interface Fault {
  readonly point: FaultPoint;
  readonly after: number;
}

/** Programs that clear coherent surfaces through the views of a context, against bytes without a device. */
class Program {
  readonly faults = new OrderedFaults();
  readonly #set;
  readonly #surfaces: { readonly handle: number; readonly start: number; readonly expected: Uint8Array }[];
  #clears = 0;

  constructor(method: TrackingMethod, isSlow: boolean) {
    const options = {
      makePolicy: () => new FixedPolicy(method),
      faults: this.faults.injection,
      maxObjects: 24,
    };
    this.#set = isSlow ? setUpContexts(options, {}, 350, slowBench) : setUpContexts(options, {}, 256);
    const { file, addressSpace } = this.#set;
    this.#surfaces = Array.from({ length: SURFACES }, () => {
      const { handle } = file.createSurface({ format: 2, width: WIDTH, height: HEIGHT, coherent: true });
      const { start } = file.mapSurface(handle, addressSpace);
      return { handle, start, expected: new Uint8Array(BYTES) };
    });
  }

  run(step: Step): void {
    const { cpu, evictAll } = this.#set;
    switch (step.what) {
      case 'store':
      case 'load': {
        const { start, expected } = this.#surfaces[step.surface];
        if (step.what === 'load') {
          this.#done(() => expect(cpu.load8(start + step.at)).toBe(expected[step.at]));
        } else if (this.#done(() => cpu.store8(start + step.at, step.value)) === undefined) {
          expected[step.at] = step.value;
        }
        return;
      }
      case 'clear':
        return this.#clear(step.surface, step.far);
      case 'bind': {
        const view = { depthStencilViewId: SVGA3D_INVALID_ID, renderTargetViewIds: [this.#view(step)] };
        this.#done(() => this.#send('DX_SET_RENDERTARGETS', view), 'ENOENT');
        return;
      }
      case 'end':
        this.#done(
          () => this.#send('DX_DESTROY_RENDERTARGET_VIEW', { renderTargetViewId: this.#view(step) }),
          'ENOENT',
        );
        return;
      case 'draw':
        this.#done(() => this.#send('DX_DRAW', draw));
        return;
      case 'evict':
        this.#done(evictAll);
    }
  }

  /** Compares every byte, with failures disarmed. @returns what is charged once all is closed */
  check(): number[] {
    this.faults.disarm();
    const { file, device, send, driver, addressSpace } = this.#set;
    this.#surfaces.forEach(({ handle, start, expected }, i) => {
      send('DX_SET_MIN_LOD', { sid: handle, minLOD: 0 }).wait();
      const image = device.image(file.deviceId(handle), 0)!;
      expect(Buffer.compare(image, expected), `1.1: surface ${i} on the device`).toBe(0);
      expect(Buffer.compare(this.#load(start), expected), `1.2: surface ${i} for the CPU`).toBe(0);
    });
    file.close();
    unmapAll(addressSpace);
    driver.waitIdle();
    return [driver.state.account.used, driver.state.graphicsMemory.used];
  }

  fail({ point, after }: Fault): void {
    this.faults.fail(this.#set.driver, point, { after });
  }

  #send<N extends CommandName>(name: N, fields: CommandFields<N>): void {
    this.faults.finish(this.#set.send(name, fields));
  }

  /** A view by its surface; far ones make the table grow. */
  #view({ surface, far }: { readonly surface: number; readonly far: boolean }): number {
    return surface + (far ? 300 : 0);
  }

  #load(start: number): Uint8Array {
    const loaded = new Uint8Array(BYTES);
    this.#set.cpu.loadBytes(start, loaded);
    return loaded;
  }

  #clear(surface: number, far: boolean): void {
    const { handle, start, expected } = this.#surfaces[surface];
    const renderTargetViewId = this.#view({ surface, far });
    const format = { ...targetView(renderTargetViewId, handle) };
    this.#done(() => this.#send('DX_DEFINE_RENDERTARGET_VIEW', format), 'EINVAL');
    const blue = (++this.#clears % 255) / 255;
    const cleared = Uint8Array.from({ length: BYTES }, (_, i) => (i % 4 === 0 ? this.#clears % 255 : 0));
    const clear = { renderTargetViewId, r: 0, g: 0, b: blue, a: 0 };
    const failed = this.#done(() => this.#send('DX_CLEAR_RENDERTARGET_VIEW', clear), 'ENOENT');
    if (failed === 'ENOENT') {
      return;
    }
    if (failed !== undefined) {
      // Whether the clear itself was done is unknown: with failures disarmed the CPU sees it.
      this.faults.disarm();
      const seen = this.#load(start);
      if (Buffer.compare(seen, expected) === 0) {
        return;
      }
      expect(Buffer.compare(seen, cleared), 'neither what was there nor what was cleared').toBe(0);
    }
    expected.set(cleared);
  }

  /** The code that it failed with: of an injected failure, or one that the caller allows. */
  #done(act: () => void, ...allowed: string[]): string | undefined {
    try {
      act();
      return undefined;
    } catch (error) {
      const code = (error as { code?: string }).code ?? '';
      if (!['ENOMEM', 'EIO', 'EFAULT', ...allowed].includes(code)) {
        throw error;
      }
      return code;
    }
  }
}

const surface = fc.nat(SURFACES - 1);
const place = { surface, at: fc.nat(BYTES - 1), value: fc.integer({ min: 1, max: 255 }) };
const kind = <T extends string>(what: T) => fc.constant(what);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: kind('store'), ...place }) },
  { weight: 2, arbitrary: fc.record({ what: kind('load'), ...place }) },
  { weight: 4, arbitrary: fc.record({ what: kind('clear'), surface, far: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ what: kind('bind'), surface, far: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: kind('end'), surface, far: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ what: kind('draw') }) },
  { weight: 1, arbitrary: fc.record({ what: kind('evict') }) },
);
const fault: fc.Arbitrary<Fault> = fc.record({
  point: fc.constantFrom(...faultPointNames),
  after: fc.nat(20),
});
const program = fc.array(fc.tuple(fc.option(fault, { freq: 2 }), step), { maxLength: 30 });

describe.each(methodsAndDevices)(
  'random programs of contexts with injected faults, method %s, a device that is done %s',
  (method, _, isSlow) => {
    it('1.1–1.5, 6.5: lose nothing, show nothing stale, and leak nothing', () => {
      fc.assert(
        fc.property(program, (steps) => {
          const run = new Program(method, isSlow);
          for (const [ordered, next] of steps) {
            if (ordered !== null) {
              run.fail(ordered);
            }
            run.run(next);
          }
          expect(run.check(), 'bytes still charged').toEqual([0, 0]);
        }),
        { numRuns: 100 },
      );
    });
  },
);

describe('a context that another thread closes during a submission', () => {
  it('6.5: goes after what a failing submission did to it is taken back', () => {
    const faults = new FaultInjection();
    const { file, context, canvas, memory, submit, driver, cpu, addressSpace } = setUpContexts({ faults });
    const { handle, start } = canvas();
    cpu.store32(start, 5);
    const { handle: code } = file.createBuffer(4096);
    memory.preemption.at('submit: between scan and transfer', () => {
      file.closeHandle(context!);
      faults.fail('command-space');
    });
    expect(() =>
      submit((writer) => {
        writer.write('DX_DEFINE_RENDERTARGET_VIEW', targetView(0, handle));
        writer.write('DX_DEFINE_SHADER', { shaderId: 0, type: 1, sizeInBytes: 100 });
        writer.write('DX_BIND_SHADER', { cid: SVGA3D_INVALID_ID, shid: 0, mobid: code, offsetInBytes: 0 });
      }),
    ).toThrow(expect.objectContaining({ code: 'ENOMEM' }));
    expect(cpu.load32(start)).toBe(5);
    file.close();
    unmapAll(addressSpace);
    expect([driver.state.account.used, driver.state.graphicsMemory.used]).toEqual([0, 0]);
    expect([driver.state.mobIds.allocate(), driver.state.dxContextIds.allocate()]).toEqual([0, 0]);
  });
});
