import { SVGA_FIFO, SVGA_IRQFLAG } from '@cg/svga-protocol';
import type { DeviceObjects } from '../objects/device-objects.js';
import { CommandBuffers } from './command-buffers.js';
import { FifoRing } from './fifo-ring.js';
import type { Interrupts } from './interrupts.js';
import { StreamStop } from './stream-stop.js';

/** What command streams need of the device around them. */
export interface StreamsHost {
  readonly interrupts: Interrupts;
  /** Takes note of what a guest did wrong. */
  fail(error: Error): void;
}

/**
 * What runs commands, and when: the buffers of each context and the ring, one after the other, by the time that the
 * host tells. A command that waits for the renderer stops all of them.
 */
export class CommandStreams {
  readonly buffers: CommandBuffers;
  readonly #ring: FifoRing;
  readonly #fifo: Uint32Array;
  readonly #objects: DeviceObjects;
  readonly #host: StreamsHost;
  readonly #stop = new StreamStop(() => this.run());
  /** It is the ring that has stopped, not a command buffer. */
  #ringStopped = false;
  #isRunning = false;
  /** The host's time. */
  now = 0;
  /** When the ring is looked at; Infinity while nobody asked for it. */
  ringDue = Infinity;

  constructor(objects: DeviceObjects, fifo: Uint32Array, host: StreamsHost) {
    this.#objects = objects;
    this.#fifo = fifo;
    this.#host = host;
    this.#ring = new FifoRing(fifo, objects);
    this.buffers = new CommandBuffers(objects, {
      interrupts: host.interrupts,
      fail: (error) => host.fail(error),
      stop: (wait, goOn) => this.#stop.stop(wait, goOn),
    });
  }

  /** When `run` has something to do next; Infinity where nothing is due, also while a command waits. */
  get due(): number {
    if (this.#stop.mayGoOn) {
      return this.now;
    }
    return this.#stop.isWaiting ? Infinity : Math.min(this.buffers.due, this.ringDue);
  }

  /** A command has stopped its stream: it waits for the renderer, or is about to go on. */
  get isStopped(): boolean {
    return this.#stop.isWaiting || this.#stop.mayGoOn;
  }

  /** What a command waits for; undefined where none does. */
  get answer(): PromiseLike<void> | undefined {
    return this.#stop.answer;
  }

  /** What a write of COMMAND_LOW or CMD_PREPEND_LOW does. */
  submit(high: number, low: number, options: { isRunning: boolean; first: boolean }): void {
    const due = this.now + this.#objects.limits.completionDelay;
    this.buffers.submit(high, low, { due, ...options });
    this.#host.interrupts.drive();
    this.run();
  }

  /** The ring is to be looked at. While it has stopped, it is looked at once it has gone on. */
  kickRing(): void {
    this.ringDue = Math.min(this.ringDue, this.now + this.#objects.limits.completionDelay);
  }

  /** The same, where commands wait in it of which nobody told. */
  pollRing(): void {
    if (this.ringDue === Infinity && !this.#ringStopped && this.#ring.hasWork) {
      this.kickRing();
    }
  }

  /**
   * SVGA_REG_BUSY. Each read makes the device work on the ring (svga_reg.h): a guest that polls it waits for that, not
   * for time.
   */
  readBusy(): number {
    if (this.ringDue !== Infinity && !this.isStopped) {
      this.#runRing();
      this.#host.interrupts.drive();
    }
    return this.isStopped ? 1 : 0;
  }

  /**
   * Does what is due. The interrupt line follows each piece of work, and whoever handles it may come back
   * here from within: the work goes on where it was.
   */
  run(): void {
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    const { counters, limits } = this.#objects;
    const end = counters.work + limits.maxWorkBytes; // what is left over goes on in `advance`
    try {
      while (counters.work < end && this.#runNext()) {
        this.#host.interrupts.drive();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** The ring is configured anew: it is idle. */
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

  /** Takes what a snapshot kept of time. A command that waited is gone. */
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
    if (this.#stop.mayGoOn) {
      this.#stop.goOn();
      return true;
    }
    if (this.#stop.isWaiting) {
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
    this.#ring.run({
      fail: (error) => {
        this.#host.fail(error);
        this.#host.interrupts.post(SVGA_IRQFLAG.ERROR);
      },
      stop: (wait, goOn) => {
        this.#ringStopped = true;
        this.#stop.stop(wait, (failure) => {
          this.#ringStopped = false;
          goOn(failure);
        });
      },
      ended: (progressed) => this.#ringEnded(progressed),
    });
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
