import { SvgaDeviceError } from '../errors.js';
import { isInMemory } from '../memory/guest-memory.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import {
  readCommandBufferHeader,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_MAX_SIZE,
  SVGA_CB_STATUS,
  CommandReader,
  SVGA_CAP,
} from '@cg/svga-protocol';
import type { CommandBufferHeaderFields } from '@cg/svga-protocol';
import { capabilityBits } from './capabilities.js';
import { CommandWait } from '../renderer/command-wait.js';
import { beginStream, executeCommand, resumeCommand, guestError, StoppedStream } from './command-stream.js';

const TWO_32 = 2 ** 32;

/** The result of a command buffer, which goes into its header. */
export interface CommandBufferResult {
  readonly status: number;
  /** With COMMAND_ERROR: offset of the command in the buffer. */
  readonly errorOffset: number;
  /** SVGA_CB_FLAG bits of the header. */
  readonly flags: number;
  /** The error, unless it is COMPLETED. */
  readonly error: Error | undefined;
}

/** Executes one command of a stream. */
export type ExecuteCommand = (objects: DeviceObjects, reader: CommandReader) => void;

/** A buffer stopped at a command. */
export interface StoppedBuffer {
  readonly wait: CommandWait;
  readonly stream: StoppedStream;
  readonly flags: number;
}

/**
 * Runs command buffers. A buffer is copied out of guest memory before its first command, so that no command can
 * change later ones, and a command's checks hold until it is done.
 */
export class CommandBufferRunner {
  readonly #objects: DeviceObjects;
  /** The commands of the running buffer; grows to the longest one. */
  #buffer = new Uint8Array(4096);
  readonly #contextReader = new CommandReader();
  readonly #deviceReader = new CommandReader(true);
  readonly #executeOnDevice: ExecuteCommand;
  /** SVGA_CB_FLAG bits that the device supports. */
  readonly #flags: number;
  readonly #hasOffset: boolean;

  /** @param executeOnDevice executes the commands of the device context */
  constructor(objects: DeviceObjects, executeOnDevice: ExecuteCommand) {
    this.#objects = objects;
    this.#executeOnDevice = executeOnDevice;
    const capabilities = capabilityBits(objects.limits);
    const dxFlags = SVGA_CB_FLAG.DX_CONTEXT | SVGA_CB_FLAG.MOB;
    this.#flags = SVGA_CB_FLAG.NO_IRQ | ((capabilities & SVGA_CAP.DX) === 0 ? 0 : dxFlags);
    this.#hasOffset = (capabilities & SVGA_CAP.CMD_BUFFERS_2) !== 0;
  }

  /**
   * Runs the buffer whose header is at `headerAddress`, inside guest memory. Commands before a bad one have taken
   * effect, those from it on have not.
   * @returns its result, or if it stopped: until `resume` has ended it, no other buffer of a context may run
   */
  run(headerAddress: number): CommandBufferResult | StoppedBuffer {
    const reader = this.#contextReader;
    const flags = this.#begin(headerAddress, reader, (length) => this.#roomFor(length));
    return typeof flags === 'number' ? this.#execute(flags) : flags;
  }

  /**
   * Resumes the stopped buffer.
   * @param failure why the awaited answer does not come: then the command fails
   */
  resume(
    { wait, stream, flags }: StoppedBuffer,
    failure: Error | undefined,
  ): CommandBufferResult | StoppedBuffer {
    stream.resume();
    const first = (objects: DeviceObjects, reader: CommandReader): void =>
      resumeCommand(objects, reader, wait, failure);
    return this.#execute(flags, first);
  }

  /** Runs a buffer of the device context, whose commands never wait: also while another buffer is stopped. */
  runOnDevice(headerAddress: number): CommandBufferResult {
    const reader = this.#deviceReader;
    const flags = this.#begin(headerAddress, reader, (length) => new Uint8Array(length));
    if (typeof flags !== 'number') {
      return flags;
    }
    try {
      while (reader.next()) {
        this.#executeOnDevice(this.#objects, reader);
      }
    } catch (error) {
      return failedAt(reader, flags, error);
    }
    return completed(flags);
  }

