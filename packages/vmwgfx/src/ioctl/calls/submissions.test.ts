import { encodeCommand, SVGA3D_INVALID_ID, SVGA_CB_MAX_SIZE } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { copyCommand } from '../../driver.fixture.js';
import { FaultInjection } from '../../fault-injection.js';
import {
  requests,
  DRM_IOW,
  DRM_VMW_EXECBUF_FLAG,
  DRM_VMW_FE_FLAG_REQ_TIME,
  drm_vmw_synccpu,
  drm_vmw_synccpu_op,
  structs,
} from '@cg/vmwgfx-ioctl';
import { viewOf } from '../user-memory.js';
import { userSpace, type UserProgram } from '../user-program.fixture.js';

const error = (code: string) => expect.objectContaining({ code, name: 'VmwgfxError' }) as Error;

const { IMPORT_FENCE_FD, EXPORT_FENCE_FD } = DRM_VMW_EXECBUF_FLAG;
const NOP = encodeCommand('NOP', { data: new Uint8Array() });

function setUp(device = {}, options = {}) {
  const base = userSpace(options, device);
  return { ...base, user: base.program() };
}

const signaled = (user: UserProgram, handle: number) =>
  user.call(requests.DRM_IOCTL_VMW_FENCE_SIGNALED, structs.fenceSignaled, { handle, flags: 1 });
const unref = (user: UserProgram, handle: number) =>
  user.call(requests.DRM_IOCTL_VMW_FENCE_UNREF, structs.handle, { handle });

