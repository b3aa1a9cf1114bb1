import { PAGE_SIZE } from '@cg/pagetable';
import { SVGA3D_DEVCAP, SVGA3D_INVALID_ID, SVGA_CAP2 } from '@cg/svga-protocol';
import { describe, expect, it, vi } from 'vitest';
import { copyCommand } from '../../driver.fixture.js';
import { VmwgfxDriver } from '../../driver.js';
import { faultPointNames, FaultInjection } from '../../fault-injection.js';
import { requests, structs, drm_vmw_surface_flag as flag, DRM_VMW_HANDLE } from '@cg/vmwgfx-ioctl';
import { claiming, userSpace, UserProgram } from '../user-program.fixture.js';

const error = (code: string) => expect.objectContaining({ code, name: 'VmwgfxError' }) as Error;

const PIXELS = 64 * 64 * 4;
const CUBEMAP = 1;
const BIND_STREAM_OUTPUT = 0x0400_0000;
const MULTISAMPLE = 1;
const BUFFER = 37;
const P8 = 97;

function setUp(device = {}, options = {}) {
  const base = userSpace(options, device);
  const emit = vi.spyOn(base.driver.state.queue, 'emit');
  /** The command that defined the surface with its first use. */
  const definition = (program: UserProgram, handle: number) => {
    emit.mockClear();
    program.submit(copyCommand(handle, handle, 1, 1));
    return emit.mock.calls.find(([name]) => name.startsWith('DEFINE_GB_SURFACE'))!.slice(0, 2);
  };
  return { ...base, user: base.program(), definition };
}

const refExt = (program: UserProgram, sid: number, handle_type: number = DRM_VMW_HANDLE.LEGACY) => {
  const argument = new DataView(new ArrayBuffer(96));
  structs.surface.write(argument, 0, { sid, handle_type });
  program.fd.ioctl(requests.DRM_IOCTL_VMW_GB_SURFACE_REF_EXT, argument);
  const created = structs.gbSurfaceCreateExtReq.bytes;
  return {
    creq: structs.gbSurfaceCreateExtReq.read(argument, 0),
    crep: structs.gbSurfaceCreateRep.read(argument, created),
  };
};

/** The handles that a program has, of those it may have been given. */
function handlesOf({ file }: UserProgram): number[] {
  return Array.from({ length: 20 }, (_, handle) => handle).filter((handle) => {
    try {
      return file.describe(handle);
    } catch {
      return false;
    }
  });
}