  /**
   * Reads the header, fetches the commands and aims the reader at them.
   * @param room returns an array for so many bytes of commands
   * @returns the header's flags, or the result of a buffer that cannot run
   */
  #begin(
    headerAddress: number,
    reader: CommandReader,
    room: (bytes: number) => Uint8Array,
  ): CommandBufferResult | number {
    const { memory } = this.#objects;
    const header = readCommandBufferHeader(memory.view(headerAddress, SVGA_CB_HEADER_BYTES));
    const { flags, length, offset, dxContext } = header;
    beginStream(this.#objects, (flags & SVGA_CB_FLAG.DX_CONTEXT) === 0 ? undefined : dxContext);
    try {
      this.#checkHeader(header);
      const into = room(length);
      this.#fetch(header, into);
      reader.aim(into, offset, length);
    } catch (error) {
      return { status: SVGA_CB_STATUS.CB_HEADER_ERROR, errorOffset: 0, flags, error: guestError(error) };
    }
    this.#objects.counters.commandBuffers++;
    return flags;
  }

  #roomFor(bytes: number): Uint8Array {
    if (bytes > this.#buffer.length) {
      this.#buffer = new Uint8Array(Math.max(bytes, 2 * this.#buffer.length));
    }
    return this.#buffer;
  }

  /** @param first executes the reader's current command */
  #execute(flags: number, first?: ExecuteCommand): CommandBufferResult | StoppedBuffer {
    const reader = this.#contextReader;
    const objects = this.#objects;
    try {
      first?.(objects, reader);
      while (reader.next()) {
        executeCommand(objects, reader);
      }
    } catch (error) {
      if (error instanceof CommandWait) {
        return { wait: error, stream: new StoppedStream(objects, error), flags };
      }
      return failedAt(reader, flags, error);
    }
    return completed(flags);
  }

  #checkHeader(header: CommandBufferHeaderFields): void {
    const { flags, length, offset } = header;
    const offsetIsValid = this.#hasOffset ? offset <= length : offset === 0;
    if ((flags & ~this.#flags) !== 0 || !offsetIsValid || !header.reservedIsZero) {
      throw new SvgaDeviceError('ENOSYS', 'header asks for what the device does not have', { flags, offset });
    }
    if (length > SVGA_CB_MAX_SIZE) {
      throw new SvgaDeviceError('E2BIG', 'command buffer is too long', { length });
    }
  }

  /** Copies the commands from the memory that the header's `ptr` names: guest memory, or a MOB. */
  #fetch({ flags, pa, length }: CommandBufferHeaderFields, into: Uint8Array): void {
    const { memory, cursor } = this.#objects;
    if ((flags & SVGA_CB_FLAG.MOB) !== 0) {
      const mobid = pa % TWO_32;
      const start = Math.floor(pa / TWO_32);
      const mob = this.#objects.mob(mobid);
      if (start + length > mob.bytes) {
        throw new SvgaDeviceError('EFAULT', 'command buffer leaves its MOB', { mobid, start, length });
      }
      cursor.aim(mob).readFrom(start, into, 0, length);
    } else if (!isInMemory(memory, pa, length)) {
      throw new SvgaDeviceError('EFAULT', 'command buffer is outside guest memory', { pa, length });
    } else if (length > 0) {
      into.set(memory.view(pa, length));
    }
  }
}

function completed(flags: number): CommandBufferResult {
  return { status: SVGA_CB_STATUS.COMPLETED, errorOffset: 0, flags, error: undefined };
}

/** @throws errors that are no guest's */
function failedAt({ offset }: CommandReader, flags: number, error: unknown): CommandBufferResult {
  return { status: SVGA_CB_STATUS.COMMAND_ERROR, errorOffset: offset, flags, error: guestError(error) };
}
