import { describe, expect, it } from 'vitest';
import { costlyBuffers, withMobs } from '../test/costly-buffers.js';
import { CostlyGuest, view } from '../test/costly-guest.js';
import {
  encodeCommand,
  SVGA3D_INVALID_ID,
  SVGA_CB_CONTEXT,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_STATUS,
  SVGA_OTABLE,
  SVGA_REG,
  writeCommandBufferHeader,
  coTableEntryBytes,
  SVGA_COTABLE,
} from '@cg/svga-protocol';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import { resolveLimits } from './limits.js';
import { COST } from './objects/work-budget.js';

const PAGE = 4096;

/** The charge for a command, and the part of it beyond the command itself. */
function charged<N extends CommandName>(
  guest: CostlyGuest,
  name: N,
  fields: Partial<CommandFields<N>>,
): number {
  const before = guest.device.statistics.work;
  guest.do(name, fields);
  return guest.device.statistics.work - before;
}

describe('a command is charged for what it walks', () => {
  const table = (guest: CostlyGuest, type: number) => ({ ...guest.table(type), validSizeInBytes: 2 ** 16 });

  it.each([
    ['READBACK_OTABLE', COST.ENTRY],
    ['GROW_OTABLE', COST.ENTRY],
    ['SET_OTABLE_BASE64', COST.LOOK],
  ] as const)('%s: for each object there is, not for the bytes of the table', (name, each) => {
    const guest = new CostlyGuest();
    const fields = name === 'READBACK_OTABLE' ? { type: SVGA_OTABLE.MOB } : table(guest, SVGA_OTABLE.MOB);
    const empty = charged(guest, name, fields);
    withMobs(guest, 500);
    const full = charged(guest, name, fields);
    expect(empty).toBeLessThan(2 * (COST.COMMAND + 64 * COST.FIELD_BYTE));
    expect(full - empty).toBeGreaterThanOrEqual(500 * each);
  });

  it('DX_BIND_ALL_QUERY: for each entry of the COTable', () => {
    const guest = new CostlyGuest();
    guest.mob(1);
    guest.coTable(9);
    expect(charged(guest, 'DX_BIND_ALL_QUERY', { cid: 0, mobid: 1 })).toBeGreaterThan(65_536 * COST.LOOK);
  });

  it('DX_SET_COTABLE and DX_GROW_COTABLE: for each byte of the new table, more where it is written', () => {
    const guest = new CostlyGuest();
    guest.mob(1, 2 ** 20);
    const set = { cid: 0, mobid: 1, type: SVGA_COTABLE.BLENDSTATE };
    const unwritten = charged(guest, 'DX_SET_COTABLE', { ...set, validSizeInBytes: 0 });
    expect(unwritten).toBeGreaterThan((2 ** 20 - PAGE) * COST.FRESH_BYTE);
    const written = charged(guest, 'DX_SET_COTABLE', { ...set, validSizeInBytes: 2 ** 20 - PAGE });
    expect(written - unwritten).toBeGreaterThan((2 ** 20 - PAGE) * (COST.FRESH_TABLE_BYTE - COST.FRESH_BYTE));
    expect(charged(guest, 'DX_GROW_COTABLE', set)).toBeGreaterThan((2 ** 20 - PAGE) * COST.FRESH_TABLE_BYTE);
  });

  it('GMRs: for the pages they are given, and for each page number that is read out of another', () => {
    const guest = new CostlyGuest();
    expect(charged(guest, 'DEFINE_GMR2', { gmrId: 1, numPages: 5000 })).toBeGreaterThan(5000 * 8);
    guest.do('DEFINE_GMR2', { gmrId: 2, numPages: 16 });
    guest.do('REMAP_GMR2', { gmrId: 2, flags: 4, numPages: 16, descriptors: [400] });
    const remap = { gmrId: 1, flags: 1, numPages: 5000, descriptors: [2, 0] };
    expect(charged(guest, 'REMAP_GMR2', remap)).toBeGreaterThan(5000 * COST.ROW);
  });

  it.each([
    ['8-bit colours', 2, 68, COST.PLAIN_TEXEL],
    ['floats', 122, 123, COST.TEXEL],
  ])(
    'a stretch: for each texel that is read or written, %s by what they cost',
    (_what, format, other, each) => {
      const guest = new CostlyGuest();
      guest.mob(1);
      guest.surface({ sid: 1, format, width: 64, height: 64 });
      guest.surface({ sid: 2, format: other, width: 64, height: 64 });
      const blit = {
        srcSid: 1,
        destSid: 2,
        boxSrcW: 32,
        boxSrcH: 32,
        boxSrcD: 1,
        boxDestW: 64,
        boxDestH: 64,
        boxDestD: 1,
      };
      guest.do('SURFACE_STRETCHBLT', { ...blit, mode: 0 }); // makes the images
      expect(charged(guest, 'SURFACE_STRETCHBLT', { ...blit, mode: 0 })).toBeGreaterThan(64 * 64 * 2 * each);
      expect(charged(guest, 'SURFACE_STRETCHBLT', { ...blit, mode: 1 })).toBeGreaterThan(64 * 64 * 5 * each);
    },
  );

  it('a column: for each row', () => {
    const guest = new CostlyGuest();
    guest.mob(1);
    guest.surface({ width: 16, height: 4096 });
    const column = { sid: 1, w: 1, h: 4096, d: 1 };
    guest.do('UPDATE_GB_IMAGE', column);
    expect(charged(guest, 'UPDATE_GB_IMAGE', column)).toBeGreaterThan(4096 * COST.ROW);
  });

  it('BIND_GB_SURFACE: for each subresource where their states differ, and for what is lost without a MOB', () => {
    const guest = new CostlyGuest();
    guest.mob(1);
    const [layers, side] = [512, 8];
    guest.surface({ width: side, height: side, arraySize: layers });
    const same = charged(guest, 'BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.do('UPDATE_GB_IMAGE', { sid: 1, w: side, h: side, d: 1 });
    const each = layers * COST.ROW;
    expect(charged(guest, 'BIND_GB_SURFACE', { sid: 1, mobid: 1 }) - same).toBeGreaterThanOrEqual(each);
    const bytes = 4 * side * side * layers;
    const lost = charged(guest, 'BIND_GB_SURFACE', { sid: 1, mobid: SVGA3D_INVALID_ID });
    expect(lost - same).toBeGreaterThanOrEqual(each + bytes);
  });

  it('UPDATE_GB_SCREENTARGET: for all pixels of a screen that has none yet', () => {
    const guest = new CostlyGuest();
    guest.mob(1);
    const [width, height] = [256, 256];
    guest.surface({ width, height });
    guest.do('UPDATE_GB_SURFACE', { sid: 1 });
    guest.do('DEFINE_GB_SCREENTARGET', { width, height });
    guest.do('BIND_GB_SCREENTARGET', { sid: 1 });
    const first = charged(guest, 'UPDATE_GB_SCREENTARGET', { w: 1, h: 1 });
    const second = charged(guest, 'UPDATE_GB_SCREENTARGET', { w: 1, h: 1 });
    expect(first - second).toBeGreaterThanOrEqual(4 * width * height * COST.FRESH_BYTE);
  });

  it('the smallest command is charged as well', () => {
    expect(charged(new CostlyGuest(), 'CMD_NOP', {})).toBeGreaterThanOrEqual(COST.COMMAND);
  });

  it('device context commands are charged', () => {
    const guest = new CostlyGuest();
    const before = guest.device.statistics.work;
    guest.submit(encodeCommand('DC_CMD_PREEMPT', { context: 0, ignoreIDZero: 1 }), {
      context: SVGA_CB_CONTEXT.DEVICE,
    });
    expect(guest.device.statistics.work - before).toBeGreaterThanOrEqual(COST.COMMAND);
  });
});

describe('a command buffer with default limits', () => {
  it('has the work for the largest image to be made and updated, and for the largest COTable to grow', () => {
    const { maxSurfaceBytes, maxCoTableEntries, maxWorkBytes } = resolveLimits({});
    const pages = (bytes: number): number => (bytes / PAGE) * COST.ROW;
    expect((COST.FRESH_BYTE + 1) * maxSurfaceBytes + pages(maxSurfaceBytes)).toBeLessThan(maxWorkBytes);
    const table = maxCoTableEntries * Math.max(...coTableEntryBytes);
    expect((COST.FRESH_TABLE_BYTE + 2) * table + pages(table)).toBeLessThan(maxWorkBytes);
  });

  it('that reads back a table of 32,768 MOBs again and again ends after a few times', () => {
    const guest = new CostlyGuest();
    withMobs(guest);
    const buffer = costlyBuffers.find(({ name }) => name === 'READBACK_OTABLE of MOBs');
    const { status, commands } = guest.submitFull(buffer?.steps ?? []);
    expect([status, guest.device.lastError]).toMatchObject([SVGA_CB_STATUS.COMMAND_ERROR, { code: 'E2BIG' }]);
    expect(commands).toBeLessThan(64);
  });

  it('makes the mips of a 4,096 × 4,096 texture', () => {
    const guest = new CostlyGuest();
    guest.mob(1);
    guest.surface({ width: 4096 / 8, height: 4096 / 8, numMipLevels: 10 });
    expect(64 * charged(guest, 'GENERATE_MIPMAPS', { sid: 1 })).toBeLessThan(2 ** 32);
  });

  it('makes the mips of two 5,120 × 3,200 textures', () => {
    const guest = new CostlyGuest();
    guest.mob(1);
    guest.surface({ width: 5120 / 8, height: 3200 / 8, numMipLevels: 10 });
    expect(2 * 64 * charged(guest, 'GENERATE_MIPMAPS', { sid: 1 })).toBeLessThan(2 ** 32);
  });

  it.each([
    ['D24_UNORM_S8_UINT', 80],
    ['D32_FLOAT_S8X24_UINT', 61],
  ])('clears depth without stencil of eight 2,560 × 1,600 targets, %s', (_name, format) => {
    const guest = new CostlyGuest();
    const prepare = view('DSVIEW', {}, { width: 2560 / 8, height: 1600 / 8, format });
    prepare(guest);
    const each = 64 * charged(guest, 'DX_CLEAR_DEPTHSTENCIL_VIEW', { flags: 2, depth: 1 });
    expect(8 * each).toBeLessThan(2 ** 32);
  });

  it('holds 512 KiB of the smallest commands', () => {
    const guest = new CostlyGuest();
    const buffer = costlyBuffers.find(({ name }) => name === 'nothing');
    expect(guest.submitFull(buffer?.steps ?? [])).toEqual({
      status: SVGA_CB_STATUS.COMPLETED,
      commands: 131_072,
    });
  });
});

describe('buffers that waited while their context was stopped', () => {
  it('do not run all at once when they have more work than one buffer may: the rest goes on in `advance`', () => {
    const guest = new CostlyGuest({ maxWorkBytes: 2 ** 20 });
    guest.mob(1);
    guest.surface({ width: 64, height: 64 });
    guest.do('UPDATE_GB_SURFACE', { sid: 1 });
    guest.startContext(false);
    const bytes = encodeCommand('UPDATE_GB_SURFACE', { sid: 1 });
    const buffer = new Uint8Array(20 * bytes.length);
    for (let i = 0; i < 20; i++) {
      buffer.set(bytes, i * bytes.length);
    }
    const header = 300 * 4096;
    const pa = header + SVGA_CB_HEADER_BYTES;
    guest.memory.set(buffer, pa);
    writeCommandBufferHeader(guest.memory.subarray(header), { length: buffer.length, pa });
    for (let i = 0; i < 32; i++) {
      guest.writeRegister(SVGA_REG.COMMAND_LOW, header);
    }
    const before = guest.device.statistics;
    const [done, work] = [before.commands, before.work];
    guest.startContext(true);
    expect(guest.device.statistics.work - work).toBeLessThan(2 * 2 ** 20 + 2 ** 16);
    expect(guest.device.nextDue).toBeDefined();
    expect(guest.readRegister(SVGA_REG.BUSY)).toBe(0);
    for (let i = 0; i < 32 && guest.device.nextDue !== undefined; i++) {
      const start = guest.device.statistics.work;
      guest.device.advance(0);
      expect(guest.device.statistics.work - start).toBeLessThan(2 * 2 ** 20);
    }
    expect(guest.device.nextDue).toBeUndefined();
    expect(guest.device.statistics.commands - done).toBe(32 * 20 + 1);
  });
});
