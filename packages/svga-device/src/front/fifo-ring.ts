import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { CommandReader, SVGA_FIFO } from '@cg/svga-protocol';
import { CommandWait } from '../renderer/command-wait.js';
import type { GoOn } from './command-buffers.js';
import { beginStream, executeCommand, goOnWith, guestError, StoppedStream } from './command-stream.js';

/** SVGA_FIFO_MIN is at least the four registers that every ring has. */
const LEAST_MIN = 16;

const NONE = -1;

/** What the ring needs of the device around it. */
export interface RingHost {
  /** Takes note of a command that is refused. */
  fail(error: Error): void;
  /** Nothing more is there. @param progressed STOP has moved */
  ended(progressed: boolean): void;
  stop(wait: CommandWait, goOn: GoOn): void;
}

/** What is known while a ring runs. */
interface RingRun {
  readonly bounds: RingBounds;
  /** Bytes that were copied out. */
  readonly length: number;
  /** Where the last command that was done ends. */
  done: number;
}

/** Where the ring and its commands lie in FIFO memory, in bytes. */
interface RingBounds {
  readonly min: number;
  readonly max: number;
  readonly next: number;
  readonly stop: number;
}

/**
 * The command ring in FIFO memory (BAR2). The guest writes at NEXT_CMD, the device reads at STOP; both turn
 * back to MIN at MAX. What is there is copied out (which also puts a command that turns back into one piece)
 * before any of it runs, and STOP follows command by command. A command that is not there whole waits for its
 * rest.
 */
export class FifoRing {
  readonly #registers: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #copy: Uint8Array;
  readonly #reader = new CommandReader();
  readonly #objects: DeviceObjects;

  /** @param registers FIFO memory */
  constructor(registers: Uint32Array, objects: DeviceObjects) {
    this.#registers = registers;
    this.#bytes = new Uint8Array(registers.buffer, registers.byteOffset, registers.byteLength);
    this.#copy = new Uint8Array(registers.byteLength);
    this.#objects = objects;
  }

  /** True where commands wait, or the registers make no sense. */
  get hasWork(): boolean {
    return this.#registers[SVGA_FIFO.NEXT_CMD] !== this.#registers[SVGA_FIFO.STOP];
  }

  /**
   * Runs what is there. A bad command is passed over where its length is known; otherwise all the rest is.
   */
  run(host: RingHost): void {
    const bounds = this.#readBounds();
    if (bounds === undefined) {
      const [min, max, next, stop] = this.#registers;
      host.fail(new SvgaDeviceError('EINVAL', 'not a ring', { min, max, next, stop }));
      return;
    }
    beginStream(this.#objects, undefined);
    const length = this.#copyOut(bounds);
    this.#reader.aim(this.#copy, 0, length, false);
    this.#runFrom({ bounds, length, done: 0 }, host);
  }

  /** @param first does the command that the reader stands at already */
  #runFrom(state: RingRun, host: RingHost, first?: () => void): void {
    const { bounds, length } = state;
    let next = 0;
    try {
      for (let command = first; next !== NONE; command = undefined) {
        next = this.#runOne(bounds, length, host, command);
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
      host.stop(error, (failure) => {
        stream.goOn();
        this.#runFrom(state, host, () => goOnWith(this.#objects, this.#reader, error, failure));
      });
      return;
    }
    host.ended(state.done > 0);
  }

  /**
   * Runs the next command, or `command`, which is the one that the reader stands at.
   * @returns where the one after it begins; NONE where there is no whole one
   * @throws CommandWait
   */
  #runOne({ min, max }: RingBounds, length: number, host: RingHost, command?: () => void): number {
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
      host.fail(guestError(error));
      if (reader.bytes === 0) {
        reader.aim(this.#copy, length, length, false); // nobody knows where the next command begins
        return length;
      }
    }
    return reader.offset + reader.bytes;
  }

  /** The guest's driver may count on that nothing is left behind: what waits is gone. */
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