describe('EXECBUF', () => {
  it('1.1: has what was stored through the mapping before, and tells of its fence', () => {
    const { user, device, process } = setUp();
    const [from, to] = [user.createSurface(), user.createSurface({ drm_surface_flags: 0 })];
    const { cpu, addressSpace } = process();
    const vma = user.file.mmap({ addressSpace, offset: from.buffer_map_handle, length: from.buffer_size });
    cpu.store8(vma.start + 3, 77);
    const rep = user.submit(copyCommand(from.handle, to.handle, 64, 64));
    expect(rep).toMatchObject({ mask: 1, fd: -1, error: 0, passed_seqno: rep.seqno });
    expect(device.image(user.file.deviceId(to.handle), 0)![3]).toBe(77);
    user.wait(rep.handle);
    expect(signaled(user, rep.handle)).toMatchObject({
      signaled: 1,
      signaled_flags: 1,
      passed_seqno: rep.seqno,
    });
  });

  it('makes no fence handle where none is wanted', () => {
    const { user } = setUp();
    user.submit(NOP, { fence_rep: 0 });
    expect(user.submit(NOP).handle).toBe(0x4000_0000);
  });

  it('refuses versions, flags and sizes that are none, and commands that are not there', () => {
    const { user, device } = setUp();
    const before = device.statistics.perCommand.NOP;
    for (const values of [
      { version: 0 },
      { version: 3 },
      { flags: 4 },
      { command_size: SVGA_CB_MAX_SIZE + 1 },
      { flags: EXPORT_FENCE_FD, fence_rep: 0 },
      { context_handle: 1 },
    ]) {
      expect(() => user.submit(NOP, values)).toThrow(error('EINVAL'));
    }
    expect(() => user.submit(NOP, { commands: 8 })).toThrow(error('EFAULT'));
    expect(() => user.submit(NOP, { commands: 2 ** 63 })).toThrow(error('EFAULT'));
    expect(device.statistics.perCommand.NOP).toBe(before);
  });

  it('refuses bad commands whole, with the offset, and handles of nothing as EINVAL', () => {
    const { user } = setUp();
    const { handle } = user.createSurface();
    const bad = Uint8Array.of(...copyCommand(handle, handle, 1, 1), ...copyCommand(99, handle, 1, 1));
    const refused = expect.objectContaining({
      code: 'EINVAL',
      facts: expect.objectContaining({ offset: copyCommand(1, 1, 1, 1).length, handle: 99 }) as object,
    }) as Error;
    expect(() => user.submit(bad)).toThrow(refused);
    expect(() => user.submit(Uint8Array.of(1, 2, 3))).toThrow(error('EINVAL'));
  });

  it('that cannot tell of its fence has waited for it, and leaves no handle or file descriptor', () => {
    const { user, device, descriptors } = setUp();
    const flags = EXPORT_FENCE_FD;
    expect(() => user.submit(NOP, { fence_rep: 8, flags })).toThrow(error('EFAULT'));
    expect(device.statistics.perCommand.NOP).toBe(1);
    expect(() => descriptors.fence(3)).toThrow(error('EBADF'));
    expect(() => signaled(user, 0x4000_0000)).toThrow(error('EINVAL'));
  });

  it('gives its fence as a file descriptor, and waits for that of another', () => {
    const { user, program, descriptors } = setUp();
    const { fd } = user.submit(NOP, { flags: EXPORT_FENCE_FD });
    const other = program();
    other.submit(NOP, { flags: IMPORT_FENCE_FD, imported_fence_fd: fd });
    const buffer = user.handleToFd(user.allocate(1).handle);
    for (const imported_fence_fd of [buffer, descriptors.install(descriptors.fence(fd)) + 1, -1]) {
      expect(() => other.submit(NOP, { flags: IMPORT_FENCE_FD, imported_fence_fd })).toThrow(error('EINVAL'));
    }
    expect(() => user.fdToHandle(fd)).toThrow(error('EINVAL'));
    descriptors.close(fd);
    expect(() => descriptors.close(fd)).toThrow(error('EBADF'));
  });

  it('is for a context in its second version, and for none in its first', () => {
    const { user, device } = setUp({ dx: true });
    const { cid } = user.call(requests.DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT, structs.context, { cid: 1 });
    user.submit(NOP, { context_handle: cid });
    expect(device.statistics.perCommand.DX_DEFINE_CONTEXT).toBe(1);
    user.submit(NOP, { version: 1, context_handle: 12_345 });
    const short = new DataView(new ArrayBuffer(32));
    short.setUint32(structs.execbuf.offsets.version, 1, true);
    user.fd.ioctl(DRM_IOW(0x40 + requests.DRM_VMW_EXECBUF, 32), short);
    const { handle } = user.allocate(1);
    expect(() => user.submit(NOP, { context_handle: handle })).toThrow(error('EINVAL'));
  });

  it('1.5: that fails for want of memory, or at the device, leaves no fence', () => {
    const faults = new FaultInjection();
    const { user } = setUp({}, { faults });
    const { handle } = user.createSurface();
    const copy = copyCommand(handle, handle, 1, 1);
    for (const [point, code] of [
      ['graphics-charge', 'ENOMEM'],
      ['id', 'ENOMEM'],
      ['command-space', 'ENOMEM'],
      ['device-error', 'EIO'],
    ] as const) {
      faults.fail(point);
      expect(() => user.submit(copy), point).toThrow(error(code));
      faults.disarm();
    }
    expect(user.submit(copy).handle).toBe(0x4000_0000);
  });
});

