import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { DriverState } from '../driver-state.js';
import type { Fence } from '../device/fence.js';
import type { HandleTable } from '../file/handle-table.js';
import type { DxContext } from '../resource/contexts/dx-context.js';
import type { Surface } from '../resource/surface.js';
import type { CommandSubmitter } from '../device/command-submitter.js';
import { checkCommands, type CommandChecks, type UserCommand } from './check-commands.js';
import { ContextChanges } from './context-changes.js';
import type { Reservations } from './reservations.js';
import type { Validation } from './validation.js';
import type { PreemptionPoint } from '../preemption-points.js';

/** A command that was emitted. */
interface SentCommand {
  readonly command: UserCommand;
  refused: boolean;
}

/** The file and the context that submit. */
export interface Submitter {
  readonly handles: HandleTable;
  /** The commands' context. */
  readonly dxContext: DxContext | undefined;
}

/**
 * Checks the user's commands, makes everything that they name ready, sends them, and notes which content is then
 * newest on the device. A failure before the first command is sent leaves everything as it was; after it, the
 * executed commands' effects are noted.
 * @param validation a new one
 * @throws as `DrmFile.submit`
 */
export function submit(
  driver: DriverState,
  validation: Validation,
  { handles, dxContext }: Submitter,
  bytes: Uint8Array,
): Fence {
  const { queue } = driver;
  const { maxCommandBytes } = queue;
  const { limits } = driver;
  const { reservations } = validation;
  const changes = dxContext === undefined ? undefined : new ContextChanges(dxContext, reservations);
  const checks: CommandChecks = { handles, maxCommandBytes, limits, dxContext, reservations, changes };
  const commands = checkedCommands(bytes, checks, validation);
  try {
    checks.changes?.addTo(validation);
    commands.forEach((command) => addToValidation(validation, command));
    validation.validate();
    checks.changes?.prepare();
    driver.memory.preemption.reach('submit: between updates and commands' satisfies PreemptionPoint);
    validation.checkReady();
    queue.beginUserCommands();
  } catch (error) {
    queue.settle();
    takeBack(validation, checks);
    throw error;
  }
  return send(driver, commands, validation, checks);
}

/** Undoes a submission that has sent nothing. */
function takeBack(validation: Validation, { changes }: CommandChecks): void {
  // First, because the validation may hold the last reference to a context that was closed meanwhile.
  changes?.takeBack(0);
  validation.backOff();
  changes?.abandon();
}

/** @throws as `checkCommands`, with the commands' changes to contexts undone */
function checkedCommands(bytes: Uint8Array, checks: CommandChecks, validation: Validation): UserCommand[] {
  try {
    return checkCommands(bytes, checks);
  } catch (error) {
    checks.changes?.abandon();
    validation.backOff();
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

function send(
  { queue, memory }: DriverState,
  commands: readonly UserCommand[],
  validation: Validation,
  checks: CommandChecks,
): Fence {
  const { dxContext, changes } = checks;
  const sent: SentCommand[] = [];
  const written = new Set<Surface>();
  const contextId = dxContext?.id;
  let done = 0;
  let fence: Fence | undefined;
  let failure: unknown;
  try {
    for (const command of commands) {
      if (!isTheDrivers(command, written)) {
        sent.push(sendCommand(queue, command, contextId));
        noteWritten(command, written);
      }
      done++;
    }
    fence = queue.fence();
  } catch (error) {
    queue.settle();
    failure = error;
  }
  const struck = queue.endUserCommands();
  if (struck !== undefined) {
    takeBack(validation, checks);
    throw struck;
  }
  changes?.takeBack(done);
  memory.preemption.reach('submit: between commands and their effects' satisfies PreemptionPoint);
  noteEffects(sent, validation.reservations);
  validation.commit(fence);
  changes?.accept();
  if (fence === undefined) {
    throw failure;
  }
  return fence;
}

function sendCommand(
  queue: CommandSubmitter,
  command: UserCommand,
  contextId: number | undefined,
): SentCommand {
  const { effects } = command;
  const name = effects?.sentAs ?? command.name;
  const sent = { command, refused: false };
  const refused = (): void => {
    sent.refused = true;
    effects?.refused.forEach((tell) => tell());
  };
  effects?.before.forEach((act) => act());
  if (effects?.surely === true) {
    queue.emitNoFail(name, translated(command), contextId);
  } else {
    queue.emit(name, translated(command), refused, contextId);
  }
  return sent;
}

/** Whether the driver does a command's work itself: validation binds backings and keeps tracked surfaces in sync. */
function isTheDrivers({ rule, surfaces }: UserCommand, written: ReadonlySet<Surface>): boolean {
  if (!rule.explicit) {
    return rule.bindsBacking;
  }
  const { surface } = surfaces[0];
  const isNewerOnDevice = surface.gpuDirty || written.has(surface);
  const isWanted = rule.uploads && !surface.coherent && !isNewerOnDevice;
  return surface.isTracked && !isWanted;
}

/** Notes the surfaces that a command makes GPU-dirty. */
function noteWritten({ surfaces }: UserCommand, written: Set<Surface>): void {
  for (const { surface, effect } of surfaces) {
    if (effect === 'write') {
      written.add(surface);
    }
  }
}

/** The command's fields with the device's ids for handles. */
function translated({ fields, surfaces, buffers, effects }: UserCommand): CommandFields<CommandName> {
  const ids: Record<string, unknown> = {};
  for (const { field, surface } of surfaces) {
    if (field !== undefined) {
      ids[field] = surface.id;
    }
  }
  for (const { field, object } of buffers) {
    ids[field] = object.mobId();
  }
  effects?.translations.forEach((translate) => Object.assign(ids, translate()));
  return { ...fields, ...ids } as unknown as CommandFields<CommandName>;
}

/**
 * Updates where the newest content of each surface is, and which bytes of buffer objects are dirty for the resources
 * there, now that the device has executed, or refused, each command in turn.
 */
function noteEffects(sent: readonly SentCommand[], reservations: Reservations): void {
  for (const { command, refused } of sent) {
    for (const { surface, effect } of refused ? [] : command.surfaces) {
      if (effect !== 'read') {
        surface.gpuDirty = effect === 'write';
      }
    }
    for (const { object, start, end, written } of refused ? [] : command.ranges) {
      if (written) {
        object.noteDeviceWrite(reservations.of(object), start, end);
      }
    }
  }
}
