import type { DriverState } from '../driver-state.js';
import type { Fence } from '../device/fence.js';
import type { HandleTable } from '../file/handle-table.js';
import type { DxContext } from '../resource/contexts/dx-context.js';
import type { CommandBatch } from '../device/command-batch.js';
import { checkCommands, type CommandChecks } from './check-commands.js';
import { ContextChanges } from './context-changes.js';
import type { LastStream } from './last-stream.js';
import { SentCommands } from './sent-commands.js';
import type { CheckedStream, UserCommand } from './user-command.js';
import type { Validation } from './validation.js';
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
  const { queue } = driver;
  const { maxCommandBytes } = queue;
  const { limits } = driver;
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
  const stream = checkedCommands(bytes, checks, validation);
  try {
    checks.changes?.addTo(validation);
    for (const command of stream.commands) {
      addToValidation(validation, command);
    }
    validation.validate();
    checks.changes?.prepare();
    driver.memory.preemption.reach('submit: between updates and commands' satisfies PreemptionPoint);
    validation.checkReady();
    queue.beginUserCommands();
  } catch (error) {
    queue.settle();
    undo(validation, checks);
    throw error;
  }
  return send(driver, stream, validation, checks);
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

function addToValidation(validation: Validation, { surfaces, buffers, rule, ranges }: UserCommand): void {
  for (const { surface, effect } of surfaces) {
    validation.add(surface, effect === 'write');
  }
  for (const { object } of buffers) {
    validation.addBuffer(object);
    if (rule.bindsBacking) {
      validation.switchBacking(surfaces[0].surface, object, 0);
    }
  }
  for (const { object, start, end } of ranges) {
    validation.useRange(object, start, end);
  }
}

/** @throws the error that kept a command from being sent, or the first refusal; what ran is noted then */
function send(
  { queue, memory }: DriverState,
  { bytes, commands }: CheckedStream,
  validation: Validation,
  checks: CommandChecks,
): Fence {
  const { dxContext, changes } = checks;
  const sent = new SentCommands(bytes);
  const contextId = dxContext?.id;
  let done = 0;
  let fence: Fence | undefined;
  let failure: unknown;
  try {
    for (const command of commands) {
      sent.send(queue, command, contextId);
      done++;
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
    finishLater(batch, sent, validation);
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
  validation.commit(fence);
  changes?.accept();
  if (fence === undefined || failure !== undefined) {
    throw failure;
  }
  return fence;
}

/**
 * The submission returns before the device is done. What the device refuses from now on undoes nothing, as later
 * submissions may build on it: the refused commands count as not executed, and the fence has the error.
 */
function finishLater(batch: CommandBatch, sent: SentCommands, validation: Validation): void {
  batch.isReady &&= validation.readiness();
  batch.makeFinal();
  sent.expect(validation.reservations);
  batch.whenKnown(() => sent.settle());
}
