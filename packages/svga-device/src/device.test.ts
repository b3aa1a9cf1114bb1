import { describe, expect, it } from 'vitest';
import { TestGuest } from '../test/guest.js';
import { SvgaDevice } from './index.js';
import {
  CommandWriter,
  encodeCommand,
  readCommandBufferHeader,
  SVGA3D_DEVCAP,
  SVGA_CAP,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_MAX_QUEUED_PER_CONTEXT,
  SVGA_CB_MAX_SIZE,
  SVGA_CB_STATUS,
  SVGA_FIFO,
  SVGA_ID,
  SVGA_IRQFLAG,
  SVGA_PORT,
  SVGA_REG,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import type { SvgaDeviceOptions } from './index.js';

const { ANY_FENCE, COMMAND_BUFFER, ERROR } = SVGA_IRQFLAG;
const fence = (number: number): Uint8Array => encodeCommand('FENCE', { fence: number });
const unknownCommand = new Uint8Array(Uint32Array.of(2999, 0).buffer);

function join(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

describe('registers', () => {
  it('the version is negotiated: what the device does not speak is not taken', () => {
    const guest = new TestGuest();
    expect(guest.readRegister(SVGA_REG.ID)).toBe(SVGA_ID.V2);
    guest.writeRegister(SVGA_REG.ID, SVGA_ID.V1);
    expect(guest.readRegister(SVGA_REG.ID)).toBe(SVGA_ID.V1);
    guest.writeRegister(SVGA_REG.ID, 0x9000_0003);
    expect(guest.readRegister(SVGA_REG.ID)).toBe(SVGA_ID.V1);
  });

  it('DX is offered only where the host says so', () => {
    for (const dx of [false, true]) {
      const guest = new TestGuest({ dx });
      const capabilities = guest.readRegister(SVGA_REG.CAPABILITIES);
      expect(capabilities & SVGA_CAP.GBOBJECTS).not.toBe(0);
      expect(capabilities & SVGA_CAP.COMMAND_BUFFERS).not.toBe(0);
      expect((capabilities & SVGA_CAP.DX) !== 0).toBe(dx);
      guest.writeRegister(SVGA_REG.DEV_CAP, SVGA3D_DEVCAP.DXCONTEXT);
      expect(guest.readRegister(SVGA_REG.DEV_CAP)).toBe(dx ? 1 : 0);
    }
  });

  it('limits are what the guest reads', () => {
    const guest = new TestGuest({
      maxTextureSize: 1000,
      maxMobBytes: 8192,
      fifoBytes: 65_536,
      vramBytes: 4096,
    });
    expect(guest.readRegister(SVGA_REG.MEM_SIZE)).toBe(65_536);
    expect(guest.device.fifo.byteLength).toBe(65_536);
    expect(guest.readRegister(SVGA_REG.VRAM_SIZE)).toBe(4096);
    expect(guest.readRegister(SVGA_REG.MOB_MAX_SIZE)).toBe(8192);
    guest.writeRegister(SVGA_REG.DEV_CAP, SVGA3D_DEVCAP.MAX_TEXTURE_HEIGHT);
    expect(guest.readRegister(SVGA_REG.DEV_CAP)).toBe(1000);
    guest.writeRegister(SVGA_REG.DEV_CAP, 0xffff_ffff);
    expect(guest.readRegister(SVGA_REG.DEV_CAP)).toBe(0);
  });

  it('unknown registers and ports are zero, and read-only ones stay', () => {
    const guest = new TestGuest();
    guest.writeRegister(5000, 7);
    expect(guest.readRegister(5000)).toBe(0);
    const capabilities = guest.readRegister(SVGA_REG.CAPABILITIES);
    guest.writeRegister(SVGA_REG.CAPABILITIES, 0);
    expect(guest.readRegister(SVGA_REG.CAPABILITIES)).toBe(capabilities);
    guest.writeRegister(SVGA_REG.WIDTH, 640);
    expect(guest.readRegister(SVGA_REG.WIDTH)).toBe(640);
    guest.device.writePort(3, 7);
    expect(guest.device.readPort(3)).toBe(0);
    expect(guest.device.readPort(SVGA_PORT.INDEX)).toBe(SVGA_REG.WIDTH);
  });

  it.each<SvgaDeviceOptions>([
    { maxImageBytes: 0 },
    { maxTextureSize: 1.5 },
    { fifoBytes: 4096 },
    { maxMobs: NaN },
  ])('limits that cannot be are refused: %o', (options) => {
    const host = { memory: { bytes: 0, view: () => new Uint8Array() }, setInterrupt: () => {} };
    expect(() => new SvgaDevice(host, options)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});

describe('command buffers', () => {
  it('are taken only when enabled and configured, in context 0 or the device context', () => {
    const guest = new TestGuest();
    expect(guest.submit(fence(1)).status).toBe(SVGA_CB_STATUS.SUBMISSION_ERROR);
    guest.writeRegister(SVGA_REG.ENABLE, 1);
    expect(guest.submit(fence(1)).status).toBe(SVGA_CB_STATUS.SUBMISSION_ERROR);
    expect(guest.device.lastError).toMatchObject({ code: 'EPERM' });
    guest.start();
    expect(guest.submit(fence(1), { context: 2 }).status).toBe(SVGA_CB_STATUS.SUBMISSION_ERROR);
    expect(guest.submit(fence(1)).status).toBe(SVGA_CB_STATUS.COMPLETED);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(1);
  });

  it('wait while their context is stopped, at most 32, and run in order when it starts', () => {
    const guest = new TestGuest();
    guest.writeRegister(SVGA_REG.ENABLE, 1);
    guest.writeRegister(SVGA_REG.CONFIG_DONE, 1);
    const headers = Array.from({ length: SVGA_CB_MAX_QUEUED_PER_CONTEXT + 1 }, (_, i) => 4096 * 8 + i * 128);
    headers.forEach((header, i) => {
      guest.memory.set(fence(i + 1), header + 64);
      writeCommandBufferHeader(guest.memory.subarray(header), { length: 8, pa: header + 64 });
      guest.writeRegister(SVGA_REG.COMMAND_LOW, header);
    });
    const statuses = (): number[] =>
      headers.map((at) => readCommandBufferHeader(guest.memory.subarray(at)).status);
    expect(statuses()).toEqual([...Array(32).fill(SVGA_CB_STATUS.NONE), SVGA_CB_STATUS.QUEUE_FULL]);
    expect(guest.startContext(true).status).toBe(SVGA_CB_STATUS.COMPLETED);
    expect(statuses()).toEqual([...Array(32).fill(SVGA_CB_STATUS.COMPLETED), SVGA_CB_STATUS.QUEUE_FULL]);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(32);
    guest.startContext(false);
    expect(guest.submit(fence(99)).status).toBe(SVGA_CB_STATUS.NONE);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(32);
  });

  it('a bad command: those before have taken effect, those after have not, errorOffset is its own', () => {
    const guest = new TestGuest().start();
    const before = guest.device.statistics;
    const done = before.commands;
    const result = guest.submit(join(fence(1), unknownCommand, fence(2)));
    expect(result).toEqual({ status: SVGA_CB_STATUS.COMMAND_ERROR, errorOffset: 8 });
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(1);
    expect(guest.device.statistics).toMatchObject({ commands: done + 1, errors: 1 });
    expect(guest.device.lastError).toMatchObject({ code: 'ENOSYS', values: { id: 2999 } });
    expect(guest.submit(fence(3)).status).toBe(SVGA_CB_STATUS.COMPLETED);
  });

  it('a stream that stops making sense is a command error where it does', () => {
    const guest = new TestGuest().start();
    expect(guest.submit(join(fence(1), Uint8Array.of(30, 0)))).toEqual({ status: 3, errorOffset: 8 });
    expect(guest.submit(new Uint8Array(0)).status).toBe(SVGA_CB_STATUS.COMPLETED);
  });

  it('a bad header is a header error, and nothing of the buffer runs', () => {
    const guest = new TestGuest().start();
    const good = { length: 8, pa: 4096 };
    guest.memory.set(fence(5), 4096);
    const submit = (): number => {
      guest.writeRegister(SVGA_REG.COMMAND_LOW, 0);
      return readCommandBufferHeader(guest.memory).status;
    };
    for (const bad of [
      { length: SVGA_CB_MAX_SIZE + 1 },
      { pa: guest.memory.length - 4 },
      { pa: Number.MAX_SAFE_INTEGER },
      { flags: SVGA_CB_FLAG.MOB },
      { flags: SVGA_CB_FLAG.DX_CONTEXT },
      { flags: 0x8000_0000 },
      { offset: 12 },
    ]) {
      writeCommandBufferHeader(guest.memory, { ...good, ...bad });
      expect({ ...bad, status: submit() }).toEqual({ ...bad, status: SVGA_CB_STATUS.CB_HEADER_ERROR });
    }
    writeCommandBufferHeader(guest.memory, good);
    guest.memory[60] = 1;
    expect(submit()).toBe(SVGA_CB_STATUS.CB_HEADER_ERROR);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(0);
    writeCommandBufferHeader(guest.memory, good);
    expect(submit()).toBe(SVGA_CB_STATUS.COMPLETED);
  });

  it('a header outside memory has no status to write: the error interrupt is all there is', () => {
    const guest = new TestGuest().start();
    guest.writeRegister(SVGA_REG.IRQMASK, ERROR);
    guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xffff_ffff);
    guest.writeRegister(SVGA_REG.COMMAND_HIGH, 0xffff_ffff);
    guest.writeRegister(SVGA_REG.COMMAND_LOW, 0);
    expect(guest.device.readPort(SVGA_PORT.IRQSTATUS)).toBe(ERROR);
    expect(guest.interrupts).toEqual([true]);
    expect(guest.device.lastError).toMatchObject({
      code: 'EFAULT',
      values: { address: 0xffff_ffff * 2 ** 32 },
    });
  });

  it('command buffers run as they were submitted, also when a command writes over them', () => {
    const guest = new TestGuest().start();
    const pa = guest.memory.length - 200 * 4096;
    guest.must('DEFINE_GB_MOB64', { mobid: 1, ptDepth: 3, base: pa / 4096, sizeInBytes: 4096 });
    guest.must('DEFINE_GB_SURFACE', {
      sid: 1,
      surfaceFlags: 0,
      format: 37,
      numMipLevels: 1,
      multisampleCount: 0,
      autogenFilter: 0,
      width: 4096,
      height: 1,
      depth: 1,
    });
    guest.must('BIND_GB_SURFACE', { sid: 1, mobid: 1 });
    guest.must('WRITE_ZERO_SURFACE', { sid: 1 });
    const commands = join(encodeCommand('READBACK_GB_SURFACE', { sid: 1 }), fence(7));
    expect(guest.submit(commands, { pa }).status).toBe(SVGA_CB_STATUS.COMPLETED);
    expect(guest.memory.subarray(pa, pa + commands.length).every((byte) => byte === 0)).toBe(true);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(7);
  });

  it('disabling the device forgets objects, tables and contexts', () => {
    const guest = new TestGuest().start();
    guest.defineSurface({}, 64 * 64 * 4);
    expect(guest.device.image(1, 0)?.length).toBe(64 * 64 * 4);
    guest.writeRegister(SVGA_REG.ENABLE, 0);
    expect(guest.device.image(1, 0)).toBeUndefined();
    expect(guest.submit(fence(1)).status).toBe(SVGA_CB_STATUS.SUBMISSION_ERROR);
    guest.start();
    expect(guest.run('UPDATE_GB_SURFACE', { sid: 1 }).status).toBe(SVGA_CB_STATUS.COMMAND_ERROR);
  });
});

/** A started guest that has had no interrupt yet. */
function quietGuest(mask: number): TestGuest {
  const guest = new TestGuest().start();
  guest.writeRegister(SVGA_REG.IRQMASK, mask);
  guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xffff_ffff);
  guest.interrupts.length = 0;
  return guest;
}

describe('interrupts and fences', () => {
  it('the line is status and mask, and status is cleared by writing ones', () => {
    const guest = quietGuest(ANY_FENCE);
    guest.submit(fence(1));
    expect(guest.device.readPort(SVGA_PORT.IRQSTATUS)).toBe(ANY_FENCE | COMMAND_BUFFER);
    expect(guest.interrupts).toEqual([true]);
    guest.device.writePort(SVGA_PORT.IRQSTATUS, COMMAND_BUFFER);
    expect(guest.interrupts).toEqual([true]);
    guest.device.writePort(SVGA_PORT.IRQSTATUS, ANY_FENCE);
    expect(guest.interrupts).toEqual([true, false]);
    expect(guest.device.readPort(SVGA_PORT.IRQSTATUS)).toBe(0);
  });

  it('a masked source waits in the status until it is let through', () => {
    const guest = quietGuest(0);
    guest.submit(fence(1));
    expect(guest.interrupts).toEqual([]);
    guest.writeRegister(SVGA_REG.IRQMASK, COMMAND_BUFFER);
    expect(guest.readRegister(SVGA_REG.IRQMASK)).toBe(COMMAND_BUFFER);
    expect(guest.interrupts).toEqual([true]);
  });

  it('NO_IRQ silences completion, and neither fences nor errors', () => {
    const guest = quietGuest(0);
    const statusAfter = (commands: Uint8Array): number => {
      guest.submit(commands, { flags: SVGA_CB_FLAG.NO_IRQ });
      const status = guest.device.readPort(SVGA_PORT.IRQSTATUS);
      guest.device.writePort(SVGA_PORT.IRQSTATUS, status);
      return status;
    };
    expect(statusAfter(new Uint8Array(0))).toBe(0);
    expect(statusAfter(fence(1))).toBe(ANY_FENCE);
    expect(statusAfter(unknownCommand)).toBe(COMMAND_BUFFER | ERROR);
  });

  it('fence 0 is none', () => {
    const guest = quietGuest(ANY_FENCE);
    guest.submit(fence(3));
    guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xffff_ffff);
    guest.submit(fence(0));
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(3);
    expect(guest.device.readPort(SVGA_PORT.IRQSTATUS)).toBe(COMMAND_BUFFER);
  });

  it('the handler of an interrupt finds the status written, and may submit again', () => {
    const guest = quietGuest(COMMAND_BUFFER);
    const seen: number[] = [];
    guest.onInterrupt = (asserted) => {
      if (asserted) {
        seen.push(readCommandBufferHeader(guest.memory).status);
        guest.device.writePort(SVGA_PORT.IRQSTATUS, 0xffff_ffff);
        if (seen.length < 3) {
          guest.submit(fence(seen.length + 1));
        }
      }
    };
    guest.submit(fence(1));
    expect(seen).toEqual([1, 1, 1]);
    expect(guest.device.fifo[SVGA_FIFO.FENCE]).toBe(3);
    expect(guest.interrupts).toEqual([true, false, true, false, true, false]);
  });

  it('statistics count by command', () => {
    const guest = new TestGuest().start();
    const writer = new CommandWriter();
    writer.write('FENCE', { fence: 1 });
    writer.write('FENCE', { fence: 2 });
    guest.submit(writer.bytes);
    const { perCommand, commands, commandBuffers } = guest.device.statistics;
    expect(perCommand).toMatchObject({ FENCE: 2, SET_OTABLE_BASE64: 2, DC_CMD_START_STOP_CONTEXT: 1 });
    expect({ commands, commandBuffers }).toEqual({ commands: 5, commandBuffers: 4 });
    expect(SVGA_CB_CONTEXT.DEVICE).toBe(0x3f);
  });
});
