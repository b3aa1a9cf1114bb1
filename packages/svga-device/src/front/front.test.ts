import { describe, expect, it } from 'vitest';
import { TestGuest } from '../../test/guest.js';
import {
  encodeCommand,
  readCommandBufferHeader,
  SVGA_CAP,
  SVGA_CB_CONTEXT,
  SVGA_FIFO,
  SVGA_IRQFLAG,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';

const fence = (number: number): Uint8Array => encodeCommand('FENCE', { fence: number });

/** Lays a ring over FIFO memory, from `start` on. */
function ring(guest: TestGuest, min = 4096, start = min): void {
  const { fifo } = guest.device;
  fifo[SVGA_FIFO.MIN] = min;
  fifo[SVGA_FIFO.MAX] = fifo.byteLength;
  fifo[SVGA_FIFO.NEXT_CMD] = start;
  fifo[SVGA_FIFO.STOP] = start;
}

function put(guest: TestGuest, bytes: Uint8Array): void {
  const { fifo } = guest.device;
  const memory = new Uint8Array(fifo.buffer);
  let at = fifo[SVGA_FIFO.NEXT_CMD];
  for (const byte of bytes) {
    memory[at++] = byte;
    at = at === fifo[SVGA_FIFO.MAX] ? fifo[SVGA_FIFO.MIN] : at;
  }
  fifo[SVGA_FIFO.NEXT_CMD] = at;
}

/** Submits a fence in a buffer of its own at `page`. */
function submitFence(
  guest: TestGuest,
  page: number,
  number: number,
  id = 1,
  register: number = SVGA_REG.COMMAND_LOW,
): void {
  const header = page * 4096;
  guest.memory.set(fence(number), header + 64);
  writeCommandBufferHeader(guest.memory.subarray(header), { length: 8, pa: header + 64, id });
  guest.writeRegister(register, header);
}

const status = (guest: TestGuest, page: number): number => {
  return readCommandBufferHeader(guest.memory.subarray(page * 4096)).status;
};

describe('the FIFO ring', () => {
  it('runs on SYNC, across the turn from MAX to MIN, and STOP follows', () => {
    const guest = new TestGuest().start();
    const { fifo } = guest.device;
    ring(guest, 4096, fifo.byteLength - 12);
    put(guest, Buffer.concat([fence(1), fence(2), fence(3)]));
    expect(fifo[SVGA_FIFO.FENCE]).toBe(0);
    guest.writeRegister(SVGA_REG.SYNC, 1);
    expect(fifo[SVGA_FIFO.FENCE]).toBe(3);
    expect(fifo[SVGA_FIFO.STOP]).toBe(4096 + 12);
    expect(guest.readRegister(SVGA_REG.BUSY)).toBe(0);
    expect(guest.device.readPort(SVGA_PORT.IRQSTATUS) & SVGA_IRQFLAG.FIFO_PROGRESS).not.toBe(0);
  });

  it('a command that is not there whole waits for its rest; a bad one is passed over', () => {
    const guest = new TestGuest().start();
    const { fifo } = guest.device;
    ring(guest);
    put(guest, fence(1).subarray(0, 4));
    guest.writeRegister(SVGA_REG.SYNC, 1);
    expect([fifo[SVGA_FIFO.FENCE], fifo[SVGA_FIFO.STOP]]).toEqual([0, 4096]);
    put(guest, fence(1).subarray(4));
    put(guest, encodeCommand('DESTROY_GB_SURFACE', { sid: 77 }));
    put(guest, fence(2));
    guest.writeRegister(SVGA_REG.SYNC, 1);
    expect(fifo[SVGA_FIFO.FENCE]).toBe(2);
    expect(guest.device.lastError).toMatchObject({ code: 'ENOENT', values: { sid: 77 } });
  });

  it('a ring that is none is an error, and nothing else', () => {
    const guest = new TestGuest().start();
    ring(guest);
    guest.device.fifo[SVGA_FIFO.MAX] = 0xffff_fff0;
    guest.writeRegister(SVGA_REG.SYNC, 1);
    expect(guest.device.lastError).toMatchObject({ code: 'EINVAL' });
  });

  it('FENCE_GOAL rises once its fence is passed, where the guest left room for the register', () => {
    const guest = new TestGuest().start();
    ring(guest);
    guest.device.fifo[SVGA_FIFO.FENCE_GOAL] = 5;
    const statusAfter = (number: number): number => {
      guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xff);
      guest.submit(fence(number));
      return guest.device.readPort(SVGA_PORT.IRQSTATUS) & SVGA_IRQFLAG.FENCE_GOAL;
    };
    expect([4, 5, 6].map(statusAfter)).toEqual([0, SVGA_IRQFLAG.FENCE_GOAL, 0]);
  });
});

describe('queues', () => {
  it('preemption takes out what waits, with its status; id 0 can be left', () => {
    const guest = new TestGuest().start();
    guest.startContext(false);
    submitFence(guest, 20, 1, 0);
    submitFence(guest, 21, 2, 7);
    const preempt = encodeCommand('DC_CMD_PREEMPT', { context: 0, ignoreIDZero: 1 });
    expect(guest.submit(preempt, { context: SVGA_CB_CONTEXT.DEVICE }).status).toBe(1);
    expect([status(guest, 20), status(guest, 21)]).toEqual([0, 5]);
    guest.startContext(true);
    expect([status(guest, 20), guest.device.fifo[SVGA_FIFO.FENCE]]).toEqual([1, 1]);
  });

  it('a prepended buffer runs before those that wait', () => {
    const guest = new TestGuest().start();
    guest.startContext(false);
    submitFence(guest, 20, 1);
    submitFence(guest, 21, 2, 1, SVGA_REG.CMD_PREPEND_LOW);
    guest.startContext(true);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(1);
  });

  it('a device without command buffers takes none', () => {
    const guest = new TestGuest({ withoutCapabilities: SVGA_CAP.COMMAND_BUFFERS });
    expect(guest.readRegister(SVGA_REG.CAPABILITIES) & SVGA_CAP.COMMAND_BUFFERS).toBe(0);
    submitFence(guest, 20, 1);
    expect(guest.device.lastError).toMatchObject({ code: 'ENOSYS' });
  });
});

describe('delayed completion', () => {
  it('1.2: fences complete in order, each when its time has come, and the interrupt with them', () => {
    const guest = new TestGuest({ completionDelay: 10 }).start();
    guest.device.advance(100);
    guest.writeRegister(SVGA_REG.IRQMASK, SVGA_IRQFLAG.ANY_FENCE);
    guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xff);
    guest.interrupts.length = 0;
    submitFence(guest, 20, 1);
    guest.device.advance(105);
    submitFence(guest, 21, 2);
    expect([status(guest, 20), guest.device.nextDue]).toEqual([0, 110]);
    guest.device.advance(110);
    expect([status(guest, 20), status(guest, 21), guest.device.fifo[SVGA_FIFO.FENCE]]).toEqual([1, 0, 1]);
    expect(guest.interrupts).toEqual([true]);
    guest.device.advance(200);
    expect([status(guest, 21), guest.device.fifo[SVGA_FIFO.FENCE], guest.device.nextDue]).toEqual([
      1,
      2,
      undefined,
    ]);
  });
});
