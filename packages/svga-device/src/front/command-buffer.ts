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
import { beginStream, executeCommand, guestError } from './command-stream.js';

const TWO_32 = 2 ** 32;

/** How a command buffer ended: what goes into its header. */
export interface CommandBufferResult {
  readonly status: number;
  /** With COMMAND_ERROR: of the first byte of the command, from the start of the buffer. */
  readonly errorOffset: number;
  /** SVGA_CB_FLAG bits of the header. */
  readonly flags: number;
  /** Why it was not COMPLETED. */
  readonly error: Error | undefined;
}

/** Does one command of a stream. */
export type ExecuteCommand = (objects: DeviceObjects, reader: CommandReader) => void;

/**
 * Runs command buffers. A buffer is copied out of guest memory before its first command, so that no command
 * can change the ones behind it, and checks of a command hold until it is done.
 */
export class CommandBufferRunner {
  readonly #objects: DeviceObjects;
  readonly #buffer = new Uint8Array(SVGA_CB_MAX_SIZE);
  readonly #contextReader = new CommandReader();
  readonly #deviceReader = new CommandReader(true);
  readonly #executeOnDevice: ExecuteCommand;
  readonly #flags: number;
  readonly #hasOffset: boolean;

  /** @param executeOnDevice does the commands of the device context */
  constructor(objects: DeviceObjects, executeOnDevice: ExecuteCommand) {
    this.#objects = objects;
    this.#executeOnDevice = executeOnDevice;
    const capabilities = capabilityBits(objects.limits);
    const dxFlags = SVGA_CB_FLAG.DX_CONTEXT | SVGA_CB_FLAG.MOB;
    this.#flags = SVGA_CB_FLAG.NO_IRQ | ((capabilities & SVGA_CAP.DX) === 0 ? 0 : dxFlags);
    this.#hasOffset = (capabilities & SVGA_CAP.CMD_BUFFERS_2) !== 0;
  }

  /**
   * Runs the buffer whose header lies at `headerAddress`, which is inside guest memory. Up to a bad command
   * all have taken effect, from it on none.
   */
  run(headerAddress: number, deviceContext: boolean): CommandBufferResult {
    const { memory } = this.#objects;
    const header = readCommandBufferHeader(memory.view(headerAddress, SVGA_CB_HEADER_BYTES));
    const { flags, length, offset, dxContext } = header;
    beginStream(this.#objects, (flags & SVGA_CB_FLAG.DX_CONTEXT) === 0 ? undefined : dxContext);
    try {
      this.#checkHeader(header);
      this.#fetch(header);
    } catch (error) {
      return { status: SVGA_CB_STATUS.CB_HEADER_ERROR, errorOffset: 0, flags, error: guestError(error) };
    }
    this.#objects.counters.commandBuffers++;
    const reader = deviceContext ? this.#deviceReader : this.#contextReader;
    const execute = deviceContext ? this.#executeOnDevice : executeCommand;
    reader.aim(this.#buffer, offset, length);
    try {
      while (reader.next()) {
        execute(this.#objects, reader);
      }
    } catch (error) {
      const failed = { status: SVGA_CB_STATUS.COMMAND_ERROR, errorOffset: reader.offset, flags };
      return { ...failed, error: guestError(error) };
    }
    return { status: SVGA_CB_STATUS.COMPLETED, errorOffset: 0, flags, error: undefined };
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

  /** Copies the commands from where `ptr` of the header leads: guest memory, or a MOB. */
  #fetch({ flags, pa, length }: CommandBufferHeaderFields): void {
    const { memory, cursor } = this.#objects;
    if ((flags & SVGA_CB_FLAG.MOB) !== 0) {
      const mobid = pa % TWO_32;
      const start = Math.floor(pa / TWO_32);
      const mob = this.#objects.mob(mobid);
      if (start + length > mob.bytes) {
        throw new SvgaDeviceError('EFAULT', 'command buffer leaves its MOB', { mobid, start, length });
      }
      cursor.aim(mob).readFrom(start, this.#buffer, 0, length);
    } else if (!isInMemory(memory, pa, length)) {
      throw new SvgaDeviceError('EFAULT', 'command buffer is outside guest memory', { pa, length });
    } else if (length > 0) {
      this.#buffer.set(memory.view(pa, length));
    }
  }
}
