import { SurfaceLayoutError } from '@cg/surface-layout';
import {
  CommandReader,
  levelAvailable,
  levelNames,
  levelNeeded,
  SVGA3D_INVALID_ID,
  type CommandFields,
  type CommandName,
  type Level,
  SvgaProtocolError,
} from '@cg/svga-protocol';
import type { DeviceLimits } from '../device/device-limits.js';
import { VmwgfxError } from '../errors.js';
import type { HandleTable } from '../file/handle-table.js';
import { checkPlace } from '../file/new-surface.js';
import type { BufferObject } from '../memory/buffer-object.js';
import type { CheckedStream } from './checked-stream.js';
import { CommandScope } from './command-scope.js';
import { ContextChanges } from './context-changes.js';
import type { DxContext } from '../resource/contexts/dx-context.js';
import type { BufferRange } from './effects.js';
import type { Journal } from './journal.js';
import type { LastStream } from './last-stream.js';
import type { Reservations } from './reservations.js';
import type { Inspected } from './rules/command-rule.js';
import { ruleOf } from './rules/command-rules.js';
import { refusalOf } from './rules/driver-commands.js';
import { checkExtents, type UsedSurface } from './rules/extents.js';
import { checkExtentsInPlace, type ExtentInPlace } from './rules/extents-in-place.js';
import { effectOn, usesIn, type UserRule } from './rules/user-rules.js';
import type { BufferUse, SurfaceUse, UserCommand } from './user-command.js';

type Fields = Readonly<Record<string, unknown>>;

/** The buffers of most commands: one shared array. */
const NO_BUFFERS: readonly BufferUse[] = [];
const NO_RANGES: readonly BufferRange[] = [];

/** State that the commands of a submission are checked against. */
export interface CommandChecks {
  readonly handles: HandleTable;
  /** The file's. */
  readonly last: LastStream;
  readonly maxCommandBytes: number;
  readonly limits: DeviceLimits;
  /** The DX context that the submission names. */
  readonly dxContext: DxContext | undefined;
  /** The submission's; objects whose resources change place are reserved first. */
  readonly reservations: Reservations;
  readonly journal: Journal;
  /** The commands' changes to contexts; undefined until there is one. */
  changes: ContextChanges | undefined;
}

/**
 * Reads the commands of a submission, as bytes in the device's format with handles of the file for ids, and checks
 * all before any is executed.
 * @throws VmwgfxError EINVAL for anything but well-formed commands that a user may send, ENOENT for an unknown
 * handle; `facts.offset` and `facts.command` locate the command
 */
export function checkCommands(stream: Uint8Array, checks: CommandChecks): CheckedStream {
  const { last, handles } = checks;
  const known = last.find(stream, handles);
  if (known !== undefined) {
    return known;
  }
  const checked = last.begin(stream);
  const reader = new CommandReader().aim(checked.bytes);
  try {
    while (reader.next()) {
      checkCommand(reader, checks, checked);
    }
  } catch (error) {
    throw located(error, reader);
  }
  last.remember(checked.end(), handles);
  return checked;
}

/** Adds the place in the submission to an error. */
function located(error: unknown, { offset, id, name, bytes }: CommandReader): unknown {
  const command = name ?? `command ${id}`;
  if (error instanceof SvgaProtocolError) {
    return new VmwgfxError('EINVAL', `not a command stream: ${error.message}`, { offset });
  }
  const isOurs = error instanceof VmwgfxError;
  if (!isOurs && !(error instanceof SurfaceLayoutError)) {
    return error;
  }
  const facts = { ...(isOurs && error.facts), command, offset, bytes };
  return new VmwgfxError(
    isOurs ? error.code : 'EINVAL',
    `${command} at byte ${offset}: ${error.message}`,
    facts,
  );
}

