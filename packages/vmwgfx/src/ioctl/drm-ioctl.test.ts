import { SVGA3D_DEVCAP } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { VmwgfxDriver } from '../driver.js';
import { DrmIoctl } from './drm-ioctl.js';
import { requests, DRM_IOW, DRM_IOWR, DRM_CAP, DRM_VMW_PARAM, structs } from '@cg/vmwgfx-ioctl';
import { viewOf } from './user-memory.js';
import { claiming, userSpace, UserProgram } from './user-program.fixture.js';

const error = (code: string) => expect.objectContaining({ code, name: 'VmwgfxError' }) as Error;

describe('requests', () => {
  it('of another device are ENOTTY, those that there are not EINVAL, and say so as errno, too', () => {
    const { fd } = userSpace().program();
    const argument = new ArrayBuffer(0x4000);
    expect(() => fd.ioctl(0x5401, argument)).toThrow(error('ENOTTY'));
    expect(() => fd.ioctl(0x5401, argument)).toThrow(expect.objectContaining({ errno: 25 }) as Error);
    for (const nr of [0x01, 0x3f, 0x40 + 33, 0x9f, 0xa0, 0xff]) {
      expect(() => fd.ioctl(DRM_IOWR(nr, 16), argument)).toThrow(error('EINVAL'));
    }
    expect(() => fd.ioctl(NaN, argument)).toThrow(error('ENOTTY'));
  });

  it('of the driver’s own have the size and direction of the header, or are EINVAL', () => {
    const { fd } = userSpace().program();
    const argument = new ArrayBuffer(64);
    for (const request of [DRM_IOWR(0x40, 8), DRM_IOWR(0x40, 24), DRM_IOW(0x40, 16)]) {
      expect(() => fd.ioctl(request, argument)).toThrow(error('EINVAL'));
    }
    expect(fd.ioctl(requests.DRM_IOCTL_VMW_GET_PARAM, argument)).toBe(0);
    // A negative number is the same 32 bits, as a C long has them.
    expect(fd.ioctl(requests.DRM_IOCTL_VMW_GET_PARAM | 0, argument)).toBe(0);
  });

  it('of the DRM core may be shorter or longer: less is 0, and more comes back as it was', () => {
    const { fd } = userSpace().program();
    const short = new DataView(new ArrayBuffer(16));
    fd.ioctl(DRM_IOWR(0x00, 8), short);
    expect([0, 4, 8, 12].map((at) => short.getInt32(at, true))).toEqual([2, 20, 0, 0]);
    const long = new DataView(new ArrayBuffer(100));
    long.setUint32(80, 77, true);
    fd.ioctl(DRM_IOWR(0x00, 96), long);
    expect(long.getUint32(80, true)).toBe(77);
    expect(long.getUint32(structs.version.offsets.name_len, true)).toBe(6);
  });

  it('execbuf alone of the driver’s own may be as short as its first version', () => {
    const { fd } = userSpace().program();
    const argument = new DataView(new ArrayBuffer(32));
    argument.setUint32(structs.execbuf.offsets.version, 1, true);
    expect(fd.ioctl(DRM_IOW(0x40 + requests.DRM_VMW_EXECBUF, 32), argument)).toBe(0);
    argument.setUint32(structs.execbuf.offsets.version, 2, true);
    // The second has a context, and zeros name none.
    expect(() => fd.ioctl(DRM_IOW(0x40 + requests.DRM_VMW_EXECBUF, 32), argument)).toThrow(error('EINVAL'));
  });
});