describe('GB_SURFACE_CREATE_EXT', () => {
  it('of a coherent surface comes with a buffer object, a handle of it and its place in the mapping', () => {
    const { user, process } = setUp();
    const created = user.createSurface();
    expect(created).toMatchObject({ backup_size: PIXELS, buffer_size: PIXELS });
    expect(user.file.describe(created.buffer_handle)).toMatchObject({
      kind: 'buffer',
      mapOffset: created.buffer_map_handle,
    });
    const { cpu, addressSpace } = process();
    const vma = user.file.mmap({ addressSpace, offset: created.buffer_map_handle, length: PIXELS });
    cpu.store32(vma.start, 7);
    expect(user.file.statistics(created.handle).method).toBe('scan');
    user.closeBuffer(created.buffer_handle);
    // The surface keeps its buffer object.
    expect(cpu.load32(vma.start)).toBe(7);
    user.unrefSurface(created.handle);
    expect(() => user.file.describe(created.handle)).toThrow(error('ENOENT'));
  });

  it('has no buffer object unless asked for one', () => {
    const { user } = setUp();
    expect(user.createSurface({ drm_surface_flags: 0 })).toMatchObject({
      buffer_handle: SVGA3D_INVALID_ID,
      buffer_size: 0,
      buffer_map_handle: 0,
    });
    const { buffer_handle } = user.createSurface({ drm_surface_flags: flag.create_buffer });
    expect(user.file.describe(buffer_handle)).toMatchObject({ kind: 'buffer', bytes: PIXELS });
  });

  it('puts it into a buffer object that is large enough, which stays its user’s', () => {
    const { user } = setUp();
    const { handle, map_handle } = user.allocate(2 * PIXELS);
    const created = user.createSurface({ buffer_handle: handle });
    expect(created).toMatchObject({
      buffer_handle: handle,
      buffer_size: 2 * PIXELS,
      buffer_map_handle: map_handle,
    });
    user.closeBuffer(handle);
    expect(() => user.closeBuffer(handle)).toThrow(error('EINVAL'));
    const small = user.allocate(PIXELS / 2);
    expect(() => user.createSurface({ buffer_handle: small.handle })).toThrow(error('EINVAL'));
    expect(() => user.createSurface({ buffer_handle: 99 })).toThrow(error('ESRCH'));
    expect(() => user.createSurface({ buffer_handle: created.handle })).toThrow(error('ESRCH'));
  });

  it('hands flags, arrays, samples and strides on to the device as the device can have them', () => {
    const { user, definition } = setUp({ dx: true, sm41: true });
    const defined = (values: Parameters<typeof user.createSurface>[0]) =>
      definition(user, user.createSurface(values).handle);
    expect(defined({ svga3d_flags: 0x40 })).toMatchObject(['DEFINE_GB_SURFACE', { surfaceFlags: 0x40 }]);
    expect(defined({ svga3d_flags: CUBEMAP, mip_levels: 3 })).toMatchObject([
      'DEFINE_GB_SURFACE',
      { surfaceFlags: CUBEMAP, numMipLevels: 3 },
    ]);
    expect(defined({ array_size: 1 })).toMatchObject(['DEFINE_GB_SURFACE_V2', { arraySize: 1 }]);
    expect(
      defined({
        array_size: 2,
        multisample_count: 4,
        svga3d_flags_upper_32_bits: MULTISAMPLE,
        multisample_pattern: 1,
        quality_level: 1,
      }),
    ).toMatchObject([
      'DEFINE_GB_SURFACE_V3',
      {
        surfaceFlags: 2 ** 32 + 0x20,
        arraySize: 2,
        multisampleCount: 4,
        multisamplePattern: 1,
        qualityLevel: 1,
      },
    ]);
  });

  it('hands a stride on where the device says that it has shader model 5', () => {
    const { device, memory } = userSpace({}, { dx: true, sm41: true });
    const file = new VmwgfxDriver(memory, claiming(device, SVGA3D_DEVCAP.SM5, SVGA_CAP2.DX3)).open();
    const { handle } = new UserProgram(file).createSurface({
      format: BUFFER,
      width: 64,
      height: 1,
      array_size: 1,
      buffer_byte_stride: 16,
    });
    expect(file.describe(handle)).toMatchObject({ traits: { bufferByteStride: 16 } });
    file.submit(copyCommand(handle, handle, 1, 1));
    expect(device.statistics.perCommand.DEFINE_GB_SURFACE_V4).toBe(1);
  });

  it.each([
    ['an array without DX', {}, { array_size: 1 }],
    [
      'samples without SM4.1',
      { dx: true },
      { multisample_count: 4, svga3d_flags_upper_32_bits: MULTISAMPLE },
    ],
    ['64-bit flags without SM4.1', { dx: true }, { svga3d_flags_upper_32_bits: 2 }],
    ['a pattern without SM4.1', { dx: true }, { multisample_pattern: 1 }],
    ['a quality level without SM4.1', { dx: true }, { quality_level: 1 }],
    ['a stride without SM5', { dx: true, sm41: true }, { buffer_byte_stride: 4 }],
    [
      'the multisample flag without samples',
      { dx: true, sm41: true },
      { svga3d_flags_upper_32_bits: MULTISAMPLE },
    ],
    ['samples without the multisample flag', { dx: true, sm41: true }, { multisample_count: 2 }],
    ['25 mip levels', {}, { mip_levels: 25 }],
    ['a format that is none', {}, { format: 0 }],
    ['a format beyond the last', {}, { format: 0xffff_ffff }],
    ['no width', {}, { width: 0 }],
    ['a side beyond the device’s', {}, { width: 8193 }],
    ['too many bytes', {}, { width: 8192, height: 8192, depth: 8192 }],
    ['countless layers', { dx: true }, { array_size: 0xffff_ffff, width: 1, height: 1 }],
    ['a screen of a format that none has', {}, { format: BUFFER, drm_surface_flags: flag.scanout }],
  ])('is EINVAL for %s, and leaves nothing', (_what, device, values) => {
    const { user, driver, memory } = setUp(device);
    const free = memory.freeFrames;
    expect(() => user.createSurface(values)).toThrow(error('EINVAL'));
    expect([memory.freeFrames, driver.state.account.used]).toEqual([free, 0]);
    expect(user.createSurface().handle).toBe(1);
  });

  it('takes screens of the formats that have some', () => {
    const { user } = setUp();
    expect(user.createSurface({ format: P8, drm_surface_flags: flag.scanout }).handle).toBe(1);
  });

  it('D2: gives what streams are written to the device’s 16 bytes behind its own, which are never uploaded', () => {
    const { user, process } = setUp({ dx: true });
    const values = { format: BUFFER, width: PAGE_SIZE, height: 1, svga3d_flags: BIND_STREAM_OUTPUT };
    const { handle, backup_size, buffer_map_handle } = user.createSurface(values);
    expect(backup_size).toBe(PAGE_SIZE + 16);
    const { cpu, addressSpace } = process();
    const { start } = user.file.mmap({ addressSpace, offset: buffer_map_handle, length: 2 * PAGE_SIZE });
    cpu.store8(start + PAGE_SIZE + 4, 1);
    user.submit(copyOfBytes(handle));
    expect(user.file.statistics(handle)).toMatchObject({ pagesDirtied: 1, boxes: 0 });
    cpu.store8(start + 4, 1);
    user.submit(copyOfBytes(handle));
    expect(user.file.statistics(handle)).toMatchObject({ boxes: 1, bytesUploaded: PAGE_SIZE });
  });

  it.each(faultPointNames)('1.5: with a fault at %s leaves no half of itself', (point) => {
    const faults = new FaultInjection();
    const { user, driver, memory } = setUp({}, { faults });
    const free = memory.freeFrames;
    for (const drm_surface_flags of [flag.coherent, flag.create_buffer]) {
      faults.fail(point);
      let handle: number | undefined;
      try {
        handle = user.createSurface({ drm_surface_flags }).handle;
      } catch (thrown) {
        expect(thrown).toEqual(error('ENOMEM'));
      }
      faults.disarm();
      if (handle === undefined) {
        expect([memory.freeFrames, driver.state.account.used]).toEqual([free, 0]);
        expect(handlesOf(user)).toEqual([]);
      } else {
        user.fd.file.closeHandle(handle + 1);
        user.unrefSurface(handle);
      }
    }
  });
});

