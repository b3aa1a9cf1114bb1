import { describe, expect, it } from 'vitest';
import { plainSurface, TestGuest } from '../../test/guest.js';
import { mobEntry, surfaceEntry, SVGA3D_INVALID_ID, SVGA3D_MOBFMT, SVGA_OTABLE } from '@cg/svga-protocol';
import type { SvgaDeviceError } from '../index.js';
import type { CommandFields, CommandName } from '@cg/svga-protocol';

const PAGE = 4096;
const COMMAND_ERROR = 3;

/** A guest whose MOB and surface tables lie at known pages. */
function guestWithTables(tableBytes = PAGE): {
  guest: TestGuest;
  mobTable: DataView;
  surfaceTable: DataView;
} {
  const guest = new TestGuest().start();
  const [mobs, surfaces] = [SVGA_OTABLE.MOB, SVGA_OTABLE.SURFACE].map((type) => {
    const page = guest.allocatePage();
    guest.must('SET_OTABLE_BASE64', {
      type,
      baseAddress: page,
      sizeInBytes: tableBytes,
      validSizeInBytes: 0,
      ptDepth: SVGA3D_MOBFMT.PTDEPTH64_0,
    });
    return new DataView(guest.memory.buffer, page * PAGE, PAGE);
  });
  return { guest, mobTable: mobs, surfaceTable: surfaces };
}

/** The code of a command's error; undefined if it succeeds. */
function refusal<N extends CommandName>(
  guest: TestGuest,
  name: N,
  fields: CommandFields<N>,
): string | undefined {
  const { status } = guest.run(name, fields);
  return status === COMMAND_ERROR ? (guest.device.lastError as SvgaDeviceError).code : undefined;
}

const aMob = { ptDepth: SVGA3D_MOBFMT.RANGE, base: 20, sizeInBytes: PAGE };

