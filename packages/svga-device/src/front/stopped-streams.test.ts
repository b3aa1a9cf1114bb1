import {
  CommandWriter,
  encodeCommand,
  readCommandBufferHeader,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_STATUS,
  SVGA_FIFO,
  SVGA_IRQFLAG,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import { expect, it } from 'vitest';
import { DxGuest, plainView } from '../../test/dx-guest.js';
import { PromisingRenderer } from '../../test/promising-renderer.js';

const BYTES = 64;
const RED = [0, 0, 255, 255];
const { NONE, COMPLETED, COMMAND_ERROR, PREEMPTED } = SVGA_CB_STATUS;

/** @returns the pages of the surface's MOB */
function define(guest: DxGuest): number[] {
  const pages = guest.defineSurface({ sid: 1, width: 4, height: 4 }, BYTES);
  guest.must('DX_DEFINE_RENDERTARGET_VIEW', { renderTargetViewId: 1, sid: 1, format: 2, ...plainView });
  return pages;
}

/** A guest with a surface of 4 × 4 texels, which a view shows, and its MOB. */
function drawing() {
  const renderer = new PromisingRenderer();
  const guest = new DxGuest({ dx: true }, 128, renderer).withTables();
  const pages = define(guest);
  guest.writeRegister(SVGA_REG.IRQMASK, SVGA_IRQFLAG.ANY_FENCE | SVGA_IRQFLAG.ERROR);
  renderer.calls.length = 0;
  return { guest, renderer, mob: () => [...guest.readMob(pages, BYTES)] };
}

/** A fence, a clear, a read-back, and another fence. */
function clearAndReadBack(first: number): Uint8Array {
  const writer = new CommandWriter();
  writer.write('FENCE', { fence: first });
  writer.write('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 1, r: 1, g: 0, b: 0, a: 1 });
  writer.write('READBACK_GB_SURFACE', { sid: 1 });
  writer.write('FENCE', { fence: first + 1 });
  return writer.bytes;
}

const passed = ({ device }: DxGuest): number => device.fifo[SVGA_FIFO.FENCE];
const red = Array.from({ length: BYTES }, (_, i) => RED[i % 4]);
const noBytes = Array.from({ length: BYTES }, () => 0);

/** Submits commands in a buffer of its own at `page`. @returns its status, whenever it is asked for */
function submitAt(guest: DxGuest, page: number, commands: Uint8Array): () => number {
  const header = page * 4096;
  guest.memory.set(commands, header + 64);
  const fields = { length: commands.length, pa: header + 64, id: page, flags: SVGA_CB_FLAG.DX_CONTEXT };
  writeCommandBufferHeader(guest.memory.subarray(header), fields);
  guest.writeRegister(SVGA_REG.COMMAND_LOW, header);
  return () => readCommandBufferHeader(guest.memory.subarray(header)).status;
}

it('8.1, 8.2: fences, interrupts, status and later buffers wait behind a command that waits', async () => {
  const { guest, renderer, mob } = drawing();
  const first = submitAt(guest, 4, clearAndReadBack(10));
  const second = submitAt(guest, 5, encodeCommand('FENCE', { fence: 20 }));
  expect([first(), second(), passed(guest)]).toEqual([NONE, NONE, 10]);
  expect([guest.device.isWaiting, guest.device.nextDue]).toEqual([true, undefined]);
  expect(mob()).toEqual(noBytes);
  guest.device.writePort(SVGA_PORT.IRQSTATUS, SVGA_IRQFLAG.ANY_FENCE);
  guest.interrupts.length = 0;
  guest.device.advance(100);
  expect([first(), second(), passed(guest)]).toEqual([NONE, NONE, 10]);
  await renderer.answer();
  expect([first(), second(), passed(guest)]).toEqual([COMPLETED, COMPLETED, 20]);
  expect(guest.device.isWaiting).toBe(false);
  expect(mob()).toEqual(red);
  expect(guest.interrupts).toEqual([true]);
});

it('a command starts once and is done once, however long it waits', async () => {
  const { guest, renderer } = drawing();
  const told: string[] = [];
  guest.device.events.listen((event) => {
    if (event.kind === 'command-starts' || event.kind === 'command-done') {
      told.push(`${event.kind} ${event.reader.name}`);
    }
  });
  submitAt(guest, 4, clearAndReadBack(10));
  expect(told.at(-1)).toBe('command-starts READBACK_GB_SURFACE');
  await renderer.answer();
  expect(told.filter((line) => line.includes('READBACK'))).toEqual([
    'command-starts READBACK_GB_SURFACE',
    'command-done READBACK_GB_SURFACE',
  ]);
  expect(guest.device.statistics.perCommand.READBACK_GB_SURFACE).toBe(1);
});

it('8.2: the ring stops: STOP stays at the command, BUSY reads 1, and what is added comes afterwards', async () => {
  const { guest, renderer, mob } = drawing();
  submitAt(
    guest,
    4,
    encodeCommand('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 1, r: 1, g: 0, b: 0, a: 1 }),
  );
  const { fifo } = guest.device;
  const bytes = new Uint8Array(fifo.buffer);
  const add = (commands: Uint8Array): void => {
    bytes.set(commands, fifo[SVGA_FIFO.NEXT_CMD]);
    fifo[SVGA_FIFO.NEXT_CMD] += commands.length;
    guest.writeRegister(SVGA_REG.SYNC, 1);
  };
  fifo[SVGA_FIFO.MIN] = 4096;
  fifo[SVGA_FIFO.MAX] = fifo.byteLength;
  fifo[SVGA_FIFO.NEXT_CMD] = 4096;
  fifo[SVGA_FIFO.STOP] = 4096;
  fifo[SVGA_FIFO.BUSY] = 1;
  const fence = encodeCommand('FENCE', { fence: 7 });
  add(Uint8Array.of(...fence, ...encodeCommand('READBACK_GB_SURFACE', { sid: 1 })));
  add(encodeCommand('FENCE', { fence: 8 }));
  expect([fifo[SVGA_FIFO.STOP], passed(guest), fifo[SVGA_FIFO.BUSY]]).toEqual([4096 + fence.length, 7, 1]);
  expect(guest.readRegister(SVGA_REG.BUSY)).toBe(1);
  await renderer.answer();
  expect(mob()).toEqual(red);
  expect(guest.readRegister(SVGA_REG.BUSY)).toBe(0);
  expect([fifo[SVGA_FIFO.STOP], passed(guest), fifo[SVGA_FIFO.BUSY]]).toEqual([
    fifo[SVGA_FIFO.NEXT_CMD],
    8,
    0,
  ]);
});

it('the device context is served while a buffer has stopped, and does not disturb it', async () => {
  const { guest, renderer, mob } = drawing();
  // The following commands need the DX context in the buffer's header.
  const first = submitAt(guest, 4, Uint8Array.of(...clearAndReadBack(10), ...clearAndReadBack(12)));
  const second = submitAt(guest, 5, encodeCommand('FENCE', { fence: 20 }));
  const preempt = encodeCommand('DC_CMD_PREEMPT', { context: 0, ignoreIDZero: 0 });
  expect(guest.submit(preempt, { context: SVGA_CB_CONTEXT.DEVICE }).status).toBe(COMPLETED);
  expect([first(), second()]).toEqual([NONE, PREEMPTED]);
  await renderer.answer();
  expect([first(), passed(guest)]).toEqual([NONE, 12]);
  await renderer.answer();
  expect([first(), passed(guest)]).toEqual([COMPLETED, 13]);
  expect(mob()).toEqual(red);
});

it('8.2: an answer that fails ends its command with an error; what comes behind goes on', async () => {
  const { guest, renderer } = drawing();
  const first = submitAt(guest, 4, clearAndReadBack(10));
  const second = submitAt(guest, 5, encodeCommand('FENCE', { fence: 20 }));
  await renderer.fail();
  expect([first(), second(), passed(guest)]).toEqual([COMMAND_ERROR, COMPLETED, 20]);
  expect(guest.device.lastError).toMatchObject({ code: 'EIO' });
});

it('a reset forgets the command that waits: its answer changes nothing, also where another one waits', async () => {
  const { guest, renderer, mob } = drawing();
  const first = submitAt(guest, 4, clearAndReadBack(10));
  const late = renderer.failure;
  guest.writeRegister(SVGA_REG.ENABLE, 0);
  expect(renderer.calls.slice(-2)).toEqual(['dropped', 'reset']);
  expect(guest.device.isWaiting).toBe(false);
  define(guest.withTables());
  const second = submitAt(guest, 5, clearAndReadBack(20));
  await renderer.fail(late);
  expect([first(), second(), passed(guest), guest.device.isWaiting]).toEqual([NONE, NONE, 20, true]);
  expect(mob()).toEqual(noBytes);
  await renderer.answer();
  expect([first(), second(), passed(guest)]).toEqual([NONE, COMPLETED, 21]);
});

it('snapshot and image are EBUSY until the device has settled', async () => {
  const { guest, renderer } = drawing();
  submitAt(guest, 4, clearAndReadBack(10));
  const { device } = guest;
  expect(() => device.snapshot()).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  expect(() => device.image(1, 0)).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  void renderer.answer();
  await device.settle();
  expect([...(device.image(1, 0) ?? [])]).toEqual(red);
  const other = new DxGuest({ dx: true }, 128);
  other.device.restore(device.snapshot());
  expect([...(other.device.image(1, 0) ?? [])]).toEqual(red);
});

it('what is drawn and not asked for is in no image before the device has settled', async () => {
  const { guest, renderer } = drawing();
  const { device } = guest;
  submitAt(
    guest,
    4,
    encodeCommand('DX_CLEAR_RENDERTARGET_VIEW', { renderTargetViewId: 1, r: 1, g: 0, b: 0, a: 1 }),
  );
  expect(device.isWaiting).toBe(false);
  expect(() => device.snapshotPieces()).toThrow(expect.objectContaining({ code: 'EBUSY' }));
  const settled = device.settle();
  await renderer.answer();
  await settled;
  expect([...(device.surfaceImage(1) ?? [])]).toEqual(red);
  device.snapshot();
});

it('a renderer is told of each change of the device’s bytes, and asked before they are read', () => {
  const { guest, renderer } = drawing();
  const told = (): string[] => renderer.calls.splice(0);
  guest.must('UPDATE_GB_SURFACE', { sid: 1 });
  expect(told()).toEqual(['written all']);
  const box = { x: 0, y: 0, z: 0, w: 1, h: 1, d: 1 };
  guest.must('DX_UPDATE_SUBRESOURCE', { sid: 1, subResource: 0, ...box });
  expect(told()).toEqual(['written 0']);
  guest.must('WRITE_ZERO_SURFACE', { sid: 1 });
  expect(told()).toEqual(['written all']);
  guest.must('INVALIDATE_GB_IMAGE', { sid: 1, face: 0, mipmap: 0 });
  expect(told()).toEqual(['written 0']);
  const copy = {
    dstSid: 1,
    dstSubResource: 0,
    srcSid: 1,
    srcSubResource: 0,
    ...box,
    srcx: 2,
    srcy: 2,
    srcz: 0,
  };
  guest.must('DX_PRED_COPY_REGION', copy);
  expect(told()).toEqual(['copy', 'written 0']);
  guest.must('DX_READBACK_SUBRESOURCE', { sid: 1, subResource: 0 });
  guest.must('DESTROY_GB_SURFACE', { sid: 1 });
  expect(told()).toEqual(['dropped']);
});