/** A copy of one byte, which uploads whatever is dirty. */
function copyOfBytes(handle: number): Uint8Array {
  return copyCommand(handle, handle, 1, 1);
}

describe('GB_SURFACE_CREATE', () => {
  it('is the same without what came later', () => {
    const { user } = setUp();
    const created = user.call(
      requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE,
      structs.gbSurfaceCreateReq,
      {
        format: 2,
        mip_levels: 1,
        width: 64,
        height: 64,
        depth: 1,
        drm_surface_flags: 8,
        buffer_handle: SVGA3D_INVALID_ID,
      },
      structs.gbSurfaceCreateRep,
    );
    expect(created).toMatchObject({ backup_size: PIXELS, buffer_size: PIXELS });
    const argument = new DataView(new ArrayBuffer(72));
    structs.surface.write(argument, 0, { sid: created.handle, handle_type: 0 });
    user.fd.ioctl(requests.DRM_IOCTL_VMW_GB_SURFACE_REF, argument);
    expect(structs.gbSurfaceCreateReq.read(argument, 0)).toMatchObject({ format: 2, width: 64 });
    // Handles of buffer objects are not counted: the reference returns a new one.
    const { buffer_handle } = structs.gbSurfaceCreateRep.read(argument, 48);
    expect(structs.gbSurfaceCreateRep.read(argument, 48)).toEqual({ ...created, buffer_handle });
    expect(buffer_handle).not.toBe(created.buffer_handle);
  });
});

