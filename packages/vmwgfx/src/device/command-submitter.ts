import type { EventStream } from '@cg/collections';
import type { PhysicalMemory } from '@cg/pagetable';
import {
  SVGA_CB_CONTEXT,
  SVGA_CB_STATUS,
  type CommandFields,
  type CommandName,
  type CommandWriter,
  SvgaProtocolError,
} from '@cg/svga-protocol';
import type { DriverEvent } from '../driver-event.js';
import { VmwgfxError } from '../errors.js';
import type { FaultInjection } from '../fault-injection.js';
import { BatchQueue } from './batch-queue.js';
import type { CommandBatch, RefusalListener, Upload } from './command-batch.js';
import { Fence } from './fence.js';
import type { SvgaPorts } from './svga-ports.js';

/** Whether the buffer had room for what `write` writes. */
function hasRoom(write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    return hadRoom(error);
  }
}

/** @returns false for an error of a full buffer @throws any other */
function hadRoom(error: unknown): false {
  if (error instanceof SvgaProtocolError && error.code === 'ENOSPC') {
    return false;
  }
  throw error;
}

/** Commands by their numbers, so that none of thousands needs an object. */
export interface CommandSource extends RefusalListener {
  name(number: number): CommandName;
  /** The fields, as the device reads them; for listeners. */
  fields(number: number): CommandFields<CommandName>;
  /** Appends the command. @returns its offset @throws SvgaProtocolError ENOSPC */
  writeTo(writer: CommandWriter, number: number): number;
}

/** A single command. */
class SingleCommand<N extends CommandName> implements CommandSource {
  readonly #name: N;
  readonly #fields: CommandFields<N>;
  readonly #refused: (() => void) | undefined;

  constructor(name: N, fields: CommandFields<N>, refused: (() => void) | undefined) {
    this.#name = name;
    this.#fields = fields;
    this.#refused = refused;
  }

  name(): N {
    return this.#name;
  }

  fields(): CommandFields<CommandName> {
    return this.#fields;
  }

  writeTo(writer: CommandWriter): number {
    return writer.write(this.#name, this.#fields);
  }

  refused(): void {
    this.#refused?.();
  }
}

/** The user's commands of a submission, on their way to the device. */
export interface SubmittedCommands {
  /** Undefined: the device is done with all of them. */
  readonly batch: CommandBatch | undefined;
  /** The refusal that kept them from running, as far as it is known. */
  readonly cancelled: VmwgfxError | undefined;
}

/**
 * Gathers commands in a batch and submits it: when it is full, at the end of a submission, or where the caller needs
 * the commands done (`flush`).
 */
export class CommandSubmitter {
  readonly batches: BatchQueue;
  readonly #faults: FaultInjection;
  readonly #events: EventStream<DriverEvent>;
  /** The batch that commands are added to. */
  #open: CommandBatch | undefined;
  /** Commands to be written before the next one. */
  readonly #deferred: (() => void)[] = [];
  /** A refusal in a batch that could not fail: the next `flush` throws it. */
  #unreported: VmwgfxError | undefined;
  /** Whether the user's commands of a submission are being emitted. */
  #emitsUserCommands = false;
  /** The refusal that cancelled them, from a batch that became full. */
  #cancelled: VmwgfxError | undefined;
  #seqno: number;

  /** @throws PageTableError ENOMEM if a command buffer's frames cannot be had */
  constructor(
    memory: PhysicalMemory,
    ports: SvgaPorts,
    faults: FaultInjection,
    events: EventStream<DriverEvent>,
  ) {
    this.#faults = faults;
    this.#events = events;
    this.batches = new BatchQueue(memory, ports, (error) =>
      events.tell?.({ kind: 'command-refused', error }),
    );
    // Numbers go on where the device is: those of a driver before this one have passed.
    this.#seqno = ports.passedFence;
    this.maxCommandBytes = this.#batch().memory.buffer.length;
  }

