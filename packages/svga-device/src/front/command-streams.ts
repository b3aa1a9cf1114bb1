import { SVGA_FIFO, SVGA_IRQFLAG } from '@cg/svga-protocol';
import type { DeviceObjects } from '../objects/device-objects.js';
import { CommandBuffers } from './command-buffers.js';
import { FifoRing } from './fifo-ring.js';
import type { Interrupts } from './interrupts.js';
import { StreamStop } from './stream-stop.js';

/** What command streams need of the rest of the device. */
export interface StreamsHost {
  readonly interrupts: Interrupts;
  /** Records a guest's error. */
  fail(error: Error): void;
  /** Does the work of a stream that waited. */
  resume(work: () => void): void;
}

/**
 * Schedules commands: the buffers of each context and the ring, one after another, by the host's time. A command that
 * waits for the renderer stops all of them.
 */
export class CommandStreams {
  readonly buffers: CommandBuffers;
  readonly #ring: FifoRing;
  readonly #fifo: Uint32Array;
  readonly #objects: DeviceObjects;
  readonly #host: StreamsHost;
  readonly #stop = new StreamStop(() => this.#host.resume(() => this.run()));
  /** Whether the ring is stopped, not a command buffer. */
  #ringStopped = false;
  #isRunning = false;
  /** The host's time. */
  now = 0;
  /** When the ring is checked next; Infinity without a request. */
  ringDue = Infinity;

  constructor(objects: DeviceObjects, fifo: Uint32Array, host: StreamsHost) {
    this.#objects = objects;
    this.#fifo = fifo;
    this.#host = host;
    this.#ring = new FifoRing(fifo, objects, {
      fail: (error) => {
        host.fail(error);
        host.interrupts.post(SVGA_IRQFLAG.ERROR);
      },
      stop: (wait, resume) => {
        this.#ringStopped = true;
        this.#stop.stop(wait, (failure) => {
          this.#ringStopped = false;
          resume(failure);
        });
      },
      ended: (progressed) => this.#ringEnded(progressed),
    });
    this.buffers = new CommandBuffers(objects, {
      interrupts: host.interrupts,
      fail: (error) => host.fail(error),
      stop: (wait, resume) => this.#stop.stop(wait, resume),
    });
  }

  /** When `run` has work next; Infinity if nothing is due, also while a command waits. */
  get due(): number {
    if (this.#stop.mayResume) {
      return this.now;
    }
    return this.isStopped ? Infinity : Math.min(this.buffers.due, this.ringDue);
  }

  /** Whether a stream is stopped at a command: it waits for the renderer, or is about to resume. */
  get isStopped(): boolean {
    return this.#stop.isStopped;
  }

  /** The awaited answer; undefined if no command waits. */
  get answer(): PromiseLike<void> | undefined {
    return this.#stop.answer;
  }

  /** A write of COMMAND_LOW or CMD_PREPEND_LOW. */
  submit(high: number, low: number, options: { isRunning: boolean; first: boolean }): void {
    const due = this.now + this.#objects.limits.completionDelay;
    this.buffers.submit(high, low, { due, ...options });
    this.#host.interrupts.drive();
    this.run();
  }

  /** Schedules a check of the ring; for a stopped ring, after it has resumed. */
  kickRing(): void {
    this.ringDue = Math.min(this.ringDue, this.now + this.#objects.limits.completionDelay);
  }

  /** As `kickRing`, where it holds commands without a doorbell. */
  pollRing(): void {
    if (this.ringDue === Infinity && !this.#ringStopped && this.#ring.hasWork) {
      this.kickRing();
    }
  }

  /**
   * SVGA_REG_BUSY. Each read makes the device work on the ring (svga_reg.h): a guest that polls it waits for that,
   * not for time.
   */
  readBusy(): number {
    if (this.ringDue !== Infinity && !this.isStopped) {
      this.#runRing();
      this.#host.interrupts.drive();
    }
    return this.isStopped ? 1 : 0;
  }

  /**
   * Does the work that is due. The interrupt line follows each piece of work, and its handler may re-enter: the nested
   * call returns, and the outer one continues.
   */
  run(): void {
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    const { counters, limits } = this.#objects;
    const end = counters.work + limits.maxWorkBytes; // the rest is done in `advance`
    try {
      while (counters.work < end && this.#runNext()) {
        this.#host.interrupts.drive();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Resets the ring to idle, for a new configuration. */
  resetRing(): void {
    this.ringDue = Infinity;
    if (this.#ringStopped) {
      this.#forgetStop();
    }
  }

  reset(): void {
    this.#forgetStop();
    this.buffers.reset();
    this.ringDue = Infinity;
  }

  /** Restores the times of a snapshot. A waiting command is dropped. */
  restore(now: number, ringDue: number): void {
    this.#forgetStop();
    this.now = now;
    this.ringDue = ringDue;
  }

  #forgetStop(): void {
    this.#stop.forget();
    this.#ringStopped = false;
  }

  #runNext(): boolean {
    if (this.#stop.mayResume) {
      this.#stop.resume();
      return true;
    }
    if (this.isStopped) {
      return false;
    }
    if (this.ringDue <= Math.min(this.buffers.due, this.now)) {
      this.#runRing();
      return true;
    }
    return this.buffers.runNext(this.now);
  }

  #runRing(): void {
    this.ringDue = Infinity;
    this.#ring.run();
  }

  #ringEnded(progressed: boolean): void {
    if (progressed) {
      this.#host.interrupts.post(SVGA_IRQFLAG.FIFO_PROGRESS);
    }
    if (this.#fifo[SVGA_FIFO.MIN] > 4 * SVGA_FIFO.BUSY) {
      this.#fifo[SVGA_FIFO.BUSY] = 0;
    }
  }
}
