import type { CommandFields, CommandName } from '@cg/svga-device';
import type { DriverContext } from '../context.js';
import type { Fence } from '../device/fence.js';
import type { HandleTable } from '../file/handle-table.js';
import type { DxContext } from '../resource/contexts/dx-context.js';
import type { BufferObject } from '../memory/buffer-object.js';
import { checkCommands, type UserCommand } from './check-commands.js';
import { Validation } from './validation.js';

/** A command on its way. */
interface SentCommand {
  readonly command: UserCommand;
  refused: boolean;
}

/** Who submits. */
export interface Submitter {
  readonly handles: HandleTable;
  /** What the commands are for. */
  readonly dxContext: DxContext | undefined;
}

/**
 * Checks what a user sends, makes everything that it names ready, sends it, and notes what the device then has.
 * Up to the first command sent a failure leaves all as it was; behind it, what the device did is noted.
 * @throws as `DrmFile.submit`
 */
export function submit(context: DriverContext, { handles, dxContext }: Submitter, bytes: Uint8Array): Fence {
  const { queue } = context;
  const { maxCommandBytes } = queue;
  const commands = checkCommands(bytes, { handles, maxCommandBytes, hasDx: context.limits.hasDx });
  const validation = new Validation();
  if (dxContext !== undefined) {
    validation.add(dxContext, true);
    dxContext.tables.forEach((table) => validation.add(table, false));
  }
  commands.forEach((command) => addToValidation(validation, command));
  try {
    validation.validate();
    // What the device refuses of all that must strike before the user's commands run on stale content (rule 1.5).
    queue.flush();
  } catch (error) {
    queue.settle();
    validation.backOff();
    throw error;
  }
  return send(context, commands, validation);
}

function addToValidation(validation: Validation, { surfaces, buffers, rule, ranges }: UserCommand): void {
  for (const { surface, effect } of surfaces) {
    validation.add(surface, effect === 'write');
  }
  for (const { object } of buffers) {
    validation.addBuffer(object);
    if (rule.bindsBacking === true) {
      validation.switchBacking(surfaces[0].surface, object, 0);
    }
  }
  for (const { field, start, end } of ranges) {
    validation.useRange(objectIn(buffers, field), start, end);
  }
}

function send({ queue }: DriverContext, commands: readonly UserCommand[], validation: Validation): Fence {
  const sent: SentCommand[] = [];
  let fence: Fence | undefined;
  try {
    for (const command of commands) {
      if (!isTheDrivers(command)) {
        const entry = { command, refused: false };
        queue.emit(command.name, translated(command), () => {
          entry.refused = true;
        });
        sent.push(entry);
      }
    }
    fence = queue.fence();
    return fence;
  } catch (error) {
    queue.settle();
    throw error;
  } finally {
    noteEffects(sent);
    validation.commit(fence);
  }
}

function objectIn(buffers: UserCommand['buffers'], field: string): BufferObject {
  const found = buffers.find((buffer) => buffer.field === field);
  return (found as (typeof buffers)[number]).object;
}

/** Backings are bound by validation, and tracked surfaces kept alike with theirs without being told. */
function isTheDrivers({ rule, surfaces }: UserCommand): boolean {
  return rule.bindsBacking === true || (rule.explicit === true && surfaces[0].surface.isTracked);
}

/** The command's fields with the device's ids for handles. */
function translated({ fields, surfaces, buffers }: UserCommand): CommandFields<CommandName> {
  const ids: Record<string, number> = {};
  for (const { field, surface } of surfaces) {
    ids[field] = surface.id;
  }
  for (const { field, object } of buffers) {
    ids[field] = object.mobId();
  }
  return { ...fields, ...ids } as unknown as CommandFields<CommandName>;
}

/**
 * Where the newest content of each surface is, and which bytes of buffer objects are news to who lies there, now
 * that the device has done, or refused, each command in turn.
 */
function noteEffects(sent: readonly SentCommand[]): void {
  for (const { command, refused } of sent) {
    for (const { surface, effect } of refused ? [] : command.surfaces) {
      if (effect !== 'read') {
        surface.gpuDirty = effect === 'write';
      }
    }
    for (const { field, start, end, written } of refused ? [] : command.ranges) {
      if (written) {
        objectIn(command.buffers, field).noteDeviceWrite(start, end);
      }
    }
  }
}
