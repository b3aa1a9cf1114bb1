import { CommandReader } from './command-reader.js';
import type { CommandFields, CommandName } from '../commands/command-table.js';

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

/** The command a reader stands at, as an object. */
export function decodedCommand(reader: CommandReader): DecodedCommand {
  const { offset, id, name, bytes } = reader;
  return name === undefined
    ? { offset, id, name, bytes, body: reader.bodyView() }
    : ({ offset, id, name, bytes, fields: reader.fields(name) } as unknown as DecodedCommand);
}

/**
 * The commands of a stream, in order. A 3D command outside the table is yielded without a name and passed
 * over.
 * @param deviceContext the stream is one of the device context, whose ids are a set of their own
 * @throws SvgaProtocolError EBADMSG where the stream stops making sense, after the commands before that place:
 * the reason is the message, the place `values.offset`
 */
export function* decodeCommands(
  stream: Uint8Array,
  deviceContext = false,
): Generator<DecodedCommand, void, undefined> {
  const reader = new CommandReader(deviceContext).aim(stream);
  while (reader.next()) {
    yield decodedCommand(reader);
  }
}
