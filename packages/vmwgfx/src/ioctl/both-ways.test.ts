import { PAGE_SIZE, type AddressSpace, type Cpu } from '@cg/pagetable';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyCommand } from '../driver.fixture.js';
import { VmwgfxError } from '../errors.js';
import type { CpuAccess } from '../file/cpu-access.js';
import type { DrmFile } from '../file/drm-file.js';
import {
  requests,
  structs,
  drm_vmw_surface_flag,
  drm_vmw_synccpu,
  drm_vmw_synccpu_op,
} from '@cg/vmwgfx-ioctl';
import { userSpace, type UserProgram } from './user-program.fixture.js';

const SIDE = 32;
const BYTES = SIDE * SIDE * 4;
const NO_BUFFER = 0xffff_ffff;

/** The calls of a program, in one of the two ways. */
interface Way {
  createBuffer(bytes: number): number[];
  /** Handle of the surface, and of its buffer object. */
  createSurface(coherent: boolean, buffer: number): number[];
  closeBuffer(handle: number): void;
  closeSurface(handle: number): void;
  createContext(): number;
  submit(commands: Uint8Array): void;
  grab(buffer: number): void;
  release(buffer: number): void;
  offset(buffer: number): number;
  readonly file: DrmFile;
}

function byMethods(file: DrmFile): Way {
  const grabbed = new Map<number, CpuAccess[]>();
  const close = (handle: number, kind: string) => {
    if (file.describe(handle).kind !== kind) {
      throw new VmwgfxError('EINVAL', 'another kind');
    }
    file.closeHandle(handle);
  };
  const offset = (buffer: number) => {
    const described = file.describe(buffer);
    if (described.kind !== 'buffer') {
      throw new VmwgfxError('EINVAL', 'another kind');
    }
    return described.mapOffset;
  };
  return {
    file,
    offset,
    createBuffer(bytes) {
      const { handle, mapOffset } = file.createBuffer(bytes);
      return [handle, mapOffset];
    },
    createSurface(coherent, buffer) {
      const given = buffer === NO_BUFFER ? {} : { backing: { buffer } };
      const { handle, bytes } = file.createSurface({
        format: 2,
        width: SIDE,
        height: SIDE,
        coherent,
        ...given,
      });
      if (buffer !== NO_BUFFER) {
        return [handle, bytes, buffer, offset(buffer)];
      }
      const backing = file.backingOf(handle);
      return [handle, bytes, backing.handle, backing.mapOffset];
    },
    closeBuffer: (handle) => close(handle, 'buffer'),
    closeSurface: (handle) => close(handle, 'surface'),
    createContext: () => file.createContext({ kind: 'legacy' }),
    submit: (commands) => file.submit(commands).wait(),
    grab(buffer) {
      grabbed.set(buffer, [...(grabbed.get(buffer) ?? []), file.syncCpu(buffer)]);
    },
    release(buffer) {
      file.buffer(buffer);
      const access = grabbed.get(buffer)?.pop();
      if (access === undefined) {
        throw new VmwgfxError('EINVAL', 'not grabbed');
      }
      access.release();
    },
  };
}

function byIoctls(program: UserProgram): Way {
  const { read } = drm_vmw_synccpu;
  return {
    file: program.file,
    createBuffer(size) {
      const { handle, map_handle } = program.allocate(size);
      return [handle, map_handle];
    },
    createSurface(coherent, buffer_handle) {
      const { create_buffer, coherent: flag } = drm_vmw_surface_flag;
      const drm_surface_flags = coherent ? flag : create_buffer;
      const created = program.createSurface({ width: SIDE, height: SIDE, buffer_handle, drm_surface_flags });
      return [created.handle, created.backup_size, created.buffer_handle, created.buffer_map_handle];
    },
    closeBuffer: (handle) => program.closeBuffer(handle),
    closeSurface: (handle) => program.unrefSurface(handle),
    createContext: () => program.call(requests.DRM_IOCTL_VMW_CREATE_CONTEXT, structs.context, {}).cid,
    submit(commands) {
      program.wait(program.submit(commands).handle, { wait_options: 1 });
    },
    grab: (buffer) => program.syncCpu(drm_vmw_synccpu_op.grab, buffer, read),
    release: (buffer) => program.syncCpu(drm_vmw_synccpu_op.release, buffer, read),
    offset: (buffer) => {
      const described = program.file.describe(buffer);
      return described.kind === 'buffer' ? described.mapOffset : NaN;
    },
  };
}

/** A machine whose one process uses one of the ways. */
class Side {
  readonly #base = userSpace();
  readonly #way: Way;
  readonly #cpu: Cpu;
  readonly #addressSpace: AddressSpace;
  readonly #commands: [string, unknown][] = [];
  readonly #starts: number[] = [];

