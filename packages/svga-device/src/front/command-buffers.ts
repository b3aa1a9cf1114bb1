import { SvgaDeviceError } from '../errors.js';
import { isInMemory } from '../memory/guest-memory.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import {
  readCommandBufferHeader,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_STATUS,
  writeCommandBufferStatus,
  SVGA_CAP,
  SVGA_IRQFLAG,
} from '@cg/svga-protocol';
import type { CommandReader } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';
import { capabilityBits } from './capabilities.js';
import type { CommandWait } from '../renderer/command-wait.js';
import { CommandBufferRunner } from './command-buffer.js';
import type { CommandBufferResult, StoppedBuffer } from './command-buffer.js';
import { CommandQueue } from './command-queue.js';
import type { QueuedBuffer } from './command-queue.js';
import type { Interrupts } from './interrupts.js';

/** What submission needs of the rest of the device. */
export interface SubmissionHost {
  readonly interrupts: Interrupts;
  /** Records a guest's error. */
  fail(error: Error): void;
  /** A stream has stopped at a command: nothing else runs until `resume` has resumed it. */
  stop(wait: CommandWait, resume: Resume): void;
}

/** Resumes a stream. @param failure why the awaited answer does not come */
export type Resume = (failure: Error | undefined) => void;

/**
 * Submission through the command registers: one queue for each context (SVGA_CB_CONTEXT_0, and _1 with
 * SVGA_CAP_HP_CMD_QUEUE), and the device context, whose commands run at once.
 */
export class CommandBuffers {
  readonly #objects: DeviceObjects;
  readonly #host: SubmissionHost;
  readonly #runner: CommandBufferRunner;
  /** By context. */
  readonly queues: readonly CommandQueue[];

  constructor(objects: DeviceObjects, host: SubmissionHost) {
    this.#objects = objects;
    this.#host = host;
    const contexts = (capabilityBits(objects.limits) & SVGA_CAP.HP_CMD_QUEUE) === 0 ? 1 : 2;
    this.queues = Array.from({ length: contexts }, () => new CommandQueue());
    this.#runner = new CommandBufferRunner(objects, (_, reader) => this.#executeOnDevice(reader));
  }

  /** When the next buffer may run; Infinity if none is queued in a started context. */
  get due(): number {
    let due = Infinity;
    for (const queue of this.queues) {
      due = Math.min(due, queue.due);
    }
    return due;
  }

  /**
   * A write of COMMAND_LOW or CMD_PREPEND_LOW.
   * @param due when a buffer may complete
   * @param isRunning whether commands are accepted
   */
  submit(high: number, low: number, { due, isRunning, first }: SubmitOptions): void {
    const context = low & SVGA_CB_CONTEXT.MASK;
    const address = high * 2 ** 32 + (low - context);
    if (!isInMemory(this.#objects.memory, address, SVGA_CB_HEADER_BYTES)) {
      const where = { address };
      this.#host.fail(new SvgaDeviceError('EFAULT', 'command buffer header is outside guest memory', where));
      this.#host.interrupts.post(SVGA_IRQFLAG.ERROR);
    } else if (!isRunning) {
      const why = 'device needs ENABLE and CONFIG_DONE before command buffers';
      this.#refuse(address, SVGA_CB_STATUS.SUBMISSION_ERROR, new SvgaDeviceError('EPERM', why));
    } else if (context === SVGA_CB_CONTEXT.DEVICE) {
      this.#end(address, this.#runner.runOnDevice(address));
    } else if (context >= this.queues.length) {
      const error = new SvgaDeviceError('EINVAL', 'no such context', { context });
      this.#refuse(address, SVGA_CB_STATUS.SUBMISSION_ERROR, error);
    } else if (!this.queues[context].push({ address, due }, first)) {
      const error = new SvgaDeviceError('EPERM', 'the queue of the context is full', { context });
      this.#refuse(address, SVGA_CB_STATUS.QUEUE_FULL, error);
    }
  }

  /**
   * Runs the buffer that is due first, of the high-priority context before the other.
   * @returns false if none is due by `now`
   */
  runNext(now: number): boolean {
    const { due } = this;
    if (due > now) {
      return false;
    }
    const queue = this.queues.findLast((one) => one.due === due);
    const buffer = queue?.take();
    if (buffer === undefined) {
      return false;
    }
    this.#end(buffer.address, this.#runner.run(buffer.address));
    return true;
  }

  reset(): void {
    this.queues.forEach((queue) => queue.reset());
  }

  #end(address: number, result: CommandBufferResult | StoppedBuffer): void {
    if ('wait' in result) {
      this.#host.stop(result.wait, (failure) => this.#end(address, this.#runner.resume(result, failure)));
      return;
    }
    const { status, errorOffset, flags, error } = result;
    const { interrupts } = this.#host;
    if (error !== undefined) {
      this.#host.fail(error);
      interrupts.post(SVGA_IRQFLAG.COMMAND_BUFFER | SVGA_IRQFLAG.ERROR);
    } else if ((flags & SVGA_CB_FLAG.NO_IRQ) === 0) {
      interrupts.post(SVGA_IRQFLAG.COMMAND_BUFFER);
    }
    this.#setStatus(address, status, errorOffset);
  }

