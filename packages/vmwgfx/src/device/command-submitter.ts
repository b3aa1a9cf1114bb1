import type { EventStream } from '@cg/collections';
import { PAGE_SIZE, type PhysicalMemory } from '@cg/pagetable';
import {
  CommandWriter,
  readCommandBufferHeader,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_STATUS,
  SVGA_REG,
  writeCommandBufferHeader,
  type CommandFields,
  type CommandName,
  SvgaProtocolError,
} from '@cg/svga-protocol';
import type { DriverEvent } from '../driver-event.js';
import { VmwgfxError } from '../errors.js';
import type { FaultInjection } from '../fault-injection.js';
import { failedCommandEnd } from './failed-command.js';
import { Fence } from './fence.js';
import type { SvgaPorts } from './svga-ports.js';

/** Pages of one command buffer: 64 KiB of commands. */
const BUFFER_PAGES = 16;

/** Consecutive commands for the same DX context, or for none. */
interface Run {
  readonly start: number;
  dxContext: number | undefined;
}

/** Whether the buffer had room for what `write` writes. */
function hasRoom(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (error instanceof SvgaProtocolError && error.code === 'ENOSPC') {
      return false;
    }
    throw error;
  }
}

/**
 * Submits commands to the device. They gather in a command buffer in guest memory, which is submitted when it is
 * full, at a fence, or on `flush`.
 *
 * A command that the device refuses is skipped, and the rest of its buffer is still executed: one user's mistake must
 * not drop other uploads (rule 1.5). Its sender is notified first, then the refusal is thrown.
 */
export class CommandSubmitter {
  readonly #ports: SvgaPorts;
  readonly #faults: FaultInjection;
  readonly #events: EventStream<DriverEvent>;
  readonly #header: Uint8Array;
  readonly #headerAddress: number;
  readonly #buffer: Uint8Array;
  readonly #bufferAddress: number;
  readonly #writer: CommandWriter;
  /** Callbacks for refused commands, by the command's offset in the buffer. */
  readonly #takeBack = new Map<number, () => void>();
  /** The buffer split by DX context: a command buffer's header names one for all its commands. */
  readonly #runs: Run[] = [];
  /** Commands to be written before the next one. */
  readonly #deferred: (() => void)[] = [];
  /** A refusal found by a flush that cannot fail: the next `flush` throws it. */
  #unreported: VmwgfxError | undefined;
  /** Where in the buffer the user's commands of a submission begin; the submission's updates come before. */
  #mark: number | undefined;
  /** The refusal before the mark that kept the commands after it from running. */
  #struck: VmwgfxError | undefined;
  #seqno = 0;

  /** @throws PageTableError ENOMEM if the buffer's frames cannot be had */
  constructor(
    memory: PhysicalMemory,
    ports: SvgaPorts,
    faults: FaultInjection,
    events: EventStream<DriverEvent>,
  ) {
    this.#faults = faults;
    this.#events = events;
    this.#ports = ports;
    const frame = memory.allocateContiguous(1 + BUFFER_PAGES);
    this.#headerAddress = frame * PAGE_SIZE;
    this.#bufferAddress = (frame + 1) * PAGE_SIZE;
    this.#header = memory.u8.subarray(this.#headerAddress, this.#headerAddress + SVGA_CB_HEADER_BYTES);
    this.#buffer = memory.u8.subarray(this.#bufferAddress, this.#bufferAddress + BUFFER_PAGES * PAGE_SIZE);
    this.#writer = new CommandWriter(this.#buffer);
  }

  /** Bytes of the largest command that fits. */
  get maxCommandBytes(): number {
    return this.#buffer.length;
  }

  /**
   * Appends a command.
   * @param refused called if the device refuses it, before `flush` throws, so that the sender can undo its
   * bookkeeping
   * @param dxContext the device's id of the command's DX context
   * @throws VmwgfxError ENOMEM if it is larger than a command buffer, EIO as `flush`
   */
  emit<N extends CommandName>(
    name: N,
    fields: CommandFields<N>,
    refused?: () => void,
    dxContext?: number,
  ): void {
    this.#sendDeferred(() => this.flush());
    this.#faults.pass('command-space');
    let offset = this.#write(name, fields);
    if (offset === undefined) {
      this.flush();
      offset = this.#write(name, fields);
    }
    if (offset === undefined) {
      throw new VmwgfxError('ENOMEM', `no command space for ${name}`, { command: name });
    }
    this.#continueRun(offset, dxContext);
    if (refused !== undefined) {
      this.#takeBack.set(offset, refused);
    }
    this.#events.tell?.({ kind: 'command-emitted', command: name, fields, dxContext });
  }