describe('fences', () => {
  it('are waited for and let go of in one call, or by themselves, as often as they were given', () => {
    const { user } = setUp();
    const { handle } = user.submit(NOP);
    user.wait(handle, { wait_options: 1 });
    expect(() => user.wait(handle)).toThrow(error('EINVAL'));
    const second = user.submit(NOP).handle;
    unref(user, second);
    for (const call of [unref, signaled]) {
      expect(() => call(user, second)).toThrow(error('EINVAL'));
    }
    const { handle: buffer } = user.allocate(1);
    expect(() => unref(user, buffer)).toThrow(error('EINVAL'));
    expect(() => user.closeBuffer(user.submit(NOP).handle)).toThrow(error('EINVAL'));
  });

  it('that have not signalled are EBUSY after their time, at once where that is 0; the cookie is kept', () => {
    const { user, device } = setUp();
    const { handle } = user.submit(NOP);
    // Sets the device back before the fence.
    device.fifo[6] -= 1;
    const wait = (timeout_us: number) => {
      const argument = new DataView(new ArrayBuffer(structs.fenceWait.bytes));
      const none = structs.fenceWait.read(argument, 0);
      const request = { ...none, handle, timeout_us, kernel_cookie: [1, 0xffff_fffe], wait_options: 1 };
      structs.fenceWait.write(argument, 0, request);
      expect(() => user.fd.ioctl(requests.DRM_IOCTL_VMW_FENCE_WAIT, argument)).toThrow(error('EBUSY'));
      expect(structs.fenceWait.read(argument, 0)).toEqual({ ...request, cookie_valid: 1 });
    };
    wait(0);
    wait(10);
    expect(signaled(user, handle)).toMatchObject({ signaled: 0 });
    device.fifo[6] += 1;
    user.wait(handle, { timeout_us: 0 });
  });

  it('are waited for with every bit of the time kept, for who calls again: forever is 2^64 - 1', () => {
    const { user } = setUp();
    const argument = new DataView(new ArrayBuffer(structs.fenceWait.bytes));
    const { handle, timeout_us } = structs.fenceWait.offsets;
    argument.setUint32(handle, user.submit(NOP).handle, true);
    argument.setBigUint64(timeout_us, 2n ** 64n - 1n, true);
    user.fd.ioctl(requests.DRM_IOCTL_VMW_FENCE_WAIT, argument);
    expect(argument.getBigUint64(timeout_us, true)).toBe(2n ** 64n - 1n);
  });

  it('are counted: a program that never lets go is refused before anything is submitted', () => {
    const { user, device } = setUp();
    const argument = new DataView(new ArrayBuffer(structs.execbuf.bytes));
    const none = structs.execbuf.read(argument, 0);
    const fence_rep = user.user.base;
    structs.execbuf.write(argument, 0, { ...none, fence_rep, version: 1 });
    for (let i = 0; i < 16_384; i++) {
      user.fd.ioctl(requests.DRM_IOCTL_VMW_EXECBUF, argument);
    }
    expect(() => user.submit(NOP)).toThrow(error('ENOMEM'));
    const fences = device.statistics.perCommand.FENCE;
    const event = { fence_rep, user_data: [1, 0] };
    const ask = () => user.call(requests.DRM_IOCTL_VMW_FENCE_EVENT, structs.fenceEvent, event);
    expect(ask).toThrow(error('ENOMEM'));
    expect(user.fd.read(1000)).toHaveLength(0);
    expect([device.statistics.perCommand.NOP, device.statistics.perCommand.FENCE]).toEqual([0, fences]);
    unref(user, 0x4000_0000);
    user.submit(NOP);
  });
});

describe('FENCE_EVENT', () => {
  const event = (user: UserProgram, values: Partial<ReturnType<typeof structs.fenceEvent.read>>) =>
    user.call(requests.DRM_IOCTL_VMW_FENCE_EVENT, structs.fenceEvent, values);

  it('is read once the fence has signalled, with what the program gave, bit by bit', () => {
    const { user, device } = setUp();
    const { handle } = user.submit(NOP);
    device.fifo[6] -= 1;
    event(user, { handle, user_data: [0xffff_ffff, 0x8000_0001], flags: DRM_VMW_FE_FLAG_REQ_TIME });
    expect(user.fd.read(1000)).toHaveLength(0);
    device.fifo[6] += 1;
    event(user, { handle, user_data: [2, 0] });
    expect(user.fd.read(23)).toHaveLength(0);
    const first = user.fd.read(47);
    expect(first).toHaveLength(24);
    expect(structs.eventFence.read(viewOf(first), 0)).toEqual({
      type: 0x8000_0000,
      length: 24,
      user_data: [0xffff_ffff, 0x8000_0001],
      tv_sec: 3,
      tv_usec: 7,
    });
    const second = structs.eventFence.read(viewOf(user.fd.read(1000)), 0);
    expect(second).toMatchObject({ user_data: [2, 0], tv_sec: 0, tv_usec: 0 });
    expect(user.fd.read(1000)).toHaveLength(0);
  });

  it('makes a fence of its own, and gives handles of it where they are wanted', () => {
    const { user } = setUp();
    const fence_rep = user.user.base;
    const handleIn = () => structs.fenceRep.read(viewOf(user.user.read(fence_rep, 24)), 0).handle;
    event(user, { fence_rep });
    const handle = handleIn();
    user.wait(handle);
    event(user, { fence_rep, handle });
    expect(handleIn()).toBe(handle);
    unref(user, handle);
    user.wait(handle);
    unref(user, handle);
    expect(() => user.wait(handle)).toThrow(error('EINVAL'));
    expect(user.fd.read(1000)).toHaveLength(48);
    expect(() => event(user, { handle })).toThrow(error('EINVAL'));
    expect(() => event(user, { fence_rep: 8 })).toThrow(error('EFAULT'));
    expect(user.fd.read(1000)).toHaveLength(0);
  });

  it('is ENOMEM for more than 4,096 bytes of unread events', () => {
    const { user } = setUp();
    for (let i = 0; i < 170; i++) {
      event(user, {});
    }
    expect(() => event(user, {})).toThrow(error('ENOMEM'));
    user.fd.read(24);
    event(user, {});
  });
});

