import { CommandReader, type CommandFields, type CommandName, type CommandWriter } from '@cg/svga-protocol';
import type { CommandSource, CommandSubmitter } from '../device/command-submitter.js';
import type { Surface } from '../resource/surface.js';
import { EFFECT, type CheckedStream } from './checked-stream.js';
import type { UserCommand } from './user-command.js';
import type { Reservations } from './reservations.js';

/**
 * The user's commands that a submission has emitted, in order, and what they do to surfaces and buffer objects: noted
 * once the device has executed, or refused, each of them (rule 6.2).
 */
export class SentCommands implements CommandSource {
  readonly #stream: CheckedStream;
  /** Numbers of commands. */
  readonly #sent: number[] = [];
  #refused: Set<number> | undefined;
  #written: Set<Surface> | undefined;

  constructor(stream: CheckedStream) {
    this.#stream = stream;
  }

  /** The numbers of the commands that were emitted. */
  get sent(): readonly number[] {
    return this.#sent;
  }

  /** Emits a command, except where its work is the driver's. @throws as `CommandSubmitter.emit` */
  send(queue: CommandSubmitter, number: number, contextId: number | undefined): void {
    if (this.#isTheDrivers(number)) {
      return;
    }
    const { special, firstUses, effects, surfaces } = this.#stream;
    const command = special.size === 0 ? undefined : special.get(number);
    if (command?.isRewritten === true) {
      this.#sendRewritten(queue, number, command, contextId);
    } else {
      queue.emitEncoded(this, number, contextId);
    }
    this.#sent.push(number);
    for (let use = firstUses[number]; use < firstUses[number + 1]; use++) {
      if (effects[use] === EFFECT.WRITE) {
        this.#written ??= new Set();
        this.#written.add(surfaces[use]);
      }
    }
  }

  /** Whether the driver does a command's work itself: validation binds backings and keeps tracked surfaces in sync. */
  #isTheDrivers(number: number): boolean {
    const { rules, surfaces, firstUses } = this.#stream;
    const rule = rules[number];
    if (!rule.explicit) {
      return rule.bindsBacking;
    }
    const surface = surfaces[firstUses[number]];
    if (!surface.isTracked) {
      return false;
    }
    const isNewerOnDevice = surface.gpuDirty || this.#written?.has(surface) === true;
    return !rule.uploads || surface.coherent || isNewerOnDevice;
  }

  /** Sends a command with other fields than the user's. */
  #sendRewritten(
    queue: CommandSubmitter,
    number: number,
    command: UserCommand,
    contextId: number | undefined,
  ): void {
    const { effects } = command;
    const name = effects?.sentAs ?? command.name;
    const refused = (): void => {
      this.refused(number);
      effects?.refused.forEach((tell) => tell());
    };
    effects?.before.forEach((act) => act());
    if (effects?.cannotFail === true) {
      queue.emitNoFail(name, translated(command), contextId);
    } else {
      queue.emit(name, translated(command), refused, contextId);
    }
  }

  name(number: number): CommandName {
    return this.#stream.rules[number].name;
  }

  fields(number: number): CommandFields<CommandName> {
    const { bytes, starts, rules, surfaces, firstUses } = this.#stream;
    const reader = new CommandReader().aim(bytes, starts[number], starts[number + 1]);
    reader.next();
    const { name, surfaces: operands } = rules[number];
    const ids = operands.map(({ field }, i) => [field, surfaces[firstUses[number] + i].id] as const);
    return { ...reader.fields(name), ...Object.fromEntries(ids) };
  }

  /** The user's bytes, with the device's ids in place of handles. */
  writeTo(writer: CommandWriter, number: number): number {
    const { bytes, starts, firstUses, handleAt, surfaces } = this.#stream;
    const start = starts[number];
    const offset = writer.copy(bytes, start, starts[number + 1]);
    for (let use = firstUses[number]; use < firstUses[number + 1]; use++) {
      writer.setU32(offset + handleAt[use] - start, surfaces[use].id);
    }
    return offset;
  }

  refused(number: number): void {
    this.#refused ??= new Set();
    this.#refused.add(number);
  }

  /** The device is done: notes where the newest content of each surface is, and which bytes were written. */
  note(reservations: Reservations): void {
    this.#noteContent();
    this.#noteWrittenRanges(reservations, this.#refused);
  }

  #noteContent(): void {
    const { firstUses, effects, surfaces } = this.#stream;
    for (const number of this.#sent) {
      if (this.#refused?.has(number) === true) {
        continue;
      }
      for (let use = firstUses[number]; use < firstUses[number + 1]; use++) {
        if (effects[use] !== EFFECT.READ) {
          surfaces[use].gpuDirty = effects[use] === EFFECT.WRITE;
        }
      }
    }
  }

  #noteWrittenRanges(reservations: Reservations, refused: ReadonlySet<number> | undefined): void {
    const { special } = this.#stream;
    for (const number of special.size === 0 ? [] : this.#sent) {
      for (const { object, start, end, written } of special.get(number)?.ranges ?? []) {
        if (written && refused?.has(number) !== true) {
          object.noteDeviceWrite(reservations.of(object), start, end);
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
    this.#noteWrittenRanges(reservations, undefined);
  }

  /** The device is done with what was expected. Needs no reservation, and does not wait. */
  settle(): void {
    this.#noteContent();
    this.#written?.forEach((surface) => surface.settleWrite());
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
