import { SVGA_CB_STATUS } from '@cg/svga-protocol';
import { VmwgfxError } from '../errors.js';
import type { CommandMemory } from './command-memory.js';
import { failedCommandEnd } from './failed-command.js';
import type { BatchOutcome } from './fence.js';

/** Bytes of a batch that one command buffer submits. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  /** The device's id of the commands' DX context. */
  readonly dxContext: number | undefined;
}

/** Is told which of its commands the device refuses. */
export interface RefusalListener {
  /** It must not wait. */
  refused(number: number): void;
}

/** A command that reads memory when the device runs it. */
export interface Upload {
  /** The device is about to get it. */
  sending(): void;
  /** The device has it. @param isDone whether it has run already, and was not refused */
  sent(isDone: boolean): void;
}

/** Consecutive commands for the same DX context, or for none. */
interface Run {
  readonly start: number;
  dxContext: number | undefined;
}

/**
 * The commands of one command buffer, from the first one written until the device has run or refused the last. A
 * submission is one batch: the driver's updates, a mark, the user's commands.
 *
 * A refused command is left out, and the rest is still executed: one user's mistake must not drop other uploads (rule
 * 1.5). A refusal before the mark cancels the user's commands, which would read stale content (rule 8.7).
 */
export class CommandBatch {
  readonly outcome: BatchOutcome = { failure: undefined };
  /** The refusal that cancelled the user's commands. */
  cancelled: VmwgfxError | undefined;
  isDone = false;
  /** Whether all that the user's commands need is on the device; asked if an earlier batch had a refusal. */
  isReady: (() => boolean) | undefined;
  /** Refusals by the device before the mark was set. */
  refusalsAtMark = 0;
  /** The piece that the device has. */
  sent: Piece | undefined;
  /** Where the user's commands begin. */
  #mark: number | undefined;
  /** Its submission has returned: it is not undone any more. */
  #isFinal = false;
  /** The batch split by DX context: a command buffer's header names one for all its commands. */
  readonly #runs: Run[] = [];
  /** The listeners of commands, the commands' numbers, and their offsets, which ascend. */
  #listeners: RefusalListener[] = [];
  #numbers: number[] = [];
  #offsets: number[] = [];
  #uploads: { readonly start: number; readonly upload: Upload }[] | undefined;
  #lastStart = 0;
  /** Commands behind the mark that run even if it is cancelled. */
  readonly #unconditional: Piece[] = [];
  readonly #ended: (() => void)[] = [];
  readonly #known: (() => void)[] = [];
  /** The index of the current run, where its rest begins, and where the commands end. */
  #run = 0;
  #position = 0;
  #end = 0;

  constructor(readonly memory: CommandMemory) {
    memory.writer.truncate();
  }

  /** The first refusal. */
  get failure(): VmwgfxError | undefined {
    return this.outcome.failure;
  }

  /** Bytes of commands. */
  get length(): number {
    return this.memory.writer.length;
  }

  /** The user's commands begin here. @param refusals by the device so far */
  setMark(refusals: number): void {
    this.#mark = this.length;
    this.refusalsAtMark = refusals;
  }

  /** A command was written at `start`, the listener's command `number`. */
  add(start: number, dxContext: number | undefined, listener?: RefusalListener, number = 0): void {
    this.#lastStart = start;
    const run = this.#runs.at(-1);
    if (run === undefined || (run.dxContext ?? dxContext) !== (dxContext ?? run.dxContext)) {
      this.#runs.push({ start, dxContext });
    } else {
      run.dxContext ??= dxContext; // commands for no context may be in the buffer of any
    }
    if (listener !== undefined) {
      this.#listeners.push(listener);
      this.#numbers.push(number);
      this.#offsets.push(start);
    }
  }

  /** The command that was written at `start` runs even if the user's commands are cancelled. */
  makeUnconditional(start: number, dxContext: number | undefined): void {
    if (this.#mark !== undefined) {
      this.#unconditional.push({ start, end: this.length, dxContext });
    }
  }

  /** The last command that was written is an upload. */
  addUpload(upload: Upload): void {
    this.#uploads ??= [];
    this.#uploads.push({ start: this.#lastStart, upload });
  }

  /** The device is about to get a piece. */
  tellSending({ start, end }: Piece): void {
    this.#uploads?.forEach((one) => one.start >= start && one.start < end && one.upload.sending());
  }

