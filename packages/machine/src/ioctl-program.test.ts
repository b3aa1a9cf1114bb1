import { encodeCommand } from '@cg/svga-protocol';
import { Descriptors, DrmIoctl, ProcessMemory } from '@cg/vmwgfx/ioctl';
import {
  DRM_IOCTL_PRIME_HANDLE_TO_FD,
  DRM_IOCTL_VERSION,
  DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT,
  DRM_IOCTL_VMW_EXECBUF,
  drm_vmw_context,
  DRM_IOCTL_VMW_FENCE_WAIT,
  DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT,
  DRM_IOCTL_VMW_GB_SURFACE_REF_EXT,
  DRM_IOCTL_VMW_GET_PARAM,
  DRM_IOCTL_VMW_HANDLE_CLOSE,
  DRM_IOCTL_VMW_UNREF_SURFACE,
  drm_vmw_surface_flag,
  DRM_VMW_HANDLE,
  DRM_VMW_PARAM,
  structs,
} from '@cg/vmwgfx-ioctl';
import { PAGE_SIZE } from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { Machine, type Process } from './machine.js';
import { policyFor, trackingMethods } from './tracking-methods.js';

/*
 * A program that uses only the device file: its arguments, commands and replies lie in its own memory, which calls
 * access through its page tables.
 */

const SIDE = 128;
const ROW = SIDE * 4;
const NONE = 0xffff_ffff;
/** SVGA3dResourceType of a 2D texture. */
const TEXTURE2D = 3;
const RED = 0xffff_0000;

/** Layout of the program's argument page. */
const ARGUMENT = 0;
const FENCE_REP = 0x200;
const COMMANDS = 0x400;

class Program {
  readonly fd: DrmIoctl;
  readonly page: number;
  readonly #memory: ProcessMemory;

