import { SVGA3D_DEVCAP } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { DeviceDescription } from '../../file/descriptions.js';
import type { CallHandler, OpenFile } from '../open-file/open-file.js';
import { structs, DRM_CAP, DRM_PRIME_CAP, DRM_VMW_PARAM } from '@cg/vmwgfx-ioctl';
import { viewOf } from '../user-memory.js';

/** The version of the interface: that of the newest vmwgfx_drm.h. */
export const driverVersion = { major: 2, minor: 20, patchlevel: 0 } as const;

const driverName = 'vmwgfx';
/** The date of the header's version 2.20. */
const driverDate = '20211206';
const driverDescription = '@cg/vmwgfx';

/** SVGA3D_HWVERSION_WS8_B1 of svga3d_reg.h: the kernel's answer for every device with guest-backed objects. */
const HWVERSION_WS8_B1 = 2 * 0x1_0000 + 1;

/** PCI device id of the SVGA II device. */
const DEVICE_ID = 0x0405;

/** SVGA3DCAPS_RECORD_DEVCAPS of svga3d_caps.h. */
const RECORD_DEVCAPS = 0x100;
const RECORD_HEADER_BYTES = 8;
const PAIR_BYTES = 8;

const yes = (is: boolean): number => (is ? 1 : 0);

/** Most bytes that DRM_VMW_GET_3D_CAP returns. */
function capabilityBytes({ file, knowsGuestBacked }: OpenFile): number {
  const { length } = file.device.deviceCapabilities;
  return knowsGuestBacked ? length * 4 : RECORD_HEADER_BYTES + length * PAIR_BYTES + 4;
}

/** Values of parameters that depend on the device alone. */
const parameters = new Map<number, (device: DeviceDescription) => number>([
  [DRM_VMW_PARAM.NUM_STREAMS, () => 0],
  [DRM_VMW_PARAM.NUM_FREE_STREAMS, () => 0],
  [DRM_VMW_PARAM['3D'], (device) => yes(device.deviceCapabilities[SVGA3D_DEVCAP['3D']] !== 0)],
  [DRM_VMW_PARAM.HW_CAPS, (device) => device.capabilities],
  [DRM_VMW_PARAM.FIFO_CAPS, (device) => device.fifoCapabilities],
  [DRM_VMW_PARAM.MAX_FB_SIZE, (device) => device.maxPrimaryBytes],
  [DRM_VMW_PARAM.FIFO_HW_VERSION, () => HWVERSION_WS8_B1],
  [DRM_VMW_PARAM.MAX_MOB_MEMORY, (device) => device.graphicsMemoryBytes],
  [DRM_VMW_PARAM.MAX_MOB_SIZE, (device) => device.maxMobBytes],
  // No screens are driven.
  [DRM_VMW_PARAM.SCREEN_TARGET, () => 0],
  [DRM_VMW_PARAM.DX, (device) => yes(device.hasDx)],
  [DRM_VMW_PARAM.HW_CAPS2, (device) => device.capabilities2],
  [DRM_VMW_PARAM.SM4_1, (device) => yes(device.hasSm41)],
  [DRM_VMW_PARAM.SM5, (device) => yes(device.hasSm5)],
  [DRM_VMW_PARAM.GL43, (device) => yes(device.hasGl43)],
  [DRM_VMW_PARAM.DEVICE_ID, () => DEVICE_ID],
]);

function parameter(open: OpenFile, param: number): number {
  const { device } = open.file;
  switch (param) {
    case DRM_VMW_PARAM.MAX_SURF_MEMORY:
      // A user that does not know guest-backed objects accounts for surfaces only; their backings take as much again.
      return open.knowsGuestBacked ? device.graphicsMemoryBytes : Math.floor(device.graphicsMemoryBytes / 2);
    case DRM_VMW_PARAM['3D_CAPS_SIZE']:
      return capabilityBytes(open);
    case DRM_VMW_PARAM.MAX_MOB_MEMORY:
      open.knowsGuestBacked = true;
  }
  const value = parameters.get(param);
  if (value === undefined) {
    throw new VmwgfxError('EINVAL', `there is no parameter ${param}`);
  }
  return value(device);
}

