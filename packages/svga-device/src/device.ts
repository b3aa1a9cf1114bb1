import { CommandBufferRunner } from './command-buffer.js';
import { CommandQueue } from './command-queue.js';
import type { CommandTarget } from './commands/executors.js';
import { DeviceObjects } from './device-objects.js';
import { SvgaDeviceError } from './errors.js';
import { isInMemory } from './guest-memory.js';
import type { SvgaHost } from './guest-memory.js';
import { Interrupts } from './interrupts.js';
import { resolveLimits } from './limits.js';
import type { SvgaDeviceOptions } from './limits.js';
import {
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_STATUS,
  writeCommandBufferStatus,
} from './protocol/command-buffer-header.js';
import { RegisterFile } from './register-file.js';
import { SVGA_FIFO, SVGA_FIFO_CAP, SVGA_IRQFLAG, SVGA_PORT, SVGA_REG, SVGA_REG_ENABLE } from './registers.js';
import type { DeviceStatistics } from './statistics.js';

/**
 * The SVGA II device with guest-backed objects, as seen from its BARs. A command buffer runs when COMMAND_LOW
 * is written, before the write returns, unless its context is stopped.
 *
 * No access throws, whatever the guest has written where: a mistake of the guest ends the command buffer with
 * an error status, and is kept in `lastError`.
 */
export class SvgaDevice {
  /**
   * BAR2: the FIFO registers and memory. The device writes the last fence to SVGA_FIFO.FENCE and reads
   * nothing.
   */
  readonly fifo: Uint32Array;
  readonly #host: SvgaHost;
  readonly #objects: DeviceObjects;
  readonly #interrupts: Interrupts;
  readonly #registers: RegisterFile;
  readonly #queue = new CommandQueue();
  readonly #runner: CommandBufferRunner;
  #lastError: Error | undefined;

  /** @throws SvgaDeviceError EINVAL for limits that cannot be */
  constructor(host: SvgaHost, options: SvgaDeviceOptions = {}) {
    this.#host = host;
    const limits = resolveLimits(options);
    this.fifo = new Uint32Array(limits.fifoBytes / 4);
    this.fifo[SVGA_FIFO.CAPABILITIES] = SVGA_FIFO_CAP.FENCE;
    this.#objects = new DeviceObjects(host.memory, limits);
    this.#interrupts = new Interrupts((asserted) => host.setInterrupt(asserted));
    this.#registers = new RegisterFile(limits);
    this.#runner = new CommandBufferRunner(this.#commandTarget());
  }

  /** Counters since the device was made. */
  get statistics(): DeviceStatistics {
    return this.#objects.counters;
  }

  /** Why the last command, header or submission was refused; undefined while none was. */
  get lastError(): Error | undefined {
    return this.#lastError;
  }

  /** Reads a port of BAR0, 32 bits wide; a port that is not there reads as 0. */
  readPort(offset: number): number {
    switch (offset) {
      case SVGA_PORT.INDEX:
        return this.#registers.index;
      case SVGA_PORT.VALUE:
        return this.#registers.index === SVGA_REG.IRQMASK ? this.#interrupts.mask : this.#registers.read();
      case SVGA_PORT.IRQSTATUS:
        return this.#interrupts.status;
      default:
        return 0;
    }
  }

  /** Writes a port of BAR0, 32 bits wide; a port that is not there takes nothing. */
  writePort(offset: number, value: number): void {
    const word = value >>> 0;
    switch (offset) {
      case SVGA_PORT.INDEX:
        this.#registers.index = word;
        break;
      case SVGA_PORT.VALUE:
        this.#writeRegister(word);
        break;
      case SVGA_PORT.IRQSTATUS:
        this.#interrupts.acknowledge(word);
        break;
    }
  }