  constructor(
    machine: Machine,
    readonly process: Process,
    descriptors: Descriptors,
  ) {
    const { addressSpace, file } = process;
    this.#memory = new ProcessMemory(addressSpace, machine.cpus[0]);
    this.fd = new DrmIoctl(file, this.#memory, { descriptors });
    const heap = machine.driver.open();
    this.page = heap.mapBuffer(heap.createBuffer(PAGE_SIZE).handle, addressSpace).start;
  }

  /** Writes the given fields to the argument, calls, and returns the argument after the call. */
  call(request: number, fill: (argument: DataView) => void): DataView {
    const bytes = new Uint8Array(96);
    fill(new DataView(bytes.buffer));
    this.#memory.write(this.page + ARGUMENT, bytes);
    expect(this.fd.ioctl(request, this.page + ARGUMENT)).toBe(0);
    return new DataView(this.#memory.read(this.page + ARGUMENT, 96).buffer);
  }

  parameter(param: number): number {
    const argument = this.call(DRM_IOCTL_VMW_GET_PARAM, (a) =>
      structs.getparam.write(a, 0, { value: 0, param, pad64: 0 }),
    );
    return structs.getparam.read(argument, 0).value;
  }

  createSurface() {
    const argument = this.call(DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT, (a) =>
      structs.gbSurfaceCreateExtReq.write(a, 0, {
        ...structs.gbSurfaceCreateExtReq.read(a, 0),
        format: 2,
        mip_levels: 1,
        width: SIDE,
        height: SIDE,
        depth: 1,
        drm_surface_flags: drm_vmw_surface_flag.coherent | drm_vmw_surface_flag.shareable,
        buffer_handle: NONE,
      }),
    );
    return structs.gbSurfaceCreateRep.read(argument, 0);
  }

  map({
    buffer_map_handle: offset,
    buffer_size: length,
  }: {
    buffer_map_handle: number;
    buffer_size: number;
  }): number {
    return this.fd.file.mmap({ addressSpace: this.process.addressSpace, offset, length }).start;
  }

  /** Copies the upper half of one surface to `row` of another. */
  copy(srcSid: number, destSid: number, row: number): void {
    const box = { x: 0, y: row, z: 0, w: SIDE, h: SIDE / 2, d: 1, srcx: 0, srcy: 0, srcz: 0 };
    const images = { srcSid, srcFace: 0, srcMipmap: 0, destSid, destFace: 0, destMipmap: 0 };
    this.submit(encodeCommand('SURFACE_COPY', { ...images, boxes: [box] }));
  }

  /** Submits commands for a context, or none, and waits for the fence. */
  submit(commands: Uint8Array, context_handle = NONE): void {
    this.#memory.write(this.page + COMMANDS, commands);
    this.call(DRM_IOCTL_VMW_EXECBUF, (a) =>
      structs.execbuf.write(a, 0, {
        commands: this.page + COMMANDS,
        command_size: commands.length,
        throttle_us: 0,
        fence_rep: this.page + FENCE_REP,
        version: 2,
        flags: 0,
        context_handle,
        imported_fence_fd: -1,
      }),
    );
    const rep = new DataView(this.#memory.read(this.page + FENCE_REP, structs.fenceRep.bytes).buffer);
    const { handle, error } = structs.fenceRep.read(rep, 0);
    expect(error).toBe(0);
    this.call(DRM_IOCTL_VMW_FENCE_WAIT, (a) =>
      structs.fenceWait.write(a, 0, {
        ...structs.fenceWait.read(a, 0),
        handle,
        timeout_us: 1_000_000,
        flags: 1,
        wait_options: 1,
      }),
    );
  }
}

describe.each(trackingMethods)('method %s', (method) => {
  const setUp = () => {
    const machine = new Machine({
      memoryBytes: 32 * 2 ** 20,
      device: { dx: true },
      driver: { makePolicy: policyFor(method) },
    });
    const descriptors = new Descriptors();
    const spawn = () => new Program(machine, machine.spawn(), descriptors);
    return { machine, spawn };
  };

  it('1.1, 1.2: pixels of a program that uses only ioctls reach the device and are read back', () => {
    const { machine, spawn } = setUp();
    const program = spawn();
    const version = program.call(DRM_IOCTL_VERSION, () => undefined);
    expect([version.getInt32(0, true), version.getInt32(4, true)]).toEqual([2, 20]);
    expect(program.parameter(DRM_VMW_PARAM.DX)).toBe(1);
    expect(program.parameter(DRM_VMW_PARAM.MAX_MOB_MEMORY)).toBeGreaterThan(0);
    const [canvas, screen] = [program.createSurface(), program.createSurface()];
    const [drawn, shown] = [program.map(canvas), program.map(screen)];
    const [writer, reader] = machine.cpus;
    for (let frame = 1; frame <= 12; frame++) {
      // Both CPUs store, one of them into the row that it loads from below.
      writer.store32(drawn + frame * ROW + 4, frame);
      reader.store32(shown + (SIDE - 1) * ROW, frame * 1000);
      program.copy(canvas.handle, screen.handle, 0);
      expect(reader.load32(shown + frame * ROW + 4)).toBe(frame);
      expect(writer.load32(shown + (SIDE - 1) * ROW)).toBe(frame * 1000);
      program.copy(screen.handle, canvas.handle, SIDE / 2);
      expect(writer.load32(drawn + (SIDE / 2 + frame) * ROW + 4)).toBe(frame);
    }
    const image = machine.device.image(program.fd.file.deviceId(screen.handle), 0)!;
    expect(image[12 * ROW + 4]).toBe(12);
  });

  it('1.2: a load sees a clear of a DX context after the fence, and the next use uploads a store to it', () => {
    const { machine, spawn } = setUp();
    const program = spawn();
    const created = program.call(DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT, (a) =>
      a.setUint32(0, drm_vmw_context.dx, true),
    );
    const { cid } = structs.context.read(created, 0);
    const [canvas, screen] = [program.createSurface(), program.createSurface()];
    const start = program.map(canvas);
    const [cpu] = machine.cpus;
    cpu.store32(start, 0x1234_5678);
    const view = { sid: canvas.handle, format: 2, resourceDimension: TEXTURE2D };
    const image = { mipSlice: 0, firstArraySlice: 0, arraySize: 1 };
    const define = encodeCommand('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 0, ...view, ...image });
    const clear = { renderTargetViewId: 0, r: 1, g: 0, b: 0, a: 1 };
    program.submit(Uint8Array.of(...define, ...encodeCommand('DX_CLEAR_RENDERTARGET_VIEW', clear)), cid);
    expect([cpu.load32(start), cpu.load32(start + SIDE * ROW - 4)]).toEqual([RED, RED]);
    cpu.store32(start + 4, 9);
    program.copy(canvas.handle, screen.handle, 0);
    const shown = program.map(screen);
    expect([cpu.load32(shown), cpu.load32(shown + 4)]).toEqual([RED, 9]);
  });

  it('two processes share a surface by a file descriptor, and either may exit first', () => {
    const { machine, spawn } = setUp();
    const first = spawn();
    const second = spawn();
    const [cpu, otherCpu] = machine.cpus;
    otherCpu.run(second.process.addressSpace);
    cpu.run(first.process.addressSpace);
    const mine = first.createSurface();
    const shared = first.call(DRM_IOCTL_PRIME_HANDLE_TO_FD, (a) =>
      structs.primeHandle.write(a, 0, { handle: mine.handle, flags: 0, fd: 0 }),
    );
    const { fd } = structs.primeHandle.read(shared, 0);
    const reply = second.call(DRM_IOCTL_VMW_GB_SURFACE_REF_EXT, (a) =>
      structs.surface.write(a, 0, { sid: fd, handle_type: DRM_VMW_HANDLE.PRIME }),
    );
    const theirs = structs.gbSurfaceCreateRep.read(reply, structs.gbSurfaceCreateExtReq.bytes);
    const [a, b] = [first.map(mine), second.map(theirs)];
    cpu.store32(a + 8, 42);
    second.copy(theirs.handle, theirs.handle, SIDE / 2);
    expect(otherCpu.load32(b + (SIDE / 2) * ROW + 8)).toBe(42);
    first.fd.close();
    second.fd.descriptors.close(fd);
    otherCpu.store32(b + 12, 43);
    second.copy(theirs.handle, theirs.handle, SIDE / 2);
    expect(otherCpu.load32(b + (SIDE / 2) * ROW + 12)).toBe(43);
    second.call(DRM_IOCTL_VMW_UNREF_SURFACE, (x) =>
      structs.surface.write(x, 0, { sid: theirs.handle, handle_type: 0 }),
    );
    second.call(DRM_IOCTL_VMW_HANDLE_CLOSE, (x) =>
      structs.handle.write(x, 0, { handle: theirs.buffer_handle, pad64: 0 }),
    );
    const { graphicsMemory } = machine.driver.state;
    expect([otherCpu.load32(b + 12), graphicsMemory.used > 0], '8.6: mapped still').toEqual([43, true]);
    machine.cpus.forEach((each) => each.run(undefined));
    [first, second].forEach(({ process }) => process.addressSpace.exit());
    expect(graphicsMemory.used).toBe(0);
  });
});
