import { SurfaceLayoutError } from '@cg/surface-layout';
import { executors } from '../commands/executors.js';
import type { Executor } from '../commands/executors.js';
import { isNotExecuted } from '../commands/not-executed.js';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import type { CommandWait } from '../renderer/command-wait.js';
import { commandNames, definitionOf, SvgaProtocolError } from '@cg/svga-protocol';
import type { CommandReader } from '@cg/svga-protocol';

const isDx: readonly boolean[] = commandNames.map((name) => definitionOf(name).dx);

/**
 * The errors that are a guest's. Anything else is a bug of ours or of the host, and must be seen.
 * @throws what is neither
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
 * Does the command that a reader stands at, and counts it.
 * @throws SvgaDeviceError ENOSYS for one the device does not have; and what the command throws
 * @throws CommandWait where the command has to wait: `goOnWith` does it then
 */
export function executeCommand(objects: DeviceObjects, reader: CommandReader): void {
  const executor = executorOf(objects, reader);
  objects.budget.chargeEach(1, COST.COMMAND + COST.FIELD_BYTE * reader.bytes);
  objects.surroundings.events.tell?.({ kind: 'command-starts', reader });
  perform(objects, reader, executor);
}

/**
 * Does a command that has had to wait, or the rest of it, as `executeCommand` does it.
 * @param failure why the answer does not come
 * @throws SvgaDeviceError EIO where there is such a reason; and as `executeCommand`
 */
export function goOnWith(
  objects: DeviceObjects,
  reader: CommandReader,
  wait: CommandWait,
  failure: Error | undefined,
): void {
  if (failure !== undefined) {
    throw new SvgaDeviceError('EIO', `the renderer failed (${failure.message})`);
  }
  perform(objects, reader, wait.goOn ?? executorOf(objects, reader));
}

function executorOf(objects: DeviceObjects, reader: CommandReader): Executor {
  const { index } = reader;
  const executor = index < 0 || (isDx[index] && !objects.limits.dx) ? undefined : executors[index];
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
  objects.surroundings.events.tell?.({ kind: 'command-done', reader });
  objects.counters.countCommand(reader.index);
  if (isNotExecuted[reader.index]) {
    objects.counters.countNotExecuted(reader.index);
  }
}

/** Begins a stream of commands: what it may cost, and the DX context it is for. */
export function beginStream(objects: DeviceObjects, dxContextId: number | undefined): void {
  objects.budget.renew();
  objects.cursor.forgetViews();
  objects.store.forgetViews();
  objects.dxContextId = dxContextId;
}

/** What a stream that stops at a command keeps, while registers and the device context are used. */
export class StoppedStream {
  readonly #objects: DeviceObjects;
  readonly #left: number;
  readonly #dxContextId: number | undefined;

  constructor(objects: DeviceObjects, wait: CommandWait) {
    if (wait.goOn === undefined) {
      objects.budget.takeBackCommand();
    }
    this.#objects = objects;
    this.#left = objects.budget.left;
    this.#dxContextId = objects.dxContextId;
  }

  /** Goes on with the stream. */
  goOn(): void {
    const objects = this.#objects;
    objects.budget.goOn(this.#left);
    objects.cursor.forgetViews();
    objects.store.forgetViews();
    objects.dxContextId = this.#dxContextId;
  }
}