describe('arguments', () => {
  it('that are too short are EFAULT, with nothing done', () => {
    const { fd, file } = userSpace().program();
    expect(() => fd.ioctl(requests.DRM_IOCTL_VMW_ALLOC_BO, new ArrayBuffer(23))).toThrow(error('EFAULT'));
    expect(() => fd.ioctl(requests.DRM_IOCTL_VMW_CREATE_CONTEXT, new ArrayBuffer(7))).toThrow(
      error('EFAULT'),
    );
    expect(() => file.describe(1)).toThrow(error('ENOENT'));
  });

  it('may be a view, or an address in the memory of the process', () => {
    const { fd, user } = userSpace().program();
    const bytes = new Uint8Array(40).fill(9);
    const view = new DataView(bytes.buffer, 16, 16);
    structs.getparam.write(view, 0, { value: 0, param: DRM_VMW_PARAM.DEVICE_ID, pad64: 0 });
    user.write(user.base + 8, bytes.slice(16, 32));
    fd.ioctl(requests.DRM_IOCTL_VMW_GET_PARAM, view);
    expect(structs.getparam.read(view, 0).value).toBe(0x0405);
    expect([bytes[15], bytes[32]]).toEqual([9, 9]);
    fd.ioctl(requests.DRM_IOCTL_VMW_GET_PARAM, user.base + 8);
    expect(structs.getparam.read(viewOf(user.read(user.base + 8, 16)), 0).value).toBe(0x0405);
    expect(() => fd.ioctl(requests.DRM_IOCTL_VMW_GET_PARAM, 8)).toThrow(error('EFAULT'));
    expect(() => fd.ioctl(requests.DRM_IOCTL_VMW_GET_PARAM)).toThrow(error('EFAULT'));
    // Nothing is copied in, or out, of an argument of no bytes.
    expect(() => fd.ioctl(DRM_IOWR(0x00, 0), 8)).not.toThrow();
  });
});

describe('DRM_IOCTL_VERSION', () => {
  it('says which driver it is, as far as there is room for it', () => {
    const { user, fd } = userSpace().program();
    const argument = new DataView(new ArrayBuffer(structs.version.bytes));
    const none = structs.version.read(argument, 0);
    structs.version.write(argument, 0, {
      ...none,
      name: user.base,
      name_len: 4,
      date: user.base + 32,
      date_len: 32,
    });
    fd.ioctl(requests.DRM_IOCTL_VERSION, argument);
    const version = structs.version.read(argument, 0);
    const { major, minor, patchlevel } = DrmIoctl.version;
    expect([version.version_major, version.version_minor, version.version_patchlevel]).toEqual([
      major,
      minor,
      patchlevel,
    ]);
    const text = (at: number, length: number) => String.fromCharCode(...user.read(at, length));
    expect(text(user.base, 6)).toBe('vmwg\0\0');
    expect(text(user.base + 32, version.date_len)).toBe('20211206');
    expect(version.name_len).toBe(6);
  });
});

