import { PAGE_SIZE } from '@cg/pagetable';
import { describe, expect, it } from 'vitest';
import { requests, structs, drm_vmw_surface_flag as flag, DRM_VMW_HANDLE } from '@cg/vmwgfx-ioctl';
import { userSpace, type UserProgram } from '../user-program.fixture.js';

const error = (code: string) => expect.objectContaining({ code, name: 'VmwgfxError' }) as Error;

function gemClose(user: UserProgram, handle: number): void {
  user.call(requests.DRM_IOCTL_GEM_CLOSE, structs.handle, { handle });
}

/** GB_SURFACE_REF_EXT: the handles of the surface and of its buffer object. */
function refSurface(user: UserProgram, sid: number, handle_type: number = DRM_VMW_HANDLE.LEGACY) {
  const argument = new DataView(new ArrayBuffer(96));
  structs.surface.write(argument, 0, { sid, handle_type });
  user.fd.ioctl(requests.DRM_IOCTL_VMW_GB_SURFACE_REF_EXT, argument);
  return structs.gbSurfaceCreateRep.read(argument, structs.gbSurfaceCreateExtReq.bytes);
}

type SetUp = ReturnType<typeof userSpace> & { readonly user: UserProgram };

const setUp = (): SetUp => {
  const base = userSpace();
  return { ...base, user: base.program() };
};

const closes: readonly (readonly [string, (user: UserProgram, handle: number) => void])[] = [
  ['GEM_CLOSE', gemClose],
  ['HANDLE_CLOSE', (user, handle) => user.closeBuffer(handle)],
];

/** Every way to a handle of a buffer object, and whether the buffer object survives without it. */
const ways: readonly (readonly [string, boolean, (base: SetUp) => number])[] = [
  ['ALLOC_BO', false, ({ user }) => user.allocate(1).handle],
  ['GB_SURFACE_CREATE_EXT of a coherent surface', true, ({ user }) => user.createSurface().buffer_handle],
  [
    'GB_SURFACE_CREATE_EXT with create_buffer',
    true,
    ({ user }) => user.createSurface({ drm_surface_flags: flag.create_buffer }).buffer_handle,
  ],
  [
    'GB_SURFACE_CREATE_EXT in a buffer object',
    true,
    ({ user }) => user.createSurface({ buffer_handle: user.allocate(4 * PAGE_SIZE).handle }).buffer_handle,
  ],
  [
    'GB_SURFACE_REF_EXT',
    true,
    ({ user }) => {
      const created = user.createSurface();
      user.closeBuffer(created.buffer_handle);
      return refSurface(user, created.handle).buffer_handle;
    },
  ],
  [
    'PRIME_FD_TO_HANDLE of its own, twice',
    false,
    ({ user, descriptors }) => {
      const fd = user.handleToFd(user.allocate(1).handle);
      user.fdToHandle(fd);
      const handle = user.fdToHandle(fd);
      descriptors.close(fd);
      return handle;
    },
  ],
  [
    'PRIME_FD_TO_HANDLE of another program’s, twice',
    false,
    ({ user, program, descriptors }) => {
      const other = program();
      const theirs = other.allocate(1).handle;
      const fd = other.handleToFd(theirs);
      user.fdToHandle(fd);
      const handle = user.fdToHandle(fd);
      other.closeBuffer(theirs);
      descriptors.close(fd);
      return handle;
    },
  ],
];

describe.each(closes)('a handle of a buffer object closed by %s', (_, close) => {
  it.each(ways)('6.5: ends with the first close, and the second is EINVAL: from %s', (__, isKept, make) => {
    const base = setUp();
    const { user, memory } = base;
    const free = memory.freeFrames;
    const handle = make(base);
    close(user, handle);
    expect(() => close(user, handle)).toThrow(error('EINVAL'));
    expect(() => user.handleToFd(handle)).toThrow(error('ENOENT'));
    expect(memory.freeFrames < free).toBe(isKept);
  });
});

describe('PRIME', () => {
  it('gives a program the handle that it exported or imported, as long as that is open', () => {
    const { user, program } = setUp();
    const { handle } = user.allocate(1);
    const fd = user.handleToFd(handle);
    expect([user.fdToHandle(fd), user.fdToHandle(fd)]).toEqual([handle, handle]);
    const other = program();
    other.allocate(1);
    const imported = other.fdToHandle(fd);
    expect(other.fdToHandle(fd)).toBe(imported);
    gemClose(other, imported);
    const again = other.fdToHandle(fd);
    expect(again).not.toBe(imported);
    expect(other.file.describe(again)).toEqual(user.file.describe(handle));
  });

  it('IGT: one GEM_CLOSE after two imports frees the buffer object, with the file descriptor closed', () => {
    const { user, descriptors, memory } = setUp();
    const free = memory.freeFrames;
    const { handle } = user.allocate(1);
    const fd = user.handleToFd(handle);
    user.fdToHandle(fd);
    user.fdToHandle(fd);
    descriptors.close(fd);
    gemClose(user, handle);
    expect(memory.freeFrames).toBe(free);
  });

  it('counts handles of surfaces: each reference is closed', () => {
    const { user } = setUp();
    const { handle } = user.createSurface();
    const fd = user.handleToFd(handle);
    expect([user.fdToHandle(fd), refSurface(user, handle).handle]).toEqual([handle, handle]);
    user.unrefSurface(handle);
    user.unrefSurface(handle);
    expect(user.file.describe(handle).kind).toBe('surface');
    user.unrefSurface(handle);
    expect(() => user.unrefSurface(handle)).toThrow(error('EINVAL'));
  });
});

describe('GB_SURFACE_REF_EXT', () => {
  it('gives a new handle of the buffer object each time: closing one leaves the others', () => {
    const { user, process } = setUp();
    const created = user.createSurface();
    const [first, second] = [refSurface(user, created.handle), refSurface(user, created.handle)];
    const handles = [created, first, second].map(({ buffer_handle }) => buffer_handle);
    expect(new Set(handles).size).toBe(3);
    expect(second.buffer_map_handle).toBe(created.buffer_map_handle);
    user.unrefSurface(created.handle);
    user.unrefSurface(created.handle);
    user.unrefSurface(created.handle);
    const { addressSpace } = process();
    const map = () => user.file.mmap({ addressSpace, offset: created.buffer_map_handle, length: PAGE_SIZE });
    for (const handle of handles) {
      expect(map().pageCount).toBe(1);
      user.closeBuffer(handle);
      expect(() => user.closeBuffer(handle)).toThrow(error('EINVAL'));
    }
    // The mappings keep the object (8.6), but the file may not map it again.
    expect(() => map()).toThrow(error('EACCES'));
  });
});
