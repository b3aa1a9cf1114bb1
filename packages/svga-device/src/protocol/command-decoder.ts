import { SvgaDeviceError } from '../errors.js';
import { commandNameOf, definitionOf } from './command-table.js';
import type { CommandFields, CommandName } from './command-table.js';
import { viewOf } from './struct.js';
import type { FieldTypes, StructValues } from './struct.js';

/**
 * SVGA3D ids of svga3d_cmd.h: from SVGA_3D_CMD_LEGACY_BASE to below SVGA_3D_CMD_FUTURE_MAX, all with an
 * SVGA3dCmdHeader.
 */
const SVGA_3D_CMD_LEGACY_BASE = 1000;
const SVGA_3D_CMD_FUTURE_MAX = 3000;

/** Where a command lies in a stream. */
export interface CommandFrame {
  /** Of its first byte. */
  readonly offset: number;
  readonly id: number;
  /** Undefined for a 3D command that the table does not have. */
  readonly name: CommandName | undefined;
  /** With its header. */
  readonly bytes: number;
}

/** A command with its fields. */
export interface KnownCommand<N extends CommandName = CommandName> extends CommandFrame {
  readonly name: N;
  readonly fields: CommandFields<N>;
}

/** A command that the table does not have, but whose header says how long it is. */
export interface UnknownCommand extends CommandFrame {
  readonly name: undefined;
  /** What follows the header: a view. */
  readonly body: Uint8Array;
}

/** What `decodeCommands` yields; `name` tells which fields there are. */
export type DecodedCommand = { [N in CommandName]: KnownCommand<N> }[CommandName] | UnknownCommand;

function damaged(what: string, offset: number, values: Readonly<Record<string, number>>): SvgaDeviceError {
  return new SvgaDeviceError('EBADMSG', what, { offset, ...values });
}

/**
 * Measures the command at `offset` of a stream that ends at `end`.
 * @throws SvgaDeviceError EBADMSG with `offset` where no whole command begins there, or one whose size is not
 * that of its kind.
 */
export function commandFrameAt(
  view: DataView,
  offset: number,
  end: number,
  deviceContext: boolean,
): CommandFrame {
  const left = end - offset;
  if (left < 4) {
    throw damaged('stream ends inside a command id', offset, { left });
  }
  const id = view.getUint32(offset, true);
  const name = commandNameOf(id, deviceContext);
  const definition = name === undefined ? undefined : definitionOf(name);
  if (
    definition === undefined &&
    (deviceContext || id < SVGA_3D_CMD_LEGACY_BASE || id >= SVGA_3D_CMD_FUTURE_MAX)
  ) {
    throw damaged('not a command', offset, { id });
  }
  if (definition?.headerBytes === 4) {
    const bytes = 4 + definition.body.bytes;
    if (left < bytes) {
      throw damaged('stream ends inside a command', offset, { id, left, bytes });
    }
    return { offset, id, name, bytes };
  }
  if (left < 8) {
    throw damaged('stream ends inside a command header', offset, { id, left });
  }
  const size = view.getUint32(offset + 4, true);
  if (size > left - 8) {
    throw damaged('stream ends inside a command', offset, { id, left, size });
  }
  if (definition !== undefined) {
    const boxes = size - definition.body.bytes;
    if (boxes < 0 || (definition.box === undefined ? boxes !== 0 : boxes % definition.box.bytes !== 0)) {
      throw damaged('size is not that of the command', offset, { id, size });
    }
  }
  return { offset, id, name, bytes: 8 + size };
}

/** Reads the fields of a command that `commandFrameAt` has measured. */
export function readCommandFields<N extends CommandName>(
  view: DataView,
  frame: CommandFrame,
  name: N,
): CommandFields<N> {
  const { headerBytes, body, box } = definitionOf(name);
  const fields = body.read(view, frame.offset + headerBytes);
  if (box === undefined) {
    return fields as CommandFields<N>;
  }
  const boxes: StructValues<FieldTypes>[] = [];
  for (let at = frame.offset + headerBytes + body.bytes; at < frame.offset + frame.bytes; at += box.bytes) {
    boxes.push(box.read(view, at));
  }
  return { ...fields, boxes } as unknown as CommandFields<N>;
}

/**
 * The commands of a stream, in order. A 3D command outside the table is yielded without a name and passed
 * over.
 * @param deviceContext the stream is one of the device context, whose ids are a set of their own
 * @throws SvgaDeviceError EBADMSG where the stream stops making sense, after the commands before that place:
 * the reason is the message, the place `values.offset`
 */
export function* decodeCommands(
  stream: Uint8Array,
  deviceContext = false,
): Generator<DecodedCommand, void, undefined> {
  const view = viewOf(stream);
  let offset = 0;
  while (offset < stream.length) {
    const frame = commandFrameAt(view, offset, stream.length, deviceContext);
    offset += frame.bytes;
    if (frame.name === undefined) {
      yield { ...frame, name: undefined, body: stream.subarray(frame.offset + 8, offset) };
    } else {
      yield { ...frame, fields: readCommandFields(view, frame, frame.name) } as DecodedCommand;
    }
  }
}

/** A command on one line: offset, name, `field=value`… */
export function formatCommand(command: DecodedCommand): string {
  const start = `${command.offset}: `;
  if (command.name === undefined) {
    return `${start}command ${command.id}, ${command.body.length} bytes`;
  }
  const said: string[] = [command.name];
  for (const [field, value] of Object.entries<number | readonly Readonly<Record<string, number>>[]>(
    command.fields,
  )) {
    if (typeof value === 'number') {
      said.push(`${field}=${value}`);
    } else {
      said.push(
        ...value.map(
          (box) =>
            `[${Object.entries(box)
              .map(([name, part]) => `${name}=${part}`)
              .join(' ')}]`,
        ),
      );
    }
  }
  return start + said.join(' ');
}