  /** Bytes of the largest command that fits. */
  readonly maxCommandBytes: number;

  /** @throws as `BatchQueue.newBatch` */
  #batch(): CommandBatch {
    this.#open ??= this.batches.newBatch();
    return this.#open;
  }

  /**
   * Appends a command.
   * @param refused called if the device refuses it, so that the sender can undo its bookkeeping. It must not wait
   * @param dxContext the device's id of the command's DX context
   * @throws VmwgfxError ENOMEM if it is larger than a command buffer, EIO as `flush`
   */
  emit<N extends CommandName>(
    name: N,
    fields: CommandFields<N>,
    refused?: () => void,
    dxContext?: number,
  ): void {
    this.emitEncoded(new SingleCommand(name, fields, refused), 0, dxContext);
  }

  /** As `emit`, for a command of a source, which is told of a refusal. */
  emitEncoded(source: CommandSource, number: number, dxContext?: number): void {
    if (this.#deferred.length > 0) {
      this.#sendDeferred(() => this.flush());
    }
    this.#faults.pass('command-space');
    const name = source.name(number);
    let offset = this.#write(source, number);
    if (offset < 0) {
      this.flush();
      offset = this.#write(source, number);
    }
    if (offset < 0) {
      throw new VmwgfxError('ENOMEM', `no command space for ${name}`, { command: name });
    }
    const batch = this.#batch();
    batch.add(offset, dxContext, source, number);
    if (name === 'FENCE') {
      batch.makeUnconditional(offset, dxContext);
    }
    if (this.#events.tell !== undefined) {
      const fields = source.fields(number);
      this.#events.tell({ kind: 'command-emitted', command: name, fields, dxContext });
    }
  }

  /** The command just appended is an upload. */
  noteUpload(upload: Upload): void {
    this.#batch().addUpload(upload);
  }