describe('GB_SURFACE_REF_EXT', () => {
  it('says what the surface was created with, and counts: it goes with its last handle', () => {
    const { user } = setUp({ dx: true, sm41: true });
    const values = {
      svga3d_flags: 0x8000_0020,
      svga3d_flags_upper_32_bits: 0x8000_0001,
      multisample_count: 2,
      multisample_pattern: 1,
      quality_level: 2,
      array_size: 3,
    };
    const created = user.createSurface(values);
    const { creq, crep } = refExt(user, created.handle);
    expect(creq).toMatchObject({ ...values, format: 2, mip_levels: 1, width: 64, height: 64, depth: 1 });
    expect([creq.drm_surface_flags, creq.buffer_handle]).toEqual([0, crep.buffer_handle]);
    expect(crep).toEqual({ ...created, buffer_handle: crep.buffer_handle });
    user.unrefSurface(created.handle);
    user.closeBuffer(created.buffer_handle);
    expect(user.file.describe(created.handle).kind).toBe('surface');
    user.unrefSurface(created.handle);
    user.closeBuffer(crep.buffer_handle);
    expect(() => user.unrefSurface(created.handle)).toThrow(error('EINVAL'));
  });

  it('of one behind a file descriptor gives another program the surface and its buffer object', () => {
    const { user, program, process } = setUp();
    const created = user.createSurface();
    const fd = user.handleToFd(created.handle);
    const other = program();
    other.allocate(1);
    const { crep } = refExt(other, fd, DRM_VMW_HANDLE.PRIME);
    expect(crep.handle).not.toBe(created.handle);
    expect(crep.buffer_map_handle).toBe(created.buffer_map_handle);
    const { cpu, addressSpace } = process();
    const map = (by: UserProgram) =>
      by.file.mmap({ addressSpace, offset: crep.buffer_map_handle, length: PIXELS });
    cpu.store8(map(user).start, 5);
    expect(cpu.load8(map(other).start)).toBe(5);
  });

  it('refuses what is not there, not a surface, or has nothing to share, and takes nothing', () => {
    const { user, program } = setUp();
    const { handle: buffer } = user.allocate(1);
    const { handle: bare } = user.createSurface({ drm_surface_flags: 0 });
    const fd = user.handleToFd(buffer);
    const other = program();
    const prime = DRM_VMW_HANDLE.PRIME;
    expect(() => refExt(user, 99)).toThrow(error('EINVAL'));
    expect(() => refExt(user, buffer)).toThrow(error('EINVAL'));
    expect(() => refExt(user, bare)).toThrow(error('EINVAL'));
    expect(() => refExt(other, fd, prime)).toThrow(error('ENOSYS'));
    expect(() => refExt(other, 1000, prime)).toThrow(error('EBADF'));
    expect(() => refExt(other, 0xffff_ffff, prime)).toThrow(error('EBADF'));
    // As on a render node, another file's surface cannot be reached by its number.
    expect(() => refExt(other, bare)).toThrow(error('EINVAL'));
    expect(handlesOf(other)).toEqual([]);
    user.unrefSurface(bare);
    user.closeBuffer(buffer);
    expect(handlesOf(user)).toEqual([]);
  });
});

