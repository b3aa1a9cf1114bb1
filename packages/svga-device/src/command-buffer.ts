import { SurfaceLayoutError } from '@cg/surface-layout';
import { executors } from './commands/executors.js';
import type { CommandTarget } from './commands/executors.js';
import { SvgaDeviceError } from './errors.js';
import { isInMemory } from './guest-memory.js';
import {
  readCommandBufferHeader,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_MAX_SIZE,
  SVGA_CB_STATUS,
} from './protocol/command-buffer-header.js';
import type { CommandBufferHeaderFields } from './protocol/command-buffer-header.js';
import { CommandReader } from './protocol/command-reader.js';
import { definitionOf } from './protocol/command-table.js';
import type { CommandName } from './protocol/command-table.js';

/** How a command buffer ended: what goes into its header. */
export interface CommandBufferResult {
  readonly status: number;
  /** With COMMAND_ERROR: of the first byte of the command. */
  readonly errorOffset: number;
  /** SVGA_CB_FLAG bits of the header. */
  readonly flags: number;
  /** Why it was not COMPLETED. */
  readonly error: Error | undefined;
}

/**
 * Runs command buffers. A buffer is copied out of guest memory before its first command, so that no command
 * can change the ones behind it, and checks of a command hold until it is done.
 */
export class CommandBufferRunner {
  readonly #target: CommandTarget;
  readonly #buffer = new Uint8Array(SVGA_CB_MAX_SIZE);

  constructor(target: CommandTarget) {
    this.#target = target;
  }

  /**
   * Runs the buffer whose header lies at `headerAddress`, which is inside guest memory. Up to a bad command
   * all have taken effect, from it on none.
   */
  run(headerAddress: number, deviceContext: boolean): CommandBufferResult {
    const { memory } = this.#target.objects;
    const header = readCommandBufferHeader(memory.view(headerAddress, SVGA_CB_HEADER_BYTES));
    const { flags, pa, length } = header;
    const refused = this.#checkHeader(header);
    if (refused !== undefined) {
      return { status: SVGA_CB_STATUS.CB_HEADER_ERROR, errorOffset: 0, flags, error: refused };
    }
    if (length > 0) {
      this.#buffer.set(memory.view(pa, length));
    }
    return this.#runCommands(length, deviceContext, flags);
  }

  #checkHeader(header: CommandBufferHeaderFields): SvgaDeviceError | undefined {
    const { objects } = this.#target;
    const { flags, length, pa, offset } = header;
    const known = SVGA_CB_FLAG.NO_IRQ | (objects.limits.dx ? SVGA_CB_FLAG.DX_CONTEXT : 0);
    if ((flags & ~known) !== 0 || offset !== 0 || !header.reservedIsZero) {
      return new SvgaDeviceError('ENOSYS', 'header asks for what the device does not have', {
        flags,
        offset,
      });
    }
    if (length > SVGA_CB_MAX_SIZE) {
      return new SvgaDeviceError('E2BIG', 'command buffer is too long', { length });
    }
    if (!isInMemory(objects.memory, pa, length)) {
      return new SvgaDeviceError('EFAULT', 'command buffer is outside guest memory', { pa, length });
    }
    return undefined;
  }

  #runCommands(length: number, deviceContext: boolean, flags: number): CommandBufferResult {
    const { objects } = this.#target;
    objects.budget.renew();
    objects.counters.commandBuffers++;
    const reader = new CommandReader(deviceContext).aim(this.#buffer, 0, length);
    try {
      while (reader.next()) {
        this.#execute(reader);
      }
    } catch (error) {
      // Anything else is a bug of ours or of the host, not of the guest, and must be seen.
      if (error instanceof SvgaDeviceError || error instanceof SurfaceLayoutError) {
        return { status: SVGA_CB_STATUS.COMMAND_ERROR, errorOffset: reader.offset, flags, error };
      }
      throw error;
    }
    return { status: SVGA_CB_STATUS.COMPLETED, errorOffset: 0, flags, error: undefined };
  }

  #execute(reader: CommandReader): void {
    const { name } = reader;
    const { counters, limits } = this.#target.objects;
    if (name === undefined || (definitionOf(name).dx && !limits.dx)) {
      throw new SvgaDeviceError('ENOSYS', 'command is not one of this device', {
        id: reader.id,
        offset: reader.offset,
      });
    }
    this.#executeNamed(reader, name);
    counters.commands++;
    counters.perCommand[name]++;
  }

  #executeNamed<N extends CommandName>(reader: CommandReader, name: N): void {
    const executor = executors[name];
    if (executor === undefined) {
      throw new SvgaDeviceError('ENOSYS', 'command is not one of this device', {
        id: reader.id,
        offset: reader.offset,
      });
    }
    executor(this.#target, reader.fields(name));
  }
}
