import { SurfaceLayoutError } from '@cg/surface-layout';
import { executors } from '../commands/executors.js';
import { isNotExecuted } from '../commands/not-executed.js';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
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
 */
export function executeCommand(objects: DeviceObjects, reader: CommandReader): void {
  const { index } = reader;
  const executor = index < 0 || (isDx[index] && !objects.limits.dx) ? undefined : executors[index];
  if (executor === undefined) {
    throw new SvgaDeviceError('ENOSYS', 'command is not one of this device', {
      id: reader.id,
      offset: reader.offset,
    });
  }
  objects.budget.chargeEach(1, COST.COMMAND + COST.FIELD_BYTE * reader.bytes);
  const { events } = objects.surroundings;
  events.tell?.({ kind: 'command-starts', reader });
  executor(objects, reader);
  events.tell?.({ kind: 'command-done', reader });
  objects.counters.countCommand(index);
  if (isNotExecuted[index]) {
    objects.counters.countNotExecuted(index);
  }
}

/** Begins a stream of commands: what it may cost, and the DX context it is for. */
export function beginStream(objects: DeviceObjects, dxContextId: number | undefined): void {
  objects.budget.renew();
  objects.cursor.forgetViews();
  objects.store.forgetViews();
  objects.dxContextId = dxContextId;
}