/** DRM_VMW_GET_PARAM. */
export const getParam: CallHandler = (open, argument) => {
  const request = structs.getparam.read(argument, 0);
  structs.getparam.write(argument, 0, { ...request, value: parameter(open, request.param) });
};

/**
 * DRM_VMW_GET_3D_CAP: the device capabilities by index, for users that know guest-backed objects; for others the
 * record of index and value that devices without these keep in the FIFO.
 */
export const get3dCap: CallHandler = (open, argument) => {
  const { buffer, max_size, pad64 } = structs.get3dCap.read(argument, 0);
  if (pad64 !== 0 || max_size === 0) {
    throw new VmwgfxError('EINVAL', 'capabilities need room, and a pad of 0', { bytes: max_size });
  }
  const bytes = new Uint8Array(Math.min(max_size, capabilityBytes(open)));
  const capabilities = Uint32Array.from(open.file.device.deviceCapabilities);
  // Once MULTISAMPLE_MASKABLESAMPLES: user space that still checks it would make surfaces that have no backing.
  capabilities[SVGA3D_DEVCAP.DEAD5] = 0;
  if (open.knowsGuestBacked) {
    writeCapabilities(viewOf(bytes), capabilities);
  } else {
    writeRecord(viewOf(bytes), capabilities);
  }
  open.memory.write(buffer, bytes);
};

function writeCapabilities(view: DataView, capabilities: Uint32Array): void {
  const count = Math.min(Math.floor(view.byteLength / 4), capabilities.length);
  for (let i = 0; i < count; i++) {
    view.setUint32(i * 4, capabilities[i], true);
  }
}

function writeRecord(view: DataView, capabilities: Uint32Array): void {
  if (view.byteLength < RECORD_HEADER_BYTES) {
    throw new VmwgfxError('EINVAL', 'no room for the header of a record', { bytes: view.byteLength });
  }
  const room = Math.floor((view.byteLength - RECORD_HEADER_BYTES) / PAIR_BYTES);
  const count = Math.min(room, capabilities.length);
  view.setUint32(0, (RECORD_HEADER_BYTES + count * PAIR_BYTES) / 4, true);
  view.setUint32(4, RECORD_DEVCAPS, true);
  for (let i = 0; i < count; i++) {
    view.setUint32(RECORD_HEADER_BYTES + i * PAIR_BYTES, i, true);
    view.setUint32(RECORD_HEADER_BYTES + i * PAIR_BYTES + 4, capabilities[i], true);
  }
}

/** DRM_IOCTL_VERSION: returns full lengths, and of each text as much as fits. */
export const version: CallHandler = ({ memory }, argument) => {
  const request = structs.version.read(argument, 0);
  const write = (text: string, address: number, room: number): number => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    if (address !== 0 && room > 0) {
      memory.write(address, bytes.subarray(0, room));
    }
    return bytes.length;
  };
  structs.version.write(argument, 0, {
    ...request,
    version_major: driverVersion.major,
    version_minor: driverVersion.minor,
    version_patchlevel: driverVersion.patchlevel,
    name_len: write(driverName, request.name, request.name_len),
    date_len: write(driverDate, request.date, request.date_len),
    desc_len: write(driverDescription, request.desc, request.desc_len),
  });
};

const answers: ReadonlyMap<number, number> = new Map([
  [DRM_CAP.DUMB_BUFFER, 0],
  [DRM_CAP.PRIME, DRM_PRIME_CAP.IMPORT | DRM_PRIME_CAP.EXPORT],
  [DRM_CAP.TIMESTAMP_MONOTONIC, 0],
  [DRM_CAP.SYNCOBJ, 0],
  [DRM_CAP.SYNCOBJ_TIMELINE, 0],
]);

/** DRM_IOCTL_GET_CAP. */
export const getCap: CallHandler = (_open, argument) => {
  const request = structs.getCap.read(argument, 0);
  const value = answers.get(request.capability);
  if (value === undefined) {
    throw new VmwgfxError('EINVAL', `nothing is known of capability ${request.capability}`);
  }
  structs.getCap.write(argument, 0, { ...request, value });
};