describe('object tables', () => {
  it('hold a real SVGAOTableMobEntry while the MOB is defined', () => {
    const { guest, mobTable } = guestWithTables();
    guest.must('DEFINE_GB_MOB64', { mobid: 3, ptDepth: SVGA3D_MOBFMT.RANGE, base: 20, sizeInBytes: 5000 });
    expect(mobEntry.read(mobTable, 3 * 16)).toEqual({ ptDepth: 3, sizeInBytes: 5000, base: 20 });
    expect(mobEntry.read(mobTable, 2 * 16)).toEqual({ ptDepth: 0, sizeInBytes: 0, base: 0 });
    guest.must('DESTROY_GB_MOB', { mobid: 3 });
    expect(mobEntry.read(mobTable, 3 * 16)).toEqual({ ptDepth: 0, sizeInBytes: 0, base: 0 });
  });

  it('hold a real SVGAOTableSurfaceEntry, which follows the binding', () => {
    const { guest, surfaceTable } = guestWithTables();
    guest.must('DEFINE_GB_MOB64', { mobid: 9, ...aMob });
    guest.must('DEFINE_GB_SURFACE_V2', {
      ...plainSurface,
      sid: 2,
      numMipLevels: 3,
      arraySize: 4,
      surfaceFlags: 0x20,
    });
    const entry = (): unknown => surfaceEntry.read(surfaceTable, 2 * 64);
    const defined = {
      format: 2,
      surface1Flags: 0x20,
      numMipLevels: 3,
      multisampleCount: 0,
      autogenFilter: 0,
      width: 64,
      height: 64,
      depth: 1,
      mobid: SVGA3D_INVALID_ID,
      arraySize: 4,
      mobPitch: 0,
      surface2Flags: 0,
      multisamplePattern: 0,
      qualityLevel: 0,
      bufferByteStride: 0,
      minLOD: 0,
    };
    expect(entry()).toEqual(defined);
    guest.must('BIND_GB_SURFACE', { sid: 2, mobid: 9 });
    expect(entry()).toEqual({ ...defined, mobid: 9 });
    guest.must('BIND_GB_SURFACE', { sid: 2, mobid: SVGA3D_INVALID_ID });
    expect(entry()).toEqual(defined);
    guest.must('DESTROY_GB_SURFACE', { sid: 2 });
    expect(
      new Uint8Array(guest.memory.buffer, surfaceTable.byteOffset + 128, 64).every((byte) => byte === 0),
    ).toBe(true);
  });

  it('bound the ids of their type, whole entries only', () => {
    const { guest } = guestWithTables(100);
    guest.must('DEFINE_GB_MOB64', { mobid: 5, ...aMob });
    expect(refusal(guest, 'DEFINE_GB_MOB64', { mobid: 6, ...aMob })).toBe('EINVAL');
    guest.must('DEFINE_GB_SURFACE', { ...plainSurface, sid: 0 });
    expect(refusal(guest, 'DEFINE_GB_SURFACE', { ...plainSurface, sid: 1 })).toBe('EINVAL');
    expect(refusal(guest, 'DEFINE_GB_SURFACE', { ...plainSurface, sid: 0xffff_ffff })).toBe('EINVAL');
  });

  it('a definition that its table cannot hold leaves no object', () => {
    const { guest } = guestWithTables(64);
    expect(refusal(guest, 'DEFINE_GB_SURFACE', { ...plainSurface, sid: 1 })).toBe('EINVAL');
    expect(refusal(guest, 'DESTROY_GB_SURFACE', { sid: 1 })).toBe('ENOENT');
    expect(guest.device.image(1, 0)).toBeUndefined();
  });

  it('what the guest scribbles into a table changes nothing in the device', () => {
    const { guest, surfaceTable } = guestWithTables();
    guest.must('DEFINE_GB_SURFACE', plainSurface);
    new Uint8Array(guest.memory.buffer, surfaceTable.byteOffset, PAGE).fill(0xff);
    expect(guest.device.image(1, 0)?.length).toBe(64 * 64 * 4);
    guest.must('DESTROY_GB_SURFACE', { sid: 1 });
  });

  it('a new table keeps the objects in its valid part and drops the others; none drops all', () => {
    const { guest } = guestWithTables();
    guest.must('DEFINE_GB_SURFACE', { ...plainSurface, sid: 1 });
    guest.must('DEFINE_GB_SURFACE', { ...plainSurface, sid: 2 });
    const table = {
      type: SVGA_OTABLE.SURFACE,
      baseAddress: guest.allocatePage(),
      sizeInBytes: PAGE,
      ptDepth: 0,
    };
    guest.must('SET_OTABLE_BASE64', { ...table, validSizeInBytes: 128 });
    expect(guest.device.image(1, 0)).toBeDefined();
    expect(guest.device.image(2, 0)).toBeUndefined();
    const none = {
      ...table,
      baseAddress: 0,
      sizeInBytes: 0,
      validSizeInBytes: 0,
      ptDepth: SVGA3D_MOBFMT.INVALID,
    };
    guest.must('SET_OTABLE_BASE64', none);
    expect(guest.device.image(1, 0)).toBeUndefined();
    expect(refusal(guest, 'DEFINE_GB_SURFACE', plainSurface)).toBe('EINVAL');
  });

  it('the other types are kept by place and size; DX contexts only with DX', () => {
    const table = { baseAddress: 30, sizeInBytes: PAGE, validSizeInBytes: 0, ptDepth: 0 };
    const { guest } = guestWithTables();
    guest.must('SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.CONTEXT });
    guest.must('SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.SHADER });
    guest.must('SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.SCREENTARGET });
    expect(refusal(guest, 'SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.DXCONTEXT })).toBe('EINVAL');
    expect(refusal(guest, 'SET_OTABLE_BASE64', { ...table, type: 6 })).toBe('EINVAL');
    new TestGuest({ dx: true }).start().must('SET_OTABLE_BASE64', { ...table, type: SVGA_OTABLE.DXCONTEXT });
  });

  it.each([
    ['not a format', { ptDepth: 7 }, 'EINVAL'],
    ['more than the format lists', { sizeInBytes: PAGE + 1 }, 'EINVAL'],
    ['outside memory', { baseAddress: 1024 }, 'EFAULT'],
    ['far outside memory', { baseAddress: 2 ** 52 }, 'EFAULT'],
    ['more valid than there is', { validSizeInBytes: PAGE + 1 }, 'EINVAL'],
  ])('a bad table is refused, and the one before stays: %s', (_, bad, code) => {
    const { guest } = guestWithTables();
    guest.must('DEFINE_GB_SURFACE', plainSurface);
    const table = {
      type: SVGA_OTABLE.SURFACE,
      baseAddress: 30,
      sizeInBytes: PAGE,
      validSizeInBytes: 0,
      ptDepth: 0,
    };
    expect(refusal(guest, 'SET_OTABLE_BASE64', { ...table, ...bad })).toBe(code);
    expect(guest.device.image(1, 0)).toBeDefined();
  });
});

describe('MOBs and surfaces', () => {
  it.each([
    ['no bytes', { sizeInBytes: 0 }, 'EINVAL'],
    ['not a format', { ptDepth: 7 }, 'EINVAL'],
    ['more than one page without a list', { ptDepth: 0, sizeInBytes: PAGE + 1 }, 'EINVAL'],
    ['more than 1,024 pages in one list', { ptDepth: 1, sizeInBytes: 1024 * PAGE + 1 }, 'EINVAL'],
    ['more than 512 pages in one 64-bit list', { ptDepth: 5, sizeInBytes: 512 * PAGE + 1 }, 'EINVAL'],
    ['above the limit', { ptDepth: 2, sizeInBytes: 16 * 1024 * 1024 + 1 }, 'ENOMEM'],
    ['a range that ends outside memory', { base: 1023, sizeInBytes: PAGE + 1 }, 'EFAULT'],
    ['a list outside memory', { base: 1024, ptDepth: 1 }, 'EFAULT'],
    ['an id above the limit', { mobid: 100 }, 'EINVAL'],
  ])('DEFINE_GB_MOB64 refuses %s', (_, bad, code) => {
    const guest = new TestGuest({ maxMobBytes: 16 * 1024 * 1024, maxMobs: 100 }).start();
    expect(refusal(guest, 'DEFINE_GB_MOB64', { mobid: 1, ...aMob, ...bad })).toBe(code);
    expect(refusal(guest, 'DESTROY_GB_MOB', { mobid: 1 })).toBe('ENOENT');
  });

  it.each([
    ['an unknown format', { format: 999 }, 'EINVAL'],
    ['D10: a format without bytes', { format: 0 }, 'EINVAL'],
    ['no width', { width: 0 }, 'EINVAL'],
    ['D9: more than 24 mips', { numMipLevels: 25 }, 'EINVAL'],
    ['no mips', { numMipLevels: 0 }, 'EINVAL'],
    ['too wide', { width: 257 }, 'EINVAL'],
    ['too many layers', { arraySize: 9 }, 'EINVAL'],
    ['too many samples', { multisampleCount: 16 }, 'EINVAL'],
    ['too many bytes', { width: 256, height: 256, depth: 256 }, 'ENOMEM'],
    ['an id above the limit', { sid: 40 }, 'EINVAL'],
  ])('DEFINE_GB_SURFACE_V2 refuses %s', (_, bad, code) => {
    const limits = { maxTextureSize: 256, maxArraySize: 8, maxSurfaceBytes: 1024 * 1024, maxSurfaces: 40 };
    const guest = new TestGuest(limits).start();
    expect(refusal(guest, 'DEFINE_GB_SURFACE_V2', { ...plainSurface, ...bad })).toBe(code);
    guest.must('DEFINE_GB_SURFACE_V2', plainSurface);
  });

  it('D8: sizes are exact: 16384 × 16384 × 4 × 6 does not wrap into something small', () => {
    const guest = new TestGuest({ maxTextureSize: 16_384 }).start();
    expect(
      refusal(guest, 'DEFINE_GB_SURFACE', {
        ...plainSurface,
        surfaceFlags: 1,
        width: 16_384,
        height: 16_384,
      }),
    ).toBe('ENOMEM');
  });

  it('7.1: a cube has 6 layers unless an array size is set', () => {
    const guest = new TestGuest().start();
    guest.must('DEFINE_GB_SURFACE', { ...plainSurface, sid: 1, surfaceFlags: 1, numMipLevels: 2 });
    guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, sid: 2, surfaceFlags: 1, arraySize: 12 });
    guest.must('DEFINE_GB_SURFACE_V2', { ...plainSurface, sid: 3 });
    const counts = [1, 2, 3].map((sid) => {
      let count = 0;
      while (guest.device.image(sid, count) !== undefined) {
        count++;
      }
      return count;
    });
    expect(counts).toEqual([12, 12, 1]);
  });

  it('ids are used once', () => {
    const guest = new TestGuest().start();
    guest.must('DEFINE_GB_MOB64', { mobid: 1, ...aMob });
    expect(refusal(guest, 'DEFINE_GB_MOB64', { mobid: 1, ...aMob })).toBe('EEXIST');
    guest.must('DEFINE_GB_SURFACE', plainSurface);
    expect(refusal(guest, 'DEFINE_GB_SURFACE', plainSurface)).toBe('EEXIST');
  });

  it('binding needs both, and is kept by id', () => {
    const guest = new TestGuest().start();
    expect(refusal(guest, 'BIND_GB_SURFACE', { sid: 1, mobid: 1 })).toBe('ENOENT');
    guest.must('DEFINE_GB_SURFACE', plainSurface);
    expect(refusal(guest, 'BIND_GB_SURFACE', { sid: 1, mobid: 1 })).toBe('ENOENT');
    const pages = guest.defineMob(1, 64 * 64 * 4);
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.must('DESTROY_GB_MOB', { mobid: 1 });
    expect(refusal(guest, 'UPDATE_GB_SURFACE', { sid: 1 })).toBe('ENOENT');
    const [base] = guest.defineMob(1, 64 * 64 * 4);
    expect(base).not.toBe(pages[0]);
    guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  });
});
