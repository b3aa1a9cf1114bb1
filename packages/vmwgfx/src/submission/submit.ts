import type { DriverState } from '../driver-state.js';
import type { Fence } from '../device/fence.js';
import type { HandleTable } from '../file/handle-table.js';
import type { DxContext } from '../resource/contexts/dx-context.js';
import type { CommandBatch } from '../device/command-batch.js';
import { checkCommands, type CommandChecks } from './check-commands.js';
import { EFFECT, type CheckedStream } from './checked-stream.js';
import { ContextChanges } from './context-changes.js';
import type { LastStream } from './last-stream.js';
import { SentCommands } from './sent-commands.js';
import { Validation, type Settled } from './validation.js';
import type { PreemptionPoint } from '../preemption-points.js';

/** The file and the context that submit. */
export interface Submitter {
  readonly handles: HandleTable;
  readonly last: LastStream;
  /** The commands' context. */
  readonly dxContext: DxContext | undefined;
}

/**
 * Checks the user's commands, makes everything that they name ready, sends them, and notes which content is then
 * newest on the device. A failure before the first command is sent leaves everything as it was; after it, the
 * executed commands' effects are noted. A device that takes time is not waited for.
 * @param validation a new one
 * @throws as `DrmFile.submit`
 */
export function submit(
  driver: DriverState,
  validation: Validation,
  { handles, last, dxContext }: Submitter,
  bytes: Uint8Array,
): Fence {
  const { queue, limits, residency } = driver;
  const { maxCommandBytes } = queue;
  const { reservations, journal } = validation;
  const changes = dxContext === undefined ? undefined : new ContextChanges(dxContext, reservations, journal);
  const checks: CommandChecks = {
    handles,
    last,
    maxCommandBytes,
    limits,
    dxContext,
    reservations,
    journal,
    changes,
  };
  queue.batches.poll();
  const { epoch } = residency;
  const stream = checkedCommands(bytes, checks, validation);
  const settled = dxContext === undefined ? last.settledAt(epoch) : undefined;
  stream.users++;
  try {
    const isSettled = makeReady({ driver, stream, validation, checks, epoch, settled });
    return send({ driver, stream, validation, checks, epoch, settled: isSettled ? settled : undefined });
  } finally {
    stream.users--;
  }
}

/**
 * Makes everything ready that the commands need.
 * @returns whether it was, as the last submission left it
 * @throws as `Validation.validate`; nothing has changed then
 */
function makeReady({ driver, stream, validation, checks, settled }: CheckedSubmission): boolean {
  const { queue, residency, memory } = driver;
  try {
    const isSettled = settled !== undefined && validation.validateAgain(settled, stream.surfaces);
    if (isSettled) {
      use(driver, settled, stream);
    } else {
      checks.changes?.addTo(validation);
      addToValidation(validation, stream);
      validation.validate();
      checks.changes?.prepare();
    }
    memory.preemption.reach('submit: between updates and commands' satisfies PreemptionPoint);
    if (!isSettled || residency.epoch !== settled.epoch) {
      validation.checkReady();
    }
    queue.beginUserCommands();
    return isSettled;
  } catch (error) {
    queue.settle();
    undo(validation, checks);
    throw error;
  }
}

/** The settled resources of a submission count as used, unless they are the last that were. */
function use({ placed, surfacesOnDevice }: DriverState, settled: Settled, { surfaces }: CheckedStream): void {
  if (settled.uses === placed.changes + surfacesOnDevice.changes) {
    return;
  }
  settled.reservations.all.forEach(({ object }) => placed.touch(object));
  surfaces.forEach((surface) => surfacesOnDevice.touch(surface));
  settled.uses = placed.changes + surfacesOnDevice.changes;
}

/** Undoes a submission none of whose commands has run. */
function undo(validation: Validation, { changes }: CommandChecks): void {
  validation.backOff();
  changes?.abandon();
}

/** @throws as `checkCommands`, with the commands' changes to contexts undone */
function checkedCommands(bytes: Uint8Array, checks: CommandChecks, validation: Validation): CheckedStream {
  try {
    return checkCommands(bytes, checks);
  } catch (error) {
    undo(validation, checks);
    throw error;
  }
}

