import { describe, expect, it } from 'vitest';
import * as requests from './requests.js';
import { DRM_IO, DRM_IOR, DRM_IOW, DRM_IOWR, takeApart } from './request-number.js';
import * as structs from './structs.js';

/** sizeof of each structure of include/uapi/drm/vmwgfx_drm.h and drm.h on x86-64. */
const sizes: Record<keyof typeof structs, number> = {
  getparam: 16,
  context: 8,
  surfaceCreateReq: 48,
  surface: 8,
  size: 16,
  execbuf: 40,
  fenceRep: 24,
  allocBoReq: 8,
  boRep: 24,
  handle: 8,
  get3dCap: 16,
  fenceWait: 40,
  fenceSignaled: 24,
  eventFence: 24,
  fenceEvent: 24,
  shaderCreate: 24,
  gbSurfaceCreateReq: 48,
  gbSurfaceCreateExtReq: 72,
  gbSurfaceCreateRep: 24,
  synccpu: 16,
  version: 64,
  getCap: 16,
  primeHandle: 12,
  controlStream: 88,
  cursorBypass: 24,
  stream: 8,
  present: 32,
  presentReadback: 24,
  updateLayout: 16,
  msg: 24,
  mksstatAdd: 64,
  mksstatRemove: 8,
};

describe('structures', () => {
  it('have the sizes of the header’s', () => {
    const bytes = Object.entries(structs).map(([name, struct]) => [name, struct.bytes]);
    expect(Object.fromEntries(bytes)).toEqual(sizes);
  });

  it('have every field on a multiple of its size: C adds no unnamed padding', () => {
    for (const [name, struct] of Object.entries(structs)) {
      for (const { name: field, offset, elementBytes, struct: inner } of struct.fields) {
        const alignment = inner === undefined ? elementBytes : 4;
        expect([name, field, offset % alignment]).toEqual([name, field, 0]);
      }
    }
  });

  it('have the same layout in a 32-bit program, which aligns fields of 64 bits to 4 bytes only', () => {
    for (const [name, { bytes, fields }] of Object.entries(structs)) {
      const has64Bits = fields.some(({ elementBytes, struct }) => struct === undefined && elementBytes === 8);
      expect([name, has64Bits ? bytes % 8 : 0]).toEqual([name, 0]);
    }
  });
});

describe('request numbers', () => {
  it('are those that a C program of x86-64 has', () => {
    const { DRM_IOCTL_VERSION, DRM_IOCTL_VMW_GET_PARAM, DRM_IOCTL_VMW_EXECBUF } = requests;
    expect(DRM_IOCTL_VERSION).toBe(0xc0406400);
    expect(requests.DRM_IOCTL_PRIME_HANDLE_TO_FD).toBe(0xc00c642d);
    expect(DRM_IOCTL_VMW_GET_PARAM).toBe(0xc0106440);
    expect(requests.DRM_IOCTL_VMW_ALLOC_BO).toBe(0xc0186441);
    expect(requests.DRM_IOCTL_VMW_HANDLE_CLOSE).toBe(0x40086442);
    expect(requests.DRM_IOCTL_VMW_CREATE_CONTEXT).toBe(0x80086447);
    expect(DRM_IOCTL_VMW_EXECBUF).toBe(0x4028644c);
    expect(requests.DRM_IOCTL_VMW_SYNCCPU).toBe(0x40106459);
    expect(requests.DRM_IOCTL_VMW_GB_SURFACE_REF).toBe(0xc0486458);
    expect(requests.DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT).toBe(0xc048645b);
    expect(requests.DRM_IOCTL_VMW_GB_SURFACE_REF_EXT).toBe(0xc060645c);
  });

  it('decompose to what they were composed of', () => {
    expect(takeApart(DRM_IOW(0x4c, 40))).toEqual({
      nr: 0x4c,
      isDrm: true,
      bytes: 40,
      reads: true,
      writes: false,
    });
    expect(takeApart(DRM_IOR(0x47, 8))).toMatchObject({ reads: false, writes: true });
    expect(takeApart(DRM_IOWR(0, 64))).toMatchObject({ nr: 0, bytes: 64, reads: true, writes: true });
    expect(takeApart(DRM_IO(0x5e))).toMatchObject({ bytes: 0, reads: false, writes: false });
    expect(takeApart(0x5401).isDrm).toBe(false);
  });
});