  /** The device has got it. @param isDone whether it has run all of it already */
  tellSent({ start, end }: Piece, isDone: () => boolean): void {
    if (this.#uploads !== undefined) {
      const done = isDone();
      this.#uploads.forEach((one) => one.start >= start && one.start < end && one.upload.sent(done));
    }
  }

  /** Calls `act` once the device can reach nothing that the commands so far name (rule 8.3). It must not wait. */
  whenEnded(act: () => void): void {
    this.#ended.push(act);
  }

  /**
   * Calls `act` once it is known which of the user's commands have run: when they are cancelled, or at the end. It must
   * not wait.
   */
  whenKnown(act: () => void): void {
    if (this.cancelled !== undefined && this.#isFinal) {
      act();
    } else {
      this.#known.push(act);
    }
  }

  /** No more commands are added. */
  close(): void {
    this.#end = this.length;
  }

  /** What the device gets next; undefined after the last. */
  next(): Piece | undefined {
    for (; this.#run < this.#runs.length; this.#run++) {
      const { start, dxContext } = this.#runs[this.#run];
      const end = Math.min(this.#runs.at(this.#run + 1)?.start ?? this.#end, this.#end);
      if (Math.max(start, this.#position) < end) {
        return { start: Math.max(start, this.#position), end, dxContext };
      }
    }
    return this.cancelled !== undefined && this.#isFinal ? this.#unconditional.shift() : undefined;
  }

  /**
   * The device is done with the piece that was sent.
   * @returns the refusal, if there is one
   */
  take(status: number, errorOffset: number): VmwgfxError | undefined {
    const { start, end } = this.sent as Piece;
    this.sent = undefined;
    this.#position = Math.max(this.#position, end);
    if (status === SVGA_CB_STATUS.COMPLETED) {
      return undefined;
    }
    let error: VmwgfxError;
    let offset = start;
    if (status === SVGA_CB_STATUS.COMMAND_ERROR) {
      offset += errorOffset;
      const { name, next } = failedCommandEnd(this.memory.buffer, offset, end);
      error = new VmwgfxError('EIO', `the device refused ${name}`, { command: name, offset, status });
      this.#tellRefused(offset, offset + 1);
      this.#position = next;
    } else {
      error = new VmwgfxError('EIO', `the device does not take a command buffer: status ${status}`, {
        status,
      });
      this.#tellRefused(start, this.#end);
      this.#end = Math.min(this.#end, start);
    }
    this.outcome.failure ??= error;
    if (this.#mark !== undefined && offset < this.#mark) {
      this.cancel(error);
    }
    return error;
  }

  /** The user's commands do not run. */
  cancel(why: VmwgfxError): void {
    if (this.cancelled === undefined) {
      this.cancelled = why;
      this.outcome.failure ??= why;
      this.#end = Math.min(this.#end, this.#mark ?? 0);
      this.#tellCancelled();
    }
  }

  /**
   * Its submission returns before it is done. If the user's commands are cancelled, the submission is not undone: each
   * of them counts as refused, and the fence and what destroys or unbinds something run all the same.
   */
  makeFinal(): void {
    this.#isFinal = true;
    this.#tellCancelled();
  }

  #tellCancelled(): void {
    if (this.cancelled !== undefined && this.#isFinal) {
      this.#tellRefused(this.#mark ?? 0, this.length);
      this.#known.splice(0).forEach((act) => act());
    }
  }

  /** The device is done with all of it. */
  finish(): void {
    this.isDone = true;
    this.isReady = undefined;
    this.#listeners = [];
    this.#numbers = [];
    this.#offsets = [];
    this.#uploads = undefined;
    this.#known.splice(0).forEach((act) => act());
    this.#ended.splice(0).forEach((act) => act());
  }

  #tellRefused(start: number, end: number): void {
    const offsets = this.#offsets;
    for (let i = lowerBound(offsets, start); i < offsets.length && offsets[i] < end; i++) {
      this.#listeners[i].refused(this.#numbers[i]);
    }
  }
}

/** The index of the first number that is not below `least`; the numbers ascend. */
function lowerBound(numbers: readonly number[], least: number): number {
  let low = 0;
  for (let high = numbers.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] < least) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