describe('DRM_VMW_GET_PARAM and GET_3D_CAP', () => {
  const setUp = (device = {}) => {
    const base = userSpace({ graphicsMemoryLimit: 2 ** 24 }, { vramBytes: 2 ** 23, ...device });
    return { ...base, user: base.program() };
  };

  it('say what the device and the driver have', () => {
    const { user, driver } = setUp({ dx: true, sm41: true });
    const { capabilities, capabilities2, fifoCapabilities, maxPrimaryBytes } = driver.state.device;
    const values = Object.entries(DRM_VMW_PARAM).map(([name, param]) => [name, user.parameter(param)]);
    expect(Object.fromEntries(values)).toEqual({
      NUM_STREAMS: 0,
      NUM_FREE_STREAMS: 0,
      '3D': 1,
      HW_CAPS: capabilities,
      FIFO_CAPS: fifoCapabilities,
      MAX_FB_SIZE: maxPrimaryBytes,
      FIFO_HW_VERSION: 0x2_0001,
      MAX_SURF_MEMORY: 2 ** 23,
      '3D_CAPS_SIZE': 8 + 262 * 8 + 4,
      MAX_MOB_MEMORY: 2 ** 24,
      MAX_MOB_SIZE: 512 * 2 ** 20,
      SCREEN_TARGET: 0,
      DX: 1,
      HW_CAPS2: capabilities2,
      SM4_1: 1,
      SM5: 0,
      GL43: 0,
      DEVICE_ID: 0x0405,
    });
    expect(Math.min(capabilities, capabilities2, fifoCapabilities, maxPrimaryBytes)).toBeGreaterThan(0);
    expect(() => user.parameter(18)).toThrow(error('EINVAL'));
  });

  it('tell a program of guest-backed objects once it has asked for their memory', () => {
    const { user } = setUp({ dx: true });
    expect([
      user.parameter(DRM_VMW_PARAM.MAX_SURF_MEMORY),
      user.parameter(DRM_VMW_PARAM['3D_CAPS_SIZE']),
    ]).toEqual([2 ** 23, 2108]);
    const address = user.user.base;
    const ask = (max_size: number) =>
      user.call(requests.DRM_IOCTL_VMW_GET_3D_CAP, structs.get3dCap, { buffer: address, max_size });
    const word = (index: number) => viewOf(user.user.read(address + index * 4, 4)).getUint32(0, true);
    ask(2108);
    // Length in words and type of the record, then pairs of index and value.
    expect([word(0), word(1), word(2), word(3)]).toEqual([526, 0x100, 0, 1]);
    expect([
      word(2 + 2 * SVGA3D_DEVCAP.MAX_TEXTURE_WIDTH),
      word(3 + 2 * SVGA3D_DEVCAP.MAX_TEXTURE_WIDTH),
    ]).toEqual([SVGA3D_DEVCAP.MAX_TEXTURE_WIDTH, 8192]);
    user.parameter(DRM_VMW_PARAM.MAX_MOB_MEMORY);
    expect([
      user.parameter(DRM_VMW_PARAM.MAX_SURF_MEMORY),
      user.parameter(DRM_VMW_PARAM['3D_CAPS_SIZE']),
    ]).toEqual([2 ** 24, 262 * 4]);
    user.user.write(address, new Uint8Array(64).fill(0xff));
    ask(20 * 4);
    expect([word(0), word(SVGA3D_DEVCAP.MAX_TEXTURE_WIDTH)]).toEqual([1, 8192]);
    expect(() => ask(0)).toThrow(error('EINVAL'));
    expect(() =>
      user.call(requests.DRM_IOCTL_VMW_GET_3D_CAP, structs.get3dCap, { buffer: 16, max_size: 100 }),
    ).toThrow(error('EFAULT'));
  });

  it('keep MULTISAMPLE_MASKABLESAMPLES to themselves, for older programs that would use it', () => {
    const { device, memory } = userSpace();
    const driver = new VmwgfxDriver(memory, claiming(device, SVGA3D_DEVCAP.DEAD5));
    const user = new UserProgram(driver.open());
    expect(user.file.device.deviceCapabilities[SVGA3D_DEVCAP.DEAD5]).toBe(1);
    const buffer = user.user.base;
    user.call(requests.DRM_IOCTL_VMW_GET_3D_CAP, structs.get3dCap, { buffer, max_size: 2108 });
    expect([...user.user.read(buffer + 8 + SVGA3D_DEVCAP.DEAD5 * 8, 8)]).toEqual([
      SVGA3D_DEVCAP.DEAD5,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]);
  });

  it('DRM_IOCTL_GET_CAP: handles are shared both ways, and there are no dumb buffers', () => {
    const { user } = setUp();
    const ask = (capability: number) =>
      user.call(requests.DRM_IOCTL_GET_CAP, structs.getCap, { capability }).value;
    expect([ask(DRM_CAP.PRIME), ask(DRM_CAP.DUMB_BUFFER)]).toEqual([3, 0]);
    expect(() => ask(99)).toThrow(error('EINVAL'));
  });
});

const requestsByName = new Map(Object.entries(requests));

describe('what is not offered', () => {
  it.each([
    [
      'EACCES',
      [
        'CURSOR_BYPASS',
        'CONTROL_STREAM',
        'CLAIM_STREAM',
        'UNREF_STREAM',
        'PRESENT',
        'PRESENT_READBACK',
        'UPDATE_LAYOUT',
      ],
    ],
    ['ENOSYS', ['MKSSTAT_RESET', 'MKSSTAT_ADD', 'MKSSTAT_REMOVE']],
    ['EINVAL', ['MSG']],
  ])('is %s', (code, names) => {
    const { fd } = userSpace().program();
    for (const name of names) {
      const request = requestsByName.get(`DRM_IOCTL_VMW_${name}`);
      expect(() => fd.ioctl(request as number, new ArrayBuffer(128)), name).toThrow(error(code));
    }
  });
});