describe('SYNCCPU', () => {
  const { read, write, dontblock, allow_cs } = drm_vmw_synccpu;
  const { grab, release } = drm_vmw_synccpu_op;

  it('keeps submissions away until it was released as often as grabbed', () => {
    const { user } = setUp();
    const created = user.createSurface();
    const copy = copyCommand(created.handle, created.handle, 1, 1);
    user.syncCpu(grab, created.buffer_handle, read);
    user.syncCpu(grab, created.buffer_handle, write | dontblock);
    expect(() => user.submit(copy)).toThrow(error('EBUSY'));
    user.syncCpu(release, created.buffer_handle, read);
    expect(() => user.submit(copy)).toThrow(error('EBUSY'));
    user.syncCpu(release, created.buffer_handle, write);
    user.submit(copy);
    expect(() => user.syncCpu(release, created.buffer_handle, write)).toThrow(error('EINVAL'));
  });

  it('only waits where submissions may go on, and does not even that where told', () => {
    const { user, device } = setUp();
    const { handle, buffer_handle } = user.createSurface();
    const copy = copyCommand(handle, handle, 1, 1);
    user.syncCpu(grab, buffer_handle, write | allow_cs);
    user.submit(copy);
    user.syncCpu(release, buffer_handle, write | allow_cs);
    device.fifo[6] -= 1;
    expect(() => user.syncCpu(grab, buffer_handle, write | dontblock)).toThrow(error('EBUSY'));
    expect(() => user.syncCpu(grab, buffer_handle, write | dontblock | allow_cs)).toThrow(error('EBUSY'));
    device.fifo[6] += 1;
    user.syncCpu(grab, buffer_handle, write | dontblock);
  });

  it('refuses flags, operations and handles that are none, and ends with the file', () => {
    const { user, program } = setUp();
    const { handle, buffer_handle } = user.createSurface();
    for (const [op, named, flags] of [
      [grab, buffer_handle, 0],
      [grab, buffer_handle, dontblock],
      [grab, buffer_handle, 16 | read],
      [2, buffer_handle, read],
    ]) {
      expect(() => user.syncCpu(op, named, flags)).toThrow(error('EINVAL'));
    }
    for (const named of [handle, 99]) {
      expect(() => user.syncCpu(grab, named, read)).toThrow(error('ESRCH'));
    }
    const other = program();
    const shared = other.fdToHandle(user.handleToFd(buffer_handle));
    user.syncCpu(grab, buffer_handle, write);
    const surface = other.createSurface({ buffer_handle: shared });
    const copy = copyCommand(surface.handle, surface.handle, 1, 1);
    expect(() => other.submit(copy)).toThrow(error('EBUSY'));
    user.fd.close();
    other.submit(copy);
  });
});