  constructor(ioctls: boolean) {
    this.#base.driver.state.events.listen((event) => {
      if (event.kind === 'command-emitted') {
        this.#commands.push([event.command, event.fields]);
      }
    });
    this.#way = ioctls ? byIoctls(this.#base.program()) : byMethods(this.#base.driver.open());
    const { cpu, addressSpace } = this.#base.process();
    this.#cpu = cpu;
    this.#addressSpace = addressSpace;
  }

  /** The result or failure of a step: for ioctls an unknown handle is EINVAL, or ESRCH for a buffer. */
  run(step: (way: Way, side: Side) => unknown): unknown {
    try {
      return step(this.#way, this) ?? 'done';
    } catch (error) {
      if (error instanceof VmwgfxError) {
        const code = error.code === 'ENOENT' ? 'EINVAL' : error.code;
        return error.facts.wanted === 'buffer' ? 'ESRCH' : code;
      }
      const { code } = error as { code?: string };
      if (code === undefined) {
        throw error;
      }
      return code;
    }
  }

  map(buffer: number): void {
    const offset = this.#way.offset(buffer);
    const { start } = this.#way.file.mmap({ addressSpace: this.#addressSpace, offset, length: PAGE_SIZE });
    this.#starts.push(start);
  }

  store(mapping: number, at: number, value: number): void {
    this.#cpu.store8(this.#start(mapping) + at, value);
  }

  load(mapping: number, at: number): number {
    return this.#cpu.load8(this.#start(mapping) + at);
  }

  #start(mapping: number): number {
    return this.#starts[mapping % Math.max(this.#starts.length, 1)] ?? 0;
  }

  /** What the device was sent, except undone refusals, and its content. */
  outcome(): unknown {
    const images = Array.from({ length: 12 }, (_, sid) =>
      Buffer.from(this.#base.device.image(sid, 0) ?? []).toString('base64'),
    );
    return { commands: this.#commands, images, free: this.#base.memory.freeFrames };
  }
}

const handle = fc.integer({ min: 1, max: 10 });
const at = fc.integer({ min: 0, max: PAGE_SIZE - 1 });
type Step = (way: Way, side: Side) => unknown;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 0, max: 3 * BYTES }).map(
    (bytes): Step =>
      (way) =>
        way.createBuffer(bytes),
  ),
  fc
    .tuple(
      fc.boolean(),
      fc.oneof({ weight: 3, arbitrary: fc.constant(NO_BUFFER) }, { weight: 1, arbitrary: handle }),
    )
    .map(
      ([coherent, buffer]): Step =>
        (way) =>
          way.createSurface(coherent, buffer),
    ),
  fc.tuple(handle, handle).map(
    ([from, to]): Step =>
      (way) =>
        way.submit(copyCommand(from, to, SIDE, SIDE)),
  ),
  handle.map(
    (h): Step =>
      (_, side) =>
        side.map(h),
  ),
  fc.tuple(handle, at, fc.integer({ min: 1, max: 255 })).map(
    ([m, byte, value]): Step =>
      (_, side) =>
        side.store(m, byte, value),
  ),
  fc.tuple(handle, at).map(
    ([m, byte]): Step =>
      (_, side) =>
        side.load(m, byte),
  ),
  handle.map(
    (h): Step =>
      (way) =>
        way.closeBuffer(h),
  ),
  handle.map(
    (h): Step =>
      (way) =>
        way.closeSurface(h),
  ),
  handle.map(
    (h): Step =>
      (way) =>
        way.grab(h),
  ),
  handle.map(
    (h): Step =>
      (way) =>
        way.release(h),
  ),
  fc.constant<Step>((way) => way.createContext()),
);

/** Gives most programs objects to work on: surfaces 1 and 3 in buffer objects 2 and 4, mapped. */
const prelude: readonly Step[] = [
  (way) => way.createSurface(true, NO_BUFFER),
  (way) => way.createSurface(false, NO_BUFFER),
  (_, side) => side.map(2),
  (_, side) => side.map(4),
  (way) => way.submit(copyCommand(1, 3, SIDE, SIDE)),
];

describe('ioctls and methods', () => {
  it('give, refuse, send to the device and leave in memory the same', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const [methods, ioctls] = [new Side(false), new Side(true)];
        for (const each of [...prelude, ...steps]) {
          expect(ioctls.run(each)).toEqual(methods.run(each));
        }
        expect(ioctls.outcome()).toEqual(methods.outcome());
      }),
      { numRuns: 50 },
    );
  });
});