  /**
   * The device's own image of a subresource (of its first sample sheet): a live view, until the surface is
   * invalidated or destroyed. Undefined where there is no such subresource, or no memory for an image that
   * was never needed before.
   */
  image(surfaceId: number, subresource: number): Uint8Array | undefined {
    const surface = this.#objects.surfaces.get(surfaceId);
    if (surface === undefined || !Number.isInteger(subresource)) {
      return undefined;
    }
    const { layout } = surface;
    if (subresource < 0 || subresource >= layout.subresourceCount) {
      return undefined;
    }
    try {
      const start = layout.offsetOf(subresource);
      return surface.image(this.#objects.images).subarray(start, start + layout.mipOf(subresource).bytes);
    } catch (error) {
      if (error instanceof SvgaDeviceError && error.code === 'ENOMEM') {
        return undefined;
      }
      throw error;
    }
  }

  #commandTarget(): CommandTarget {
    return {
      objects: this.#objects,
      passFence: (fence) => {
        if (fence !== 0) {
          this.fifo[SVGA_FIFO.FENCE] = fence;
          this.#interrupts.post(SVGA_IRQFLAG.ANY_FENCE);
        }
      },
      startStopContext: (context, enable) => {
        if (context !== SVGA_CB_CONTEXT.CONTEXT_0) {
          throw new SvgaDeviceError('EINVAL', 'no such context', { context });
        }
        this.#queue.started = enable;
      },
    };
  }

  #writeRegister(value: number): void {
    switch (this.#registers.index) {
      case SVGA_REG.ENABLE:
        this.#registers.write(value);
        if ((value & SVGA_REG_ENABLE.ENABLE) === 0) {
          this.#reset();
        }
        break;
      case SVGA_REG.IRQMASK:
        this.#interrupts.mask = value;
        break;
      case SVGA_REG.COMMAND_LOW:
        this.#submit(value);
        break;
      default:
        this.#registers.write(value);
    }
  }

  /**
   * What disabling does: objects, tables, contexts and interrupts are gone. FIFO memory and statistics stay.
   */
  #reset(): void {
    this.#registers.reset();
    this.#queue.reset();
    this.#objects.reset();
    this.#interrupts.reset();
  }

  #submit(low: number): void {
    const context = low & SVGA_CB_CONTEXT.MASK;
    const address = this.#registers.commandHigh * 2 ** 32 + (low - context);
    if (!isInMemory(this.#host.memory, address, SVGA_CB_HEADER_BYTES)) {
      this.#fail(new SvgaDeviceError('EFAULT', 'command buffer header is outside guest memory', { address }));
      this.#interrupts.post(SVGA_IRQFLAG.ERROR);
      this.#interrupts.drive();
    } else if (!this.#registers.isRunning) {
      this.#fail(new SvgaDeviceError('EPERM', 'device needs ENABLE and CONFIG_DONE before command buffers'));
      this.#setStatus(address, SVGA_CB_STATUS.SUBMISSION_ERROR);
    } else if (context === SVGA_CB_CONTEXT.DEVICE) {
      this.#run(address, true);
      this.#drain();
    } else if (context !== SVGA_CB_CONTEXT.CONTEXT_0) {
      this.#fail(new SvgaDeviceError('EINVAL', 'no such context', { context }));
      this.#setStatus(address, SVGA_CB_STATUS.SUBMISSION_ERROR);
    } else if (this.#queue.push(address)) {
      this.#drain();
    } else {
      this.#fail(new SvgaDeviceError('EPERM', 'context is stopped and its queue is full'));
      this.#setStatus(address, SVGA_CB_STATUS.QUEUE_FULL);
    }
  }

  #drain(): void {
    for (let address = this.#queue.take(); address !== undefined; address = this.#queue.take()) {
      this.#run(address, false);
    }
  }

  #run(address: number, deviceContext: boolean): void {
    const { status, errorOffset, flags, error } = this.#runner.run(address, deviceContext);
    if (error !== undefined) {
      this.#fail(error);
      this.#interrupts.post(SVGA_IRQFLAG.COMMAND_BUFFER | SVGA_IRQFLAG.ERROR);
    } else if ((flags & SVGA_CB_FLAG.NO_IRQ) === 0) {
      this.#interrupts.post(SVGA_IRQFLAG.COMMAND_BUFFER);
    }
    this.#setStatus(address, status, errorOffset);
    this.#interrupts.drive();
  }

  #setStatus(address: number, status: number, errorOffset = 0): void {
    writeCommandBufferStatus(this.#host.memory.view(address, SVGA_CB_HEADER_BYTES), status, errorOffset);
  }

  #fail(error: Error): void {
    this.#objects.counters.errors++;
    this.#lastError = error;
  }
}