  #refuse(address: number, status: number, error: Error): void {
    this.#host.fail(error);
    this.#setStatus(address, status);
  }

  #setStatus(address: number, status: number, errorOffset = 0): void {
    const header = this.#objects.memory.view(address, SVGA_CB_HEADER_BYTES);
    writeCommandBufferStatus(header, status, errorOffset);
  }

  #queue(context: number): CommandQueue {
    const queue = this.queues[context];
    if (queue === undefined) {
      throw new SvgaDeviceError('EINVAL', 'no such context', { context });
    }
    return queue;
  }

  /** Removes buffers from a queue, with the status PREEMPTED. */
  #preempt(context: number, ignoreIdZero: boolean): void {
    const { memory, budget } = this.#objects;
    budget.charge(0, this.#queue(context).waiting.length);
    const isPreempted = ({ address }: QueuedBuffer): boolean => {
      return !ignoreIdZero || readCommandBufferHeader(memory.view(address, SVGA_CB_HEADER_BYTES)).id !== 0;
    };
    for (const { address } of this.#queue(context).remove(isPreempted)) {
      this.#setStatus(address, SVGA_CB_STATUS.PREEMPTED);
    }
  }

  #executeOnDevice(reader: CommandReader): void {
    this.#objects.budget.chargeEach(1, COST.COMMAND);
    switch (reader.name) {
      case 'DC_CMD_NOP':
        break;
      case 'DC_CMD_START_STOP_CONTEXT': {
        const { context, enable } = reader.fields(reader.name);
        this.#queue(context).started = enable !== 0;
        break;
      }
      case 'DC_CMD_PREEMPT': {
        const { context, ignoreIDZero } = reader.fields(reader.name);
        this.#preempt(context, ignoreIDZero !== 0);
        break;
      }
      case 'DC_CMD_START_QUEUE':
        this.#queue(reader.fields(reader.name).context).started = true;
        break;
      case 'DC_CMD_ASYNC_STOP_QUEUE':
        this.#queue(reader.fields(reader.name).context).started = false;
        break;
      case 'DC_CMD_EMPTY_CONTEXT_QUEUE':
        this.#preempt(reader.fields(reader.name).context, false);
        break;
      default:
        throw new SvgaDeviceError('ENOSYS', 'command is not one of the device context', { id: reader.id });
    }
    this.#objects.counters.countCommand(reader.index);
  }
}

/** Options of a submission. */
export interface SubmitOptions {
  readonly due: number;
  readonly isRunning: boolean;
  /** Ahead of the queued buffers. */
  readonly first: boolean;
}
