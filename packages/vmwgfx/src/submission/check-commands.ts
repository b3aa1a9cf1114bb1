import { SurfaceLayoutError } from '@cg/surface-layout';
import { decodeCommands, SvgaDeviceError, SVGA3D_INVALID_ID, type CommandName } from '@cg/svga-device';
import { VmwgfxError } from '../errors.js';
import type { HandleTable } from '../file/handle-table.js';
import { checkPlace } from '../file/new-surface.js';
import type { BufferObject } from '../memory/buffer-object.js';
import type { Surface } from '../resource/surface.js';
import type { BufferRange, CommandRule, SurfaceEffect } from './rules/command-rule.js';
import { ruleOf } from './rules/command-rules.js';

/** A surface that a command names, and what the command does to it. */
interface SurfaceUse {
  readonly field: string;
  readonly surface: Surface;
  readonly effect: SurfaceEffect;
}

/** A user's command, with its handles resolved. */
export interface UserCommand {
  readonly name: CommandName;
  /** First byte in the submission. */
  readonly offset: number;
  readonly bytes: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly rule: CommandRule;
  readonly surfaces: readonly SurfaceUse[];
  readonly buffers: ReadonlyMap<string, BufferObject>;
  readonly ranges: readonly BufferRange[];
}

/** What the commands of a submission are checked against. */
export interface CommandChecks {
  readonly handles: HandleTable;
  readonly maxCommandBytes: number;
  readonly hasDx: boolean;
}

/**
 * Reads the commands of a submission, as bytes in the device's format with handles of the file for ids, and
 * checks all before any is done.
 * @throws VmwgfxError EINVAL for anything but well-formed commands that a user may send, ENOENT for a handle
 * that is nobody's; `facts.offset` and `facts.command` say which
 */
export function checkCommands(bytes: Uint8Array, checks: CommandChecks): UserCommand[] {
  const { handles, maxCommandBytes, hasDx } = checks;
  const commands: UserCommand[] = [];
  try {
    for (const { name, id, offset, bytes: length, ...rest } of decodeCommands(bytes)) {
      const rule = name === undefined ? undefined : ruleOf(name, hasDx);
      const facts = { command: name ?? `command ${id}`, offset, bytes: length };
      if (name === undefined || rule === undefined) {
        throw new VmwgfxError('EINVAL', `a user may not send ${facts.command}`, facts);
      }
      if (length > maxCommandBytes) {
        throw new VmwgfxError('EINVAL', `a command has at most ${maxCommandBytes} bytes`, facts);
      }
      const { fields } = rest as unknown as { readonly fields: Readonly<Record<string, unknown>> };
      commands.push(located(facts, () => resolve({ name, offset, bytes: length, fields, rule }, handles)));
    }
  } catch (error) {
    if (error instanceof SvgaDeviceError) {
      throw new VmwgfxError('EINVAL', `not a command stream: ${error.message}`, { ...error.values });
    }
    throw error;
  }
  return commands;
}

/** Adds where in the submission it happened to what `act` throws. */
function located<T>(where: { readonly command: string; readonly offset: number }, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const isOurs = error instanceof VmwgfxError;
    if (!isOurs && !(error instanceof SurfaceLayoutError)) {
      throw error;
    }
    const message = `${where.command} at byte ${where.offset}: ${error.message}`;
    throw new VmwgfxError(isOurs ? error.code : 'EINVAL', message, { ...(isOurs && error.facts), ...where });
  }
}

type Unresolved = Omit<UserCommand, 'buffers' | 'ranges' | 'surfaces'>;

function resolve(command: Unresolved, handles: HandleTable): UserCommand {
  const { rule, fields } = command;
  const surfaces = rule.surfaces.map(({ field }) => handles.surface(fields[field] as number));
  const names = rule.buffers ?? [];
  const objects = names.map((field) => bufferOf(fields[field] as number, handles));
  if (rule.bindsBacking === true) {
    checkPlace(surfaces[0].backingBytes, objects[0], 0);
  }
  const found = rule.inspect?.(fields as never, surfaces, objects) ?? {};
  return {
    ...command,
    fields: { ...fields, ...found.fields },
    surfaces: rule.surfaces.map(({ field, effect }, i) => ({
      field,
      effect: found.effects?.[i] ?? effect,
      surface: surfaces[i],
    })),
    buffers: new Map(names.map((field, i) => [field, objects[i]])),
    ranges: found.ranges ?? [],
  };
}

function bufferOf(handle: number, handles: HandleTable): BufferObject {
  if (handle === SVGA3D_INVALID_ID) {
    throw new VmwgfxError('EINVAL', 'a surface cannot be without a backing', { handle });
  }
  return handles.buffer(handle);
}
