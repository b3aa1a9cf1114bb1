import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { CommandSubmitter } from '../device/command-submitter.js';
import type { Surface } from '../resource/surface.js';
import type { UserCommand } from './check-commands.js';
import type { Reservations } from './reservations.js';

/** A command that was emitted. */
interface SentCommand {
  readonly command: UserCommand;
  refused: boolean;
}

/**
 * The user's commands that a submission has emitted, in order, and what they do to surfaces and buffer objects: noted
 * once the device has executed, or refused, each of them (rule 6.2).
 */
export class SentCommands {
  readonly #sent: SentCommand[] = [];
  readonly #written = new Set<Surface>();

  /** Emits a command, except where its work is the driver's. @throws as `CommandSubmitter.emit` */
  send(queue: CommandSubmitter, command: UserCommand, contextId: number | undefined): void {
    if (this.#isTheDrivers(command)) {
      return;
    }
    const { effects } = command;
    const name = effects?.sentAs ?? command.name;
    const sent = { command, refused: false };
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
    this.#sent.push(sent);
    command.surfaces.forEach(({ surface, effect }) => effect === 'write' && this.#written.add(surface));
  }

  /** Whether the driver does a command's work itself: validation binds backings and keeps tracked surfaces in sync. */
  #isTheDrivers({ rule, surfaces }: UserCommand): boolean {
    if (!rule.explicit) {
      return rule.bindsBacking;
    }
    const { surface } = surfaces[0];
    const isNewerOnDevice = surface.gpuDirty || this.#written.has(surface);
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
    this.#written.forEach((surface) => surface.expectWrite());
    this.#sent.forEach(({ command }) => noteWrittenRanges(command, reservations));
  }

  /** The device is done with what was expected. Needs no reservation, and does not wait. */
  settle(): void {
    this.#noteContent();
    this.#written.forEach((surface) => surface.settleWrite());
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