describe('CREATE_SURFACE, from before there were guest-backed objects', () => {
  const create = (
    user: UserProgram,
    values: object,
    sizes: readonly (readonly number[])[],
    at = user.user.base,
  ) => {
    const bytes = new Uint8Array(sizes.length * 16);
    sizes.forEach(([width, height, depth], i) =>
      structs.size.write(new DataView(bytes.buffer), i * 16, { width, height, depth, pad64: 0 }),
    );
    user.user.write(user.user.base, bytes);
    const request = { format: 2, mip_levels: [sizes.length, 0, 0, 0, 0, 0], size_addr: at, ...values };
    return user.call(
      requests.DRM_IOCTL_VMW_CREATE_SURFACE,
      structs.surfaceCreateReq,
      request,
      structs.surface,
    ).sid;
  };
  const chain = [
    [64, 32, 1],
    [32, 16, 1],
    [16, 8, 1],
  ];

  it('makes one that is guest-backed all the same', () => {
    const { user, definition } = setUp();
    const sid = create(user, { flags: 0x20 }, chain);
    expect(user.file.describe(sid)).toMatchObject({
      kind: 'surface',
      width: 64,
      mipLevels: 3,
      isBacked: false,
    });
    expect(definition(user, sid)).toMatchObject([
      'DEFINE_GB_SURFACE',
      { width: 64, height: 32, numMipLevels: 3 },
    ]);
    const cube = create(
      user,
      { flags: CUBEMAP, mip_levels: [1, 1, 1, 1, 1, 1] },
      Array.from({ length: 6 }, () => [8, 8, 1]),
    );
    expect(user.file.describe(cube)).toMatchObject({ cube: true, layers: 6 });
  });

  it('gives a shareable one a backing, for who knows these', () => {
    const { user } = setUp();
    const sid = create(user, { shareable: 1 }, chain);
    expect(user.file.describe(sid)).toMatchObject({ isBacked: true });
    expect(refExt(user, sid).crep.buffer_size).toBe(3 * PAGE_SIZE);
  });

  it('1.5: that has no frames for it leaves nothing', () => {
    const faults = new FaultInjection();
    const { user } = setUp({}, { faults });
    faults.fail('frames');
    expect(() => create(user, { shareable: 1 }, chain)).toThrow(error('ENOMEM'));
    expect(handlesOf(user)).toEqual([]);
  });

  it('says its size again', () => {
    const { user } = setUp();
    const sid = create(user, { flags: 0x20 }, chain);
    const address = user.user.base + 512;
    const argument = new DataView(new ArrayBuffer(48));
    structs.surfaceCreateReq.write(argument, 0, {
      ...structs.surfaceCreateReq.read(argument, 0),
      size_addr: address,
      scanout: 7,
    });
    structs.surface.write(argument, 0, { sid, handle_type: 0 });
    user.fd.ioctl(requests.DRM_IOCTL_VMW_REF_SURFACE, argument);
    expect(structs.surfaceCreateReq.read(argument, 0)).toEqual({
      flags: 0x20,
      format: 2,
      mip_levels: [3, 0, 0, 0, 0, 0],
      size_addr: address,
      shareable: 0,
      scanout: 7,
    });
    expect([...user.user.read(address, 16)]).toEqual([64, 0, 0, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    structs.surface.write(argument, 0, { sid, handle_type: 0 });
    argument.setUint32(structs.surfaceCreateReq.offsets.size_addr, 8, true);
    expect(() => user.fd.ioctl(requests.DRM_IOCTL_VMW_REF_SURFACE, argument)).toThrow(error('EFAULT'));
    user.unrefSurface(sid);
    user.unrefSurface(sid);
    expect(() => user.unrefSurface(sid)).toThrow(error('EINVAL'));
  });

  it('refuses chains and faces that the device could not have, and sizes that are not there', () => {
    const { user } = setUp();
    expect(() =>
      create(user, {}, [
        [64, 32, 1],
        [30, 16, 1],
      ]),
    ).toThrow(error('EINVAL'));
    expect(() => create(user, { mip_levels: [1, 1, 0, 0, 0, 0] }, chain)).toThrow(error('EINVAL'));
    expect(() => create(user, { flags: CUBEMAP }, chain)).toThrow(error('EINVAL'));
    expect(() => create(user, { mip_levels: [0, 0, 0, 0, 0, 0] }, chain)).toThrow(error('EINVAL'));
    expect(() => create(user, { mip_levels: [25, 0, 0, 0, 0, 0] }, chain)).toThrow(error('EINVAL'));
    expect(() => create(user, {}, chain, 8)).toThrow(error('EFAULT'));
    expect(() => create(user, {}, chain, 2 ** 60)).toThrow(error('EFAULT'));
  });
});