function addToValidation(validation: Validation, stream: CheckedStream): void {
  const { surfaces, effects, firstUses, special, uses } = stream;
  for (let use = 0; use < uses; use++) {
    validation.add(surfaces[use], effects[use] === EFFECT.WRITE);
  }
  for (const [number, { buffers, rule, ranges }] of special) {
    for (const { object } of buffers) {
      validation.addBuffer(object);
      if (rule.bindsBacking) {
        validation.switchBacking(surfaces[firstUses[number]], object, 0);
      }
    }
    for (const { object, start, end } of ranges) {
      validation.useRange(object, start, end);
    }
  }
}

/** A submission of checked commands. */
interface CheckedSubmission {
  readonly driver: DriverState;
  readonly stream: CheckedStream;
  readonly validation: Validation;
  readonly checks: CommandChecks;
  /** `Residency.epoch` at its beginning. */
  readonly epoch: number;
  /** What the last submission left, if there was no event since. */
  readonly settled: Settled | undefined;
}

/** @throws the error that kept a command from being sent, or the first refusal; what ran is noted then */
function send(submission: CheckedSubmission): Fence {
  const { driver, stream, validation, checks, settled } = submission;
  const { queue, memory } = driver;
  const { dxContext, changes } = checks;
  const sent = new SentCommands(stream);
  let done = 0;
  let fence: Fence | undefined;
  let failure: unknown;
  try {
    const count = settled === undefined ? stream.length : settled.sent.length;
    for (; done < count; done++) {
      sent.send(queue, settled === undefined ? done : settled.sent[done], dxContext?.id);
    }
    fence = queue.emitFence();
  } catch (error) {
    failure = error;
  }
  const { batch, cancelled } = queue.endUserCommands(() => validation.isReady);
  if (fence === undefined) {
    queue.settle();
  }
  if (cancelled === undefined) {
    memory.preemption.reach('submit: between commands and their effects' satisfies PreemptionPoint);
  }
  if (fence !== undefined && batch?.isDone === false) {
    finishLater(batch, sent, submission);
    settle(submission, sent);
    validation.commit(fence);
    changes?.accept();
    return fence;
  }
  const refusal = cancelled ?? batch?.cancelled;
  if (refusal !== undefined) {
    undo(validation, checks);
    throw refusal;
  }
  failure ??= batch?.failure;
  validation.journal.undoCommandsAfter(done);
  sent.note(validation.reservations);
  if (failure === undefined) {
    settle(submission, sent);
  }
  validation.commit(fence);
  changes?.accept();
  if (fence === undefined || failure !== undefined) {
    throw failure;
  }
  return fence;
}

/**
 * Remembers a submission that succeeded without any of the events that `Residency` counts: the same commands find
 * everything ready. A validation that a checker has replaced is never left out.
 */
function settle(submission: CheckedSubmission, { sent }: SentCommands): void {
  const { driver, stream, validation, checks, epoch, settled } = submission;
  const { residency, placed, surfacesOnDevice } = driver;
  const isPlain = checks.changes === undefined && stream.special.size === 0;
  if (
    settled !== undefined ||
    residency.epoch !== epoch ||
    !isPlain ||
    validation.constructor !== Validation
  ) {
    return;
  }
  const { reservations } = validation;
  const uses = placed.changes + surfacesOnDevice.changes;
  checks.last.settle(stream, { epoch, reservations, sent, uses });
}

/**
 * The submission returns before the device is done. What the device refuses from now on undoes nothing, as later
 * submissions may build on it: the refused commands count as not executed, and the fence has the error.
 */
function finishLater(
  batch: CommandBatch,
  sent: SentCommands,
  { stream, validation }: CheckedSubmission,
): void {
  batch.isReady &&= validation.readiness();
  batch.makeFinal();
  sent.expect(validation.reservations);
  stream.users++;
  batch.whenKnown(() => {
    sent.settle();
    stream.users--;
  });
}