/** Checks the reader's command and adds it to the stream. */
function checkCommand(reader: CommandReader, checks: CommandChecks, stream: CheckedStream): void {
  const { handles, maxCommandBytes, limits } = checks;
  const { name } = reader;
  const rule = name === undefined ? undefined : ruleOf(name);
  if (name === undefined || rule === undefined) {
    const why = name === undefined ? 'unknown command' : refusalOf(name);
    throw new VmwgfxError('EINVAL', `a user may not send it: ${why}`);
  }
  if (reader.bytes > maxCommandBytes) {
    throw new VmwgfxError('EINVAL', `a command has at most ${maxCommandBytes} bytes`);
  }
  const isOfLevel = rule.level !== undefined && rule.level <= limits.level;
  if (isOfLevel && rule.inPlace !== undefined) {
    addInPlace(reader, rule, rule.inPlace, handles, stream);
    return;
  }
  const fields = reader.fields(name) as unknown as Fields;
  if (!isOfLevel) {
    checkLevel(name, fields, limits.level);
  }
  const command = resolve(name, rule, fields, handles);
  const whole = rule.apply === undefined ? command : applied(command, checks, stream.length + 1);
  stream.add(whole, reader.offset, reader.offset + reader.bytes);
}

/** Adds a command that names nothing but surfaces, which are checked where the command is. */
function addInPlace(
  reader: CommandReader,
  rule: UserRule,
  extents: readonly ExtentInPlace[],
  handles: HandleTable,
  stream: CheckedStream,
): void {
  const { offset, body } = reader;
  const first = stream.uses;
  for (const { at, effect } of rule.surfaces) {
    stream.addUse(handles.surface(reader.u32(at - (body - offset))), effect, offset + at);
  }
  checkExtentsInPlace(extents, reader, stream.surfaces, first);
  stream.addCommand(rule, offset + reader.bytes);
}

/**
 * Refuses a command beyond the level of the device or of a context without DX.
 * @throws VmwgfxError EINVAL with the level needed
 */
function checkLevel(name: CommandName, fields: Fields, device: Level): void {
  const { level, field } = levelNeeded(name, fields as unknown as CommandFields<CommandName>);
  const available = levelAvailable(name, device);
  if (level <= available) {
    return;
  }
  const what = field === undefined ? 'the command' : `${field} ${String(fields[field])}`;
  const why =
    level === Infinity ? 'is of no level' : `needs ${levelNames[level]}, not ${levelNames[available]}`;
  throw new VmwgfxError('EINVAL', `${what} ${why}`, { level });
}

/** Applies a command to its context. */
function applied(command: UserCommand, checks: CommandChecks, number: number): UserCommand {
  checks.changes ??= new ContextChanges(checks.dxContext, checks.reservations, checks.journal);
  checks.changes.command = number;
  const scope = new CommandScope(checks.changes, checks.handles);
  command.rule.apply?.(command.fields as never, scope);
  const { effects } = scope;
  return {
    ...command,
    isRewritten: true,
    surfaces: [...command.surfaces, ...effects.uses],
    ranges: [...command.ranges, ...effects.ranges],
    effects,
  };
}

function resolve(name: CommandName, rule: UserRule, fields: Fields, handles: HandleTable): UserCommand {
  const surfaces: (SurfaceUse & UsedSurface)[] = [];
  for (const operand of rule.surfaces) {
    const { field, at } = operand;
    const surface = handles.surface(fields[field] as number);
    const uses = usesIn(operand, fields);
    surfaces.push({ field, at, surface, effect: effectOn(operand, uses), uses });
  }
  const buffers =
    rule.buffers.length === 0
      ? NO_BUFFERS
      : rule.buffers.map((field) => ({ field, object: bufferOf(fields[field] as number, handles) }));
  if (rule.bindsBacking) {
    checkPlace(surfaces[0].surface.backingBytes, buffers[0].object, 0);
  }
  checkExtents(rule.extents, surfaces, fields);
  const found = rule.inspect === undefined ? undefined : inspected(rule.inspect, fields, surfaces, buffers);
  return {
    name,
    rule,
    fields: found?.fields === undefined ? fields : { ...fields, ...found.fields },
    isRewritten: buffers.length > 0 || found?.fields !== undefined,
    surfaces,
    buffers,
    ranges: found?.ranges ?? NO_RANGES,
  };
}

function inspected(
  inspect: NonNullable<UserRule['inspect']>,
  fields: Fields,
  surfaces: readonly SurfaceUse[],
  buffers: readonly BufferUse[],
): Inspected | undefined {
  const named = surfaces.map(({ surface }) => surface);
  const objects = buffers.map(({ object }) => object);
  return inspect(fields as never, named, objects) ?? undefined;
}

function bufferOf(handle: number, handles: HandleTable): BufferObject {
  if (handle === SVGA3D_INVALID_ID) {
    throw new VmwgfxError('EINVAL', 'a surface cannot be without a backing', { handle });
  }
  return handles.buffer(handle);
}
