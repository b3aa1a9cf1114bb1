import { CommandReader } from './command-reader.js';
import type { CommandFields, CommandName } from '../commands/command-table.js';

/** The location of a command in a stream. */
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

/** An unknown command whose header has its length. */
export interface UnknownCommand extends CommandFrame {
  readonly name: undefined;
  /** What follows the header: a view. */
  readonly body: Uint8Array;
}

/** The result of `decodeCommands`; `name` determines the fields. */
export type DecodedCommand = { [N in CommandName]: KnownCommand<N> }[CommandName] | UnknownCommand;

/** The reader's current command as an object. */
export function decodedCommand(reader: CommandReader): DecodedCommand {
  const { offset, id, name, bytes } = reader;
  return name === undefined
    ? { offset, id, name, bytes, body: reader.bodyView() }
    : ({ offset, id, name, bytes, fields: reader.fields(name) } as unknown as DecodedCommand);
}

/**
 * The commands of a stream, in order. A 3D command outside the table is yielded without a name and skipped. @param
 * deviceContext whether the stream is one of the device context, which has separate ids @throws SvgaProtocolError
 * EBADMSG at damage, after the commands before it: the message has the reason, `values.offset` the place
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
