import type { CommandFields, CommandName, CommandWriter } from '@cg/svga-protocol';
import type { CommandSubmitter, EncodedCommand } from '../device/command-submitter.js';
import type { Surface } from '../resource/surface.js';
import type { UserCommand } from './user-command.js';
import type { Reservations } from './reservations.js';

/** A command that was emitted. */
class SentCommand implements EncodedCommand {
  refused = false;

  constructor(
    readonly command: UserCommand,
    readonly stream: Uint8Array,
  ) {}

  get name(): CommandName {
    return this.command.name;
  }

  get fields(): CommandFields<CommandName> {
    return translated(this.command);
  }

  /** The user's bytes, with the device's ids in place of handles. */
  writeTo(writer: CommandWriter): number {
    const { surfaces, offset: start, bytes } = this.command;
    const offset = writer.copy(this.stream, start, start + bytes);
    for (const { at, surface } of surfaces) {
      writer.setU32(offset + at, surface.id);
    }
    return offset;
  }
}

/**
 * The user's commands that a submission has emitted, in order, and what they do to surfaces and buffer objects: noted
 * once the device has executed, or refused, each of them (rule 6.2).
 */
export class SentCommands {
  readonly #sent: SentCommand[] = [];
  #written: Set<Surface> | undefined;
  readonly #stream: Uint8Array;

  /** @param stream the bytes of the user's commands */
  constructor(stream: Uint8Array) {
    this.#stream = stream;
  }

  /** Emits a command, except where its work is the driver's. @throws as `CommandSubmitter.emit` */
  send(queue: CommandSubmitter, command: UserCommand, contextId: number | undefined): void {
    if (this.#isTheDrivers(command)) {
      return;
    }
    const sent = new SentCommand(command, this.#stream);
    if (command.isRewritten) {
      sendRewritten(queue, sent, contextId);
    } else {
      queue.emitEncoded(sent, () => (sent.refused = true), contextId);
    }
    this.#sent.push(sent);
    for (const { surface, effect } of command.surfaces) {
      if (effect === 'write') {
        this.#written ??= new Set();
        this.#written.add(surface);
      }
    }
  }

  /** Whether the driver does a command's work itself: validation binds backings and keeps tracked surfaces in sync. */
  #isTheDrivers({ rule, surfaces }: UserCommand): boolean {
    if (!rule.explicit) {
      return rule.bindsBacking;
    }
    const { surface } = surfaces[0];
    const isNewerOnDevice = surface.gpuDirty || this.#written?.has(surface) === true;
    const isWanted = rule.uploads && !surface.coherent && !isNewerOnDevice;
    return surface.isTracked && !isWanted;
  }

  /** The device is done: notes where the newest content of each surface is, and which bytes were written. */
  note(reservations: Reservations): void {
    this.#noteContent();
    this.#sent.forEach(({ command, refused }) => refused || noteWrittenRanges(command, reservations));
  }

  #noteContent(): void {
    for (const { command, refused } of this.#sent) {
      for (const { surface, effect } of refused ? [] : command.surfaces) {
        if (effect !== 'read') {
          surface.gpuDirty = effect === 'write';
        }
      }
    }
  }

  /**
   * The device is not done. Until `settle`, what may be written counts as written: a surface as GPU-dirty, bytes of a
   * buffer object as dirty for the resources there. Either costs a transfer at most.
   */
  expect(reservations: Reservations): void {
    this.#written?.forEach((surface) => surface.expectWrite());
    this.#sent.forEach(({ command }) => noteWrittenRanges(command, reservations));
  }

  /** The device is done with what was expected. Needs no reservation, and does not wait. */
  settle(): void {
    this.#noteContent();
    this.#written?.forEach((surface) => surface.settleWrite());
  }
}

/** Sends a command with other fields than the user's. */
function sendRewritten(queue: CommandSubmitter, sent: SentCommand, contextId: number | undefined): void {
  const { command } = sent;
  const { effects } = command;
  const name = effects?.sentAs ?? command.name;
  const refused = (): void => {
    sent.refused = true;
    effects?.refused.forEach((tell) => tell());
  };
  effects?.before.forEach((act) => act());
  if (effects?.cannotFail === true) {
    queue.emitNoFail(name, translated(command), contextId);
  } else {
    queue.emit(name, translated(command), refused, contextId);
  }
}

function noteWrittenRanges({ ranges }: UserCommand, reservations: Reservations): void {
  for (const { object, start, end, written } of ranges) {
    if (written) {
      object.noteDeviceWrite(reservations.of(object), start, end);
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