  /**
   * Appends a command that destroys or unbinds something, for a caller that cannot fail: without space now, it is
   * written before the next command, so that an id is free on the device when it is reused.
   */
  emitNoFail<N extends CommandName>(name: N, fields: CommandFields<N>, dxContext?: number): void {
    this.#deferred.push(() => {
      this.#continueRun(this.#writer.write(name, fields), dxContext);
      this.#events.tell?.({ kind: 'command-emitted', command: name, fields, dxContext });
    });
    if (!this.#faults.strikes('command-space')) {
      this.#sendDeferred(() => this.#flushSurely());
    }
  }

  #sendDeferred(flush: () => void): void {
    for (let first = this.#deferred.at(0); first !== undefined; first = this.#deferred.at(0)) {
      if (!hasRoom(first)) {
        flush();
        hasRoom(first);
      }
      this.#deferred.shift();
    }
  }

  #continueRun(start: number, dxContext: number | undefined): void {
    const run = this.#runs.at(-1);
    if (run === undefined || (run.dxContext ?? dxContext) !== (dxContext ?? run.dxContext)) {
      this.#runs.push({ start, dxContext });
    } else {
      run.dxContext ??= dxContext; // commands for no context may be in the buffer of any
    }
  }

  /**
   * Writes a command. Under fault injection, a command that the device refuses takes its place, so that everything
   * after it behaves as after a refusal.
   * @returns its offset in the buffer; undefined if the buffer has no room for it
   */
  #write<N extends CommandName>(name: N, fields: CommandFields<N>): number | undefined {
    let offset: number | undefined;
    const fits = hasRoom(() => {
      offset =
        name !== 'FENCE' && this.#faults.strikes('device-error')
          ? this.#writer.write('NOP_ERROR', { data: new Uint8Array() })
          : this.#writer.write(name, fields);
    });
    return fits ? offset : undefined;
  }

  /**
   * Commands emitted from here on do not run if the device refuses one that was emitted before: the user's commands
   * must not read stale content (rule 8.7). Both are in one buffer, and the device stops at its first refusal.
   * @throws VmwgfxError EIO for a refusal found by a flush that cannot fail
   */
  beginUserCommands(): void {
    this.#throwUnreported();
    this.#sendDeferred(() => this.flush());
    this.#mark = this.#writer.length;
  }

  /**
   * Ends the user's commands.
   * @returns the refusal that kept them from running; undefined if they ran
   */
  endUserCommands(): VmwgfxError | undefined {
    const struck = this.#struck;
    this.#mark = undefined;
    this.#struck = undefined;
    return struck;
  }

  #throwUnreported(): void {
    const refused = this.#unreported;
    this.#unreported = undefined;
    if (refused !== undefined) {
      throw refused;
    }
  }

  /**
   * A fence after everything emitted so far, which is submitted with it.
   * @throws VmwgfxError EIO as `flush`
   */
  fence(): Fence {
    const fence = this.emitFence();
    this.flush();
    return fence;
  }

  /** A fence after everything emitted so far; it signals once it is flushed and run. */
  emitFence(): Fence {
    // The device reads 0 as «no fence».
    this.#seqno = (this.#seqno + 1) >>> 0 || 1;
    this.emit('FENCE', { fence: this.#seqno });
    this.#events.tell?.({ kind: 'fence-emitted', seqno: this.#seqno });
    return new Fence(this.#seqno, this.#ports);
  }

  /** As `emitFence`; if that throws, settles what was emitted. */
  emitFenceOrSettle(): Fence {
    try {
      return this.emitFence();
    } catch (error) {
      this.settle();
      throw error;
    }
  }

  /**
   * Submits the gathered commands.
   * @throws VmwgfxError EIO for the first command that the device refused, after the others were executed
   */
  flush(): void {
    let refused: VmwgfxError | undefined;
    const mark = this.#mark ?? 0;
    let last = this.#writer.length;
    for (const [i, run] of this.#runs.entries()) {
      let end = Math.min(this.#runs.at(i + 1)?.start ?? last, last);
      for (let start = run.start; start < end;) {
        const stop = this.#execute(start, end, run.dxContext);
        if (stop === undefined) {
          break;
        }
        refused ??= stop.error;
        if (stop.offset < mark) {
          this.#struck ??= stop.error;
          last = mark;
          end = Math.min(end, last);
        }
        start = stop.next;
      }
    }
    this.#empty();
    if (this.#mark !== undefined) {
      this.#mark = 0; // the user's commands begin here
    }
    if (refused !== undefined) {
      throw refused;
    }
    this.#throwUnreported();
  }

  /**
   * Flushes, for a caller that is failing already: only the senders learn of refusals, and no later call throws them.
   */
  settle(): void {
    try {
      this.flush();
    } catch (error) {
      if (!(error instanceof VmwgfxError)) {
        throw error;
      }
    }
  }

  #flushSurely(): void {
    try {
      this.flush();
    } catch (error) {
      if (!(error instanceof VmwgfxError)) {
        throw error;
      }
      this.#unreported = error;
    }
  }

  #empty(): void {
    this.#writer.truncate();
    this.#runs.length = 0;
    this.#takeBack.clear();
  }

  /** Starts or stops the command-buffer context that `flush` uses. */
  startContext(enable: boolean): void {
    this.#writer.truncate();
    this.#writer.write('DC_CMD_START_STOP_CONTEXT', {
      enable: enable ? 1 : 0,
      context: SVGA_CB_CONTEXT.CONTEXT_0,
    });
    const { status } = this.#submit(0, this.#writer.length, SVGA_CB_CONTEXT.DEVICE);
    this.#writer.truncate();
    if (status !== SVGA_CB_STATUS.COMPLETED) {
      throw new VmwgfxError(
        'ENODEV',
        `the device does not start a command-buffer context: status ${status}`,
        { status },
      );
    }
  }

  /** Runs a part of the buffer; if a command was refused, returns which, and where the next one begins. */
  #execute(
    start: number,
    end: number,
    dxContext: number | undefined,
  ): { error: VmwgfxError; offset: number; next: number } | undefined {
    const { status, errorOffset } = this.#submit(start, end, SVGA_CB_CONTEXT.CONTEXT_0, dxContext);
    if (status === SVGA_CB_STATUS.COMPLETED) {
      return undefined;
    }
    if (status !== SVGA_CB_STATUS.COMMAND_ERROR) {
      this.#takeBack.forEach((refused) => refused());
      this.#empty();
      throw new VmwgfxError('EIO', `the device does not take a command buffer: status ${status}`, { status });
    }
    const offset = start + errorOffset;
    const { name, next } = failedCommandEnd(this.#buffer, offset, end);
    this.#takeBack.get(offset)?.();
    const error = new VmwgfxError('EIO', `the device refused ${name}`, { command: name, offset, status });
    this.#events.tell?.({ kind: 'command-refused', error });
    return { error, offset, next };
  }

  /** Submits a part of the buffer and waits until it is done, because the next part reuses the memory. */
  #submit(
    start: number,
    end: number,
    context: number,
    dxContext?: number,
  ): { status: number; errorOffset: number } {
    writeCommandBufferHeader(this.#header, {
      flags: SVGA_CB_FLAG.NO_IRQ | (dxContext === undefined ? 0 : SVGA_CB_FLAG.DX_CONTEXT),
      dxContext: dxContext ?? 0,
      length: end - start,
      pa: this.#bufferAddress + start,
    });
    this.#ports.writeRegister(SVGA_REG.COMMAND_HIGH, Math.floor(this.#headerAddress / 2 ** 32));
    this.#ports.writeRegister(SVGA_REG.COMMAND_LOW, (this.#headerAddress % 2 ** 32) + context);
    this.#ports.waitUntil(() => readCommandBufferHeader(this.#header).status !== SVGA_CB_STATUS.NONE);
    return readCommandBufferHeader(this.#header);
  }
}
