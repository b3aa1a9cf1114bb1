import type { Struct, StructValues, FieldTypes } from '@cg/svga-protocol';
import { SVGA3D_INVALID_ID, SVGA_PORT, SVGA_REG } from '@cg/svga-protocol';
import type { SvgaDevice, SvgaDeviceOptions } from '@cg/svga-device';
import type { SvgaHardware } from '../device/svga-ports.js';
import { bench } from '../driver.fixture.js';
import type { DriverOptions } from '../driver.js';
import type { DrmFile } from '../file/drm-file.js';
import { DrmIoctl } from './drm-ioctl.js';
import { Descriptors } from './open-file/descriptors.js';
import { requests, structs, drm_vmw_surface_flag } from '@cg/vmwgfx-ioctl';
import { BufferMemory, viewOf } from './user-memory.js';

const MEMORY_BYTES = 0x1_0000;

/** A user-space program: does what libdrm and Mesa's winsys do, on plain memory. */
export class UserProgram {
  readonly memory = new ArrayBuffer(MEMORY_BYTES);
  readonly user = new BufferMemory(this.memory);
  readonly fd: DrmIoctl;

  constructor(
    readonly file: DrmFile,
    descriptors = new Descriptors(),
  ) {
    this.fd = new DrmIoctl(file, this.user, { descriptors, now: () => 3_000_007 });
  }

  /** Makes a call with a structure, and reads the reply in the same or another structure. */
  call<F extends FieldTypes, R extends FieldTypes = F>(
    request: number,
    structure: Struct<F>,
    values: Partial<StructValues<F>>,
    reply: Struct<R> = structure as unknown as Struct<R>,
  ): StructValues<R> {
    const argument = new DataView(new ArrayBuffer((request >>> 16) & 0x3fff));
    const none = structure.read(new DataView(new ArrayBuffer(structure.bytes)), 0);
    structure.write(argument, 0, { ...none, ...values });
    this.fd.ioctl(request, argument);
    return reply.read(argument, 0);
  }

  parameter(param: number): number {
    return this.call(requests.DRM_IOCTL_VMW_GET_PARAM, structs.getparam, { param }).value;
  }

  allocate(size: number): ReturnType<typeof structs.boRep.read> {
    return this.call(requests.DRM_IOCTL_VMW_ALLOC_BO, structs.allocBoReq, { size }, structs.boRep);
  }

  closeBuffer(handle: number): void {
    this.call(requests.DRM_IOCTL_VMW_HANDLE_CLOSE, structs.handle, { handle });
  }

  /** A coherent A8R8G8B8 surface, 64 by 64, by default. */
  createSurface(values: Partial<ReturnType<typeof structs.gbSurfaceCreateExtReq.read>> = {}) {
    return this.call(
      requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT,
      structs.gbSurfaceCreateExtReq,
      {
        format: 2,
        mip_levels: 1,
        width: 64,
        height: 64,
        depth: 1,
        svga3d_flags: 0x20,
        drm_surface_flags: drm_vmw_surface_flag.coherent,
        buffer_handle: SVGA3D_INVALID_ID,
        ...values,
      },
      structs.gbSurfaceCreateRep,
    );
  }

  unrefSurface(sid: number): void {
    this.call(requests.DRM_IOCTL_VMW_UNREF_SURFACE, structs.surface, { sid });
  }

  /** Submits commands that lie in the program's memory. @returns the fence_rep */
  submit(
    commands: Uint8Array,
    values: Partial<ReturnType<typeof structs.execbuf.read>> = {},
  ): ReturnType<typeof structs.fenceRep.read> {
    const [at, rep] = [this.user.base + 0x1000, this.user.base + 0x100];
    this.user.write(at, commands);
    this.call(requests.DRM_IOCTL_VMW_EXECBUF, structs.execbuf, {
      commands: at,
      command_size: commands.length,
      fence_rep: rep,
      version: 2,
      context_handle: SVGA3D_INVALID_ID,
      imported_fence_fd: -1,
      ...values,
    });
    return structs.fenceRep.read(viewOf(this.user.read(rep, structs.fenceRep.bytes)), 0);
  }

  wait(handle: number, values: Partial<ReturnType<typeof structs.fenceWait.read>> = {}): void {
    const flags = 1;
    this.call(requests.DRM_IOCTL_VMW_FENCE_WAIT, structs.fenceWait, {
      handle,
      flags,
      timeout_us: 1e6,
      ...values,
    });
  }

  syncCpu(op: number, handle: number, flags: number): void {
    this.call(requests.DRM_IOCTL_VMW_SYNCCPU, structs.synccpu, { op, handle, flags });
  }

  handleToFd(handle: number): number {
    return this.call(requests.DRM_IOCTL_PRIME_HANDLE_TO_FD, structs.primeHandle, { handle }).fd;
  }

  fdToHandle(fd: number): number {
    return this.call(requests.DRM_IOCTL_PRIME_FD_TO_HANDLE, structs.primeHandle, { fd }).handle;
  }
}

/** A driver on a device, and its programs. */
export function userSpace(options: DriverOptions = {}, device: SvgaDeviceOptions = {}) {
  const base = bench(options, device);
  const descriptors = new Descriptors();
  const program = () => new UserProgram(base.driver.open(), descriptors);
  return { ...base, descriptors, program };
}

/** The device, claiming a device capability and SVGA_CAP2 bits that it does not have. */
export function claiming(device: SvgaDevice, devcap: number, bits2 = 0): SvgaHardware {
  let index = 0;
  let asked = 0;
  return {
    fifo: device.fifo,
    writePort(port, value) {
      if (port === SVGA_PORT.INDEX) {
        index = value;
      } else if (index === SVGA_REG.DEV_CAP) {
        asked = value;
      }
      device.writePort(port, value);
    },
    readPort(port) {
      const value = device.readPort(port);
      if (port === SVGA_PORT.VALUE && index === SVGA_REG.CAP2) {
        return value | bits2;
      }
      return port === SVGA_PORT.VALUE && index === SVGA_REG.DEV_CAP && asked === devcap ? 1 : value;
    },
  };
}