  /**
   * Appends a command that destroys or unbinds something, for a caller that cannot fail: without space now, it is
   * written before the next command.
   */
  emitNoFail<N extends CommandName>(name: N, fields: CommandFields<N>, dxContext?: number): void {
    this.#deferred.push(() => {
      const batch = this.#batch();
      const offset = batch.memory.writer.write(name, fields);
      batch.add(offset, dxContext);
      batch.makeUnconditional(offset, dxContext);
      this.#events.tell?.({ kind: 'command-emitted', command: name, fields, dxContext });
    });
    if (!this.#faults.strikes('command-space')) {
      this.#sendDeferredNoFail();
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

  /** What cannot be written now stays deferred. */
  #sendDeferredNoFail(): void {
    ignoringErrors(() => this.#sendDeferred(() => this.#flushNoFail()));
  }

  /**
   * Writes a command. Under fault injection, a command that the device refuses takes its place, so that everything
   * after it behaves as after a refusal.
   * @returns its offset in the buffer; -1 if the buffer has no room for it
   */
  #write(source: CommandSource, number: number): number {
    const { writer } = this.#batch().memory;
    try {
      return source.name(number) !== 'FENCE' && this.#faults.strikes('device-error')
        ? writer.write('NOP_ERROR', { data: new Uint8Array() })
        : source.writeTo(writer, number);
    } catch (error) {
      hadRoom(error);
      return -1;
    }
  }

  /**
   * Commands emitted from here on do not run if the device refuses one that was emitted before: the user's commands
   * must not read stale content (rule 8.7).
   * @throws VmwgfxError EIO for a refusal that was not reported yet
   */
  beginUserCommands(): void {
    this.#throwUnreported();
    this.#sendDeferred(() => this.flush());
    this.#batch().setMark(this.batches.refusals);
    this.#emitsUserCommands = true;
  }

  /**
   * Ends the user's commands and submits them.
   * @param isReady whether all that they need is on the device; asked if the device refuses something before they run
   */
  endUserCommands(isReady: () => boolean): SubmittedCommands {
    const cancelled = this.#cancelled;
    this.#emitsUserCommands = false;
    this.#cancelled = undefined;
    const batch = this.#open;
    if (batch === undefined || batch.length === 0) {
      return { batch: undefined, cancelled };
    }
    batch.isReady = isReady;
    this.submit();
    return { batch, cancelled: cancelled ?? batch.cancelled };
  }

  #throwUnreported(): void {
    const refused = this.#unreported;
    this.#unreported = undefined;
    if (refused !== undefined) {
      throw refused;
    }
  }

  /** A fence after everything emitted so far; it signals once that is submitted and run. */
  emitFence(): Fence {
    // The device reads 0 as «no fence».
    this.#seqno = (this.#seqno + 1) >>> 0 || 1;
    this.emit('FENCE', { fence: this.#seqno });
    this.#events.tell?.({ kind: 'fence-emitted', seqno: this.#seqno });
    return new Fence(this.#seqno, this.batches, this.#open?.outcome);
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

  /** Submits the gathered commands and does not wait for them. Cannot fail. */
  submit(): void {
    this.#sendDeferredNoFail();
    const batch = this.#open;
    if (batch !== undefined && batch.length > 0) {
      this.#open = undefined;
      this.batches.push(batch);
    }
  }

  /**
   * Submits the gathered commands and waits until they are done.
   * @throws VmwgfxError EIO for the first command that the device refused, after the others were executed, or if the
   * device does not respond
   */
  flush(): void {
    const failure = this.#finish();
    if (failure !== undefined) {
      throw failure;
    }
    this.#throwUnreported();
  }

  /** @returns the first refusal */
  #finish(): VmwgfxError | undefined {
    const batch = this.#open;
    if (batch === undefined || batch.length === 0) {
      this.batches.waitForLast();
      return undefined;
    }
    this.#open = undefined;
    this.batches.push(batch);
    this.batches.wait(batch);
    if (this.#emitsUserCommands) {
      this.#cancelled ??= batch.cancelled;
      this.#batch().setMark(this.batches.refusals);
    }
    return batch.failure;
  }

  /**
   * Flushes, for a caller that is failing already: only the senders learn of refusals, and no later call throws them.
   */
  settle(): void {
    ignoringErrors(() => this.flush());
  }

  #flushNoFail(): void {
    this.#unreported ??= this.#finish();
  }

  /**
   * Calls `act` once the device can reach nothing that the commands emitted so far name: at once if it is done with all
   * of them (rule 8.3). It must not wait.
   */
  whenEnded(act: () => void): void {
    if (this.#deferred.length > 0) {
      this.#deferred.push(() => this.#batch().whenEnded(act));
      return;
    }
    const open = this.#open;
    const last = open !== undefined && open.length > 0 ? open : this.batches.last;
    if (last === undefined) {
      act();
    } else {
      last.whenEnded(act);
    }
  }

  /**
   * Waits until everything emitted is done, so that what it kept in use is free.
   * @returns whether there was anything to wait for
   */
  reclaim(): boolean {
    const isPending = this.#deferred.length > 0 || (this.#open?.length ?? 0) > 0 || !this.batches.isIdle;
    this.submit();
    ignoringErrors(() => this.batches.waitForLast());
    return isPending;
  }

  /** Starts or stops the command-buffer context that commands are submitted to. */
  startContext(enable: boolean): void {
    const batch = this.#batch();
    batch.memory.writer.write('DC_CMD_START_STOP_CONTEXT', {
      enable: enable ? 1 : 0,
      context: SVGA_CB_CONTEXT.CONTEXT_0,
    });
    const status = this.batches.runOnDevice(batch);
    batch.memory.writer.truncate();
    if (status !== SVGA_CB_STATUS.COMPLETED) {
      throw new VmwgfxError(
        'ENODEV',
        `the device does not start a command-buffer context: status ${status}`,
        { status },
      );
    }
  }
}

function ignoringErrors(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof VmwgfxError)) {
      throw error;
    }
  }
}
