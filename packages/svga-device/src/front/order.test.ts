import { describe, expect, it } from 'vitest';
import { TestGuest } from '../../test/guest.js';
import {
  CommandWriter,
  encodeCommand,
  readCommandBufferHeader,
  SVGA_CB_CONTEXT,
  SVGA_CB_STATUS,
  SVGA_FIFO,
  SVGA_IRQFLAG,
  SVGA_OTABLE,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import type { SvgaDeviceOptions } from '../index.js';

/** A guest whose buffers complete 10 after they were submitted, from time 100 on, and never at once. */
function slowGuest(options: SvgaDeviceOptions = {}): TestGuest {
  const guest = new TestGuest({ completionDelay: 10, ...options }).start();
  guest.device.advance(100);
  return guest;
}

/** Submits commands in a buffer of its own at `page`, to context 0. */
function submitAt(
  guest: TestGuest,
  page: number,
  commands: Uint8Array,
  register: number = SVGA_REG.COMMAND_LOW,
): void {
  const header = page * 4096;
  guest.memory.set(commands, header + 64);
  writeCommandBufferHeader(guest.memory.subarray(header), {
    length: commands.length,
    pa: header + 64,
    id: page,
  });
  guest.writeRegister(register, header);
}

const fence = (number: number): Uint8Array => encodeCommand('FENCE', { fence: number });
const passed = (guest: TestGuest): number => guest.device.fifo[SVGA_FIFO.FENCE];
const result = (guest: TestGuest, page: number): { status: number; errorOffset: number } => {
  const { status, errorOffset } = readCommandBufferHeader(guest.memory.subarray(page * 4096));
  return { status, errorOffset };
};

/** A fence, a bad command of 12 bytes, and another fence. */
function withBadCommand(first: number, last: number): Uint8Array {
  const writer = new CommandWriter();
  writer.write('FENCE', { fence: first });
  writer.write('DESTROY_GB_SURFACE', { sid: 77 });
  writer.write('FENCE', { fence: last });
  return writer.bytes;
}

describe('what completes later', () => {
  it('1.2: never overtakes: many fences in one advance are seen one by one, each with its status', () => {
    const guest = slowGuest();
    guest.writeRegister(SVGA_REG.IRQMASK, SVGA_IRQFLAG.ANY_FENCE);
    const seen: number[] = [];
    guest.onInterrupt = (asserted) => {
      if (asserted) {
        seen.push(passed(guest));
        const written = [20, 21, 22, 23].map((page) => result(guest, page).status);
        expect(written).toEqual([1, 2, 3, 4].map((n) => (n <= seen.length ? 1 : 0)));
        guest.device.writePort(SVGA_PORT.IRQSTATUS, SVGA_IRQFLAG.ANY_FENCE);
      }
    };
    guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xff);
    [1, 2, 3, 4].forEach((n) => submitAt(guest, 19 + n, fence(n)));
    guest.device.advance(109);
    expect(seen).toEqual([]);
    guest.device.advance(500);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('a time that goes back is the time there was', () => {
    const guest = slowGuest();
    submitAt(guest, 20, fence(1));
    guest.device.advance(50);
    expect([passed(guest), guest.device.nextDue]).toEqual([0, 110]);
    guest.device.advance(110);
    expect(passed(guest)).toBe(1);
  });

  it('has its effects when it completes, on guest memory as well', () => {
    const guest = slowGuest();
    const writer = new CommandWriter();
    const [baseAddress, base] = [guest.allocatePage(), guest.allocatePage()];
    const table = { type: SVGA_OTABLE.MOB, baseAddress, sizeInBytes: 4096 };
    writer.write('SET_OTABLE_BASE64', { ...table, validSizeInBytes: 0, ptDepth: 0 });
    writer.write('DEFINE_GB_MOB64', { mobid: 1, ptDepth: 0, base, sizeInBytes: 8 });
    writer.write('GB_MOB_FENCE', { value: 7, mobId: 1, mobOffset: 4 });
    submitAt(guest, 20, writer.bytes);
    expect(guest.memory[base * 4096 + 4]).toBe(0);
    guest.device.advance(110);
    expect(guest.memory[base * 4096 + 4]).toBe(7);
  });

  it('a prepended buffer goes before those that wait, at its own time', () => {
    const guest = slowGuest();
    submitAt(guest, 20, fence(1));
    guest.device.advance(104);
    submitAt(guest, 21, fence(2), SVGA_REG.CMD_PREPEND_LOW);
    guest.device.advance(110);
    expect([20, 21].map((page) => result(guest, page).status)).toEqual([0, 0]);
    guest.device.advance(114);
    expect([20, 21].map((page) => result(guest, page).status)).toEqual([1, 1]);
    expect(passed(guest)).toBe(1); // the last that ran
  });

  it('preemption takes out what waits, and nothing that has completed', () => {
    const guest = slowGuest();
    submitAt(guest, 20, fence(1));
    guest.device.advance(105);
    submitAt(guest, 21, fence(2));
    guest.device.advance(110);
    const preempt = encodeCommand('DC_CMD_PREEMPT', { context: 0, ignoreIDZero: 0 });
    expect(guest.submit(preempt, { context: SVGA_CB_CONTEXT.DEVICE }).status).toBe(1);
    const { COMPLETED, PREEMPTED } = SVGA_CB_STATUS;
    expect([20, 21].map((page) => result(guest, page).status)).toEqual([COMPLETED, PREEMPTED]);
    guest.device.advance(200);
    expect([passed(guest), guest.device.nextDue]).toEqual([1, undefined]);
  });

  it('a stopped context keeps its buffers, and a context there is not has none to preempt', () => {
    const guest = slowGuest();
    submitAt(guest, 20, fence(1));
    guest.submit(encodeCommand('DC_CMD_ASYNC_STOP_QUEUE', { context: 0 }), { context: 0x3f });
    guest.device.advance(500);
    expect(passed(guest)).toBe(0);
    const preempt = encodeCommand('DC_CMD_PREEMPT', { context: 2, ignoreIDZero: 0 });
    expect(guest.submit(preempt, { context: 0x3f })).toEqual({ status: 3, errorOffset: 0 });
    guest.submit(encodeCommand('DC_CMD_START_QUEUE', { context: 0 }), { context: 0x3f });
    guest.device.advance(500);
    expect(passed(guest)).toBe(1);
  });

  it('a command error has its offset, and the buffers behind it go on', () => {
    const guest = slowGuest();
    submitAt(guest, 20, withBadCommand(1, 2));
    submitAt(guest, 21, fence(3));
    guest.device.advance(110);
    expect(result(guest, 20)).toEqual({ status: SVGA_CB_STATUS.COMMAND_ERROR, errorOffset: 8 });
    expect(result(guest, 21)).toEqual({ status: SVGA_CB_STATUS.COMPLETED, errorOffset: 0 });
    expect(passed(guest)).toBe(3);
    expect(guest.device.lastError).toMatchObject({ code: 'ENOENT', values: { sid: 77 } });
  });

  it('of the ring: on BUSY at once, otherwise at its time; a bad command there is passed over', () => {
    const guest = slowGuest();
    const { fifo } = guest.device;
    const commands = withBadCommand(1, 2);
    [fifo[SVGA_FIFO.MIN], fifo[SVGA_FIFO.MAX]] = [4096, fifo.byteLength];
    [fifo[SVGA_FIFO.NEXT_CMD], fifo[SVGA_FIFO.STOP]] = [4096 + commands.length, 4096];
    new Uint8Array(fifo.buffer).set(commands, 4096);
    guest.writeRegister(SVGA_REG.SYNC, 1);
    guest.device.advance(109);
    expect([passed(guest), fifo[SVGA_FIFO.STOP]]).toEqual([0, 4096]);
    guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xff);
    expect(guest.readRegister(SVGA_REG.BUSY)).toBe(0);
    expect([passed(guest), fifo[SVGA_FIFO.STOP]]).toEqual([2, 4096 + commands.length]);
    expect(guest.device.readPort(SVGA_PORT.IRQSTATUS) & SVGA_IRQFLAG.ERROR).not.toBe(0);
    expect(guest.device.statistics.errors).toBe(1);
  });
});

describe('fence numbers', () => {
  it('wrap at 2^32, and the goal is reached across that', () => {
    const guest = new TestGuest().start();
    const flag = SVGA_IRQFLAG.REG_FENCE_GOAL;
    const reaches = (number: number): boolean => {
      guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xff);
      guest.submit(fence(number));
      return (guest.device.readPort(SVGA_PORT.IRQSTATUS) & flag) !== 0;
    };
    reaches(0x7fff_ffff);
    reaches(0xffff_fff0);
    guest.writeRegister(SVGA_REG.FENCE_GOAL, 3);
    expect([0xffff_ffff, 2, 3, 4].map(reaches)).toEqual([false, false, true, false]);
    expect(guest.readRegister(SVGA_REG.FENCE)).toBe(4);
  });
});