describe('PRIME', () => {
  it('gives one object to several programs, for as long as one has it or the file descriptor', () => {
    const { user, program, descriptors, memory } = setUp();
    const free = memory.freeFrames;
    const { handle, map_handle } = user.allocate(5000);
    const fd = user.handleToFd(handle);
    expect(user.fdToHandle(fd)).toBe(handle);
    user.closeBuffer(handle);
    expect(() => user.closeBuffer(handle)).toThrow(error('EINVAL'));
    const other = program();
    const opened = other.fdToHandle(fd);
    expect(other.file.describe(opened)).toEqual({ kind: 'buffer', bytes: 8192, mapOffset: map_handle });
    descriptors.close(fd);
    other.call(requests.DRM_IOCTL_GEM_CLOSE, structs.handle, { handle: opened });
    expect(memory.freeFrames).toBe(free);
  });

  it('refuses what is not there, what is never shared, other flags and other devices', () => {
    const { user, descriptors } = setUp();
    const { handle } = user.allocate(1);
    expect(() => user.handleToFd(99)).toThrow(error('ENOENT'));
    const { cid } = user.call(requests.DRM_IOCTL_VMW_CREATE_CONTEXT, structs.context, {});
    expect(() => user.handleToFd(cid)).toThrow(error('ENOENT'));
    expect(() => user.fdToHandle(99)).toThrow(error('EBADF'));
    const call = (flags: number) =>
      user.call(requests.DRM_IOCTL_PRIME_HANDLE_TO_FD, structs.primeHandle, { handle, flags });
    expect(() => call(1)).toThrow(error('EINVAL'));
    const { fd } = call(0x8_0002);
    const elsewhere = setUp().user;
    const theirs = elsewhere.fd.descriptors.install(descriptors.shared(fd));
    expect(() => elsewhere.fdToHandle(theirs)).toThrow(error('EINVAL'));
  });

  it('has no more file descriptors than a process', () => {
    const { user, memory, device } = setUp();
    const { handle } = user.allocate(1);
    const free = memory.freeFrames;
    for (let i = 0; i < 1024; i++) {
      expect(user.handleToFd(handle)).toBe(3 + i);
    }
    expect(() => user.handleToFd(handle)).toThrow(error('EMFILE'));
    expect(() => user.submit(NOP, { flags: EXPORT_FENCE_FD })).toThrow(error('EMFILE'));
    expect(device.statistics.perCommand.NOP).toBe(0);
    user.fd.descriptors.close(500);
    expect(user.handleToFd(handle)).toBe(500);
    for (let fd = 3; fd < 1027; fd++) {
      user.fd.descriptors.close(fd);
    }
    user.closeBuffer(handle);
    expect(memory.freeFrames).toBe(free + 1);
  });
});

describe('contexts and shaders', () => {
  it('are made, named and let go of, each by its own call', () => {
    const { user } = setUp({ dx: true });
    const { cid: legacy } = user.call(requests.DRM_IOCTL_VMW_CREATE_CONTEXT, structs.context, {});
    const extended = (kind: number) =>
      user.call(requests.DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT, structs.context, { cid: kind }).cid;
    const [another, dx] = [extended(0), extended(1)];
    expect(() => extended(2)).toThrow(error('EINVAL'));
    const { handle: buffer_handle } = user.allocate(100);
    const shader = (values: Partial<ReturnType<typeof structs.shaderCreate.read>>) =>
      user.call(requests.DRM_IOCTL_VMW_CREATE_SHADER, structs.shaderCreate, {
        size: 64,
        buffer_handle,
        ...values,
      }).shader_handle;
    const made = [
      shader({}),
      shader({ shader_type: 1, offset: 1024 }),
      shader({ buffer_handle: SVGA3D_INVALID_ID }),
    ];
    for (const values of [{ shader_type: 2 }, { size: 4096, offset: 4 }, { size: 0 }, { offset: 2 ** 60 }]) {
      expect(() => shader(values)).toThrow(error('EINVAL'));
    }
    expect(() => shader({ buffer_handle: legacy })).toThrow(error('ESRCH'));
    const unrefContext = (cid: number) =>
      user.call(requests.DRM_IOCTL_VMW_UNREF_CONTEXT, structs.context, { cid });
    const unrefShader = (handle: number) =>
      user.call(requests.DRM_IOCTL_VMW_UNREF_SHADER, structs.handle, { handle });
    expect(() => unrefShader(legacy)).toThrow(error('EINVAL'));
    expect(() => unrefContext(made[0])).toThrow(error('EINVAL'));
    expect(() => user.closeBuffer(legacy)).toThrow(error('EINVAL'));
    [legacy, another, dx].forEach(unrefContext);
    made.forEach(unrefShader);
    expect(() => unrefContext(dx)).toThrow(error('EINVAL'));
  });

  it('are EINVAL with DX where the device has none', () => {
    const { user } = setUp();
    expect(() =>
      user.call(requests.DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT, structs.context, { cid: 1 }),
    ).toThrow(error('EINVAL'));
  });
});
