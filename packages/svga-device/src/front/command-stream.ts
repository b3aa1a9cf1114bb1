import { SurfaceLayoutError } from '@cg/surface-layout';
import { commandsOf } from '../commands/executors.js';
import type { Executor } from '../commands/executors.js';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import type { CommandWait } from '../renderer/command-wait.js';
import { commandNames, definitionOf, SvgaProtocolError } from '@cg/svga-protocol';
import type { CommandReader } from '@cg/svga-protocol';

const isDx: readonly boolean[] = commandNames.map((name) => definitionOf(name).dx);

/**
 * Returns a guest's error. Any other is a bug of ours or of the host, and must surface.
 * @throws any other error
 */
export function guestError(error: unknown): Error {
  if (
    error instanceof SvgaDeviceError ||
    error instanceof SvgaProtocolError ||
    error instanceof SurfaceLayoutError
  ) {
    return error;
  }
  throw error;
}

/**
 * Executes and counts the reader's current command.
 * @throws SvgaDeviceError ENOSYS for an unsupported one; and the command's errors
 * @throws CommandWait if the command has to wait: `resumeCommand` then executes it
 */
export function executeCommand(objects: DeviceObjects, reader: CommandReader): void {
  const executor = executorOf(objects, reader);
  objects.budget.chargeEach(1, COST.COMMAND + COST.FIELD_BYTE * reader.bytes);
  objects.surroundings.events.tell?.({ kind: 'command-starts', reader, dxContextId: objects.dxContextId });
  perform(objects, reader, executor);
}

/**
 * Executes a command that had to wait, or the rest of it, as `executeCommand` does.
 * @param failure why the answer does not come
 * @throws SvgaDeviceError EIO with a `failure`; and as `executeCommand`
 */
export function resumeCommand(
  objects: DeviceObjects,
  reader: CommandReader,
  wait: CommandWait,
  failure: Error | undefined,
): void {
  if (failure !== undefined) {
    throw new SvgaDeviceError('EIO', `the renderer failed (${failure.message})`);
  }
  perform(objects, reader, wait.resume ?? executorOf(objects, reader));
}

function executorOf(objects: DeviceObjects, reader: CommandReader): Executor {
  const { index } = reader;
  const executor =
    index < 0 || (isDx[index] && !objects.limits.dx) ? undefined : commandsOf(objects).executors[index];
  if (executor === undefined) {
    throw new SvgaDeviceError('ENOSYS', 'command is not one of this device', {
      id: reader.id,
      offset: reader.offset,
    });
  }
  return executor;
}

function perform(objects: DeviceObjects, reader: CommandReader, executor: Executor): void {
  objects.budget.beginCommand();
  executor(objects, reader);
  objects.surroundings.events.tell?.({ kind: 'command-done', reader, dxContextId: objects.dxContextId });
  objects.counters.countCommand(reader.index);
  if (commandsOf(objects).isNotExecuted[reader.index]) {
    objects.counters.countNotExecuted(reader.index);
  }
}

/** Begins a stream of commands: renews the work budget, and sets the DX context. */
export function beginStream(objects: DeviceObjects, dxContextId: number | undefined): void {
  objects.budget.renew();
  objects.cursor.forgetViews();
  objects.store.forgetViews();
  objects.dxContextId = dxContextId;
}

/** State of a stream stopped at a command, kept while registers and the device context are used. */
export class StoppedStream {
  readonly #objects: DeviceObjects;
  readonly #left: number;
  readonly #dxContextId: number | undefined;

  constructor(objects: DeviceObjects, wait: CommandWait) {
    if (wait.resume === undefined) {
      objects.budget.refundCommand();
    }
    this.#objects = objects;
    this.#left = objects.budget.left;
    this.#dxContextId = objects.dxContextId;
  }

  /** Resumes the stream. */
  resume(): void {
    const objects = this.#objects;
    objects.budget.resume(this.#left);
    objects.cursor.forgetViews();
    objects.store.forgetViews();
    objects.dxContextId = this.#dxContextId;
  }
}
