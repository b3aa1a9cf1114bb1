import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { CommandReader, SVGA_FIFO } from '@cg/svga-protocol';
import { CommandWait } from '../renderer/command-wait.js';
import type { Resume } from './command-buffers.js';
import { beginStream, executeCommand, resumeCommand, guestError, StoppedStream } from './command-stream.js';

/** SVGA_FIFO_MIN lies beyond the four registers that every ring has. */
const LEAST_MIN = 16;

const NONE = -1;

/** What the ring needs of the rest of the device. */
export interface RingHost {
  /** Records a refused command. */
  fail(error: Error): void;
  /** The ring has no more whole commands. @param progressed STOP has moved */
  ended(progressed: boolean): void;
  stop(wait: CommandWait, resume: Resume): void;
}

/** State of a run of the ring. */
interface RingRun {
  readonly bounds: RingBounds;
  /** Bytes copied out. */
  readonly length: number;
  /** End of the last executed command. */
  done: number;
}

/** Bounds of the ring and its commands in FIFO memory, in bytes. */
interface RingBounds {
  readonly min: number;
  readonly max: number;
  readonly next: number;
  readonly stop: number;
}

/**
 * The command ring in FIFO memory (BAR2). The guest writes at NEXT_CMD, the device reads at STOP; both wrap from MAX
 * to MIN. Its content is copied out (which also makes a wrapped command contiguous) before any of it runs, and STOP
 * advances command by command. An incomplete command waits for its rest.
 */
export class FifoRing {
  readonly #registers: Uint32Array;
  readonly #bytes: Uint8Array;
  /** As large as FIFO memory once the ring is used: a driver with command buffers uses none. */
  #copy = new Uint8Array(0);
  readonly #reader = new CommandReader();
  readonly #objects: DeviceObjects;
  readonly #host: RingHost;

  /** @param registers FIFO memory */
  constructor(registers: Uint32Array, objects: DeviceObjects, host: RingHost) {
    this.#registers = registers;
    this.#bytes = new Uint8Array(registers.buffer, registers.byteOffset, registers.byteLength);
    this.#objects = objects;
    this.#host = host;
  }

  /** True if there are commands, or the registers are invalid. */
  get hasWork(): boolean {
    return this.#registers[SVGA_FIFO.NEXT_CMD] !== this.#registers[SVGA_FIFO.STOP];
  }

  /**
   * Runs the ring's commands. A bad command is skipped if its length is known; otherwise everything after it is,
   * too.
   */
  run(): void {
    const bounds = this.#readBounds();
    if (bounds === undefined) {
      const [min, max, next, stop] = this.#registers;
      this.#host.fail(new SvgaDeviceError('EINVAL', 'not a ring', { min, max, next, stop }));
      return;
    }
    beginStream(this.#objects, undefined);
    const length = this.#copyOut(bounds);
    this.#reader.aim(this.#copy, 0, length, false);
    this.#runFrom({ bounds, length, done: 0 });
  }

  /** @param first executes the reader's current command */
  #runFrom(state: RingRun, first?: () => void): void {
    const { bounds, length } = state;
    let next = 0;
    try {
      for (let command = first; next !== NONE; command = undefined) {
        next = this.#runOne(bounds, length, command);
        if (next > 0) {
          this.#setStop(bounds, next);
          state.done = next;
        }
      }
    } catch (error) {
      if (!(error instanceof CommandWait)) {
        throw error;
      }
      const stream = new StoppedStream(this.#objects, error);
      this.#host.stop(error, (failure) => {
        stream.resume();
        this.#runFrom(state, () => resumeCommand(this.#objects, this.#reader, error, failure));
      });
      return;
    }
    this.#host.ended(state.done > 0);
  }

  /**
   * Runs the next command, or `command`, which executes the reader's current one.
   * @returns the start of the next command; NONE if there is no whole one
   * @throws CommandWait
   */
  #runOne({ min, max }: RingBounds, length: number, command?: () => void): number {
    const reader = this.#reader;
    try {
      if (command !== undefined) {
        command();
        return reader.offset + reader.bytes;
      }
      if (!reader.next()) {
        if (reader.wanted >= max - min) {
          throw new SvgaDeviceError('E2BIG', 'command is larger than the ring', { wanted: reader.wanted });
        }
        return NONE;
      }
      executeCommand(this.#objects, reader);
    } catch (error) {
      if (error instanceof CommandWait) {
        throw error;
      }
      this.#host.fail(guestError(error));
      if (reader.bytes === 0) {
        reader.aim(this.#copy, length, length, false); // the start of the next command is unknown
        return length;
      }
    }
    return reader.offset + reader.bytes;
  }

  /** Drops the waiting commands: a driver may rely on an empty ring. */
  reset(): void {
    this.#registers[SVGA_FIFO.STOP] = this.#registers[SVGA_FIFO.NEXT_CMD];
  }

  #readBounds(): RingBounds | undefined {
    const [min, max, next, stop] = this.#registers;
    const isRing = min >= LEAST_MIN && min < max && max <= this.#bytes.length && (min | max) % 4 === 0;
    const isInside = (at: number): boolean => at >= min && at < max && at % 4 === 0;
    return isRing && isInside(next) && isInside(stop) ? { min, max, next, stop } : undefined;
  }

  #copyOut({ min, max, next, stop }: RingBounds): number {
    if (this.#copy.length === 0) {
      this.#copy = new Uint8Array(this.#bytes.length);
    }
    if (next >= stop) {
      this.#copy.set(this.#bytes.subarray(stop, next));
      return next - stop;
    }
    this.#copy.set(this.#bytes.subarray(stop, max));
    this.#copy.set(this.#bytes.subarray(min, next), max - stop);
    return max - stop + (next - min);
  }

  #setStop({ min, max, stop }: RingBounds, done: number): void {
    const at = stop + 4 * Math.floor(done / 4);
    this.#registers[SVGA_FIFO.STOP] = at < max ? at : at - max + min;
  }
}
