import type { Surface } from '../resource/surface.js';
import type { SurfaceEffect } from './effects.js';
import type { UserRule } from './rules/user-rules.js';
import type { UserCommand } from './user-command.js';

/** A `SurfaceEffect` as a number. */
export const EFFECT = { READ: 0, SETTLE: 1, WRITE: 2 } as const;

/** Commands, and uses of surfaces, that a storage begins with room for. */
const FIRST_ROOM = 32;
/** A storage with more than so many bytes, and more than so many times what a stream needs, is not used for it. */
const MOST_BYTES = 4096;
const MOST_TIMES = 4;

/**
 * A submission's commands in arrays: most are nothing but their rule, their bytes and the surfaces that they name, and
 * an object for each would cost more than the rest of their check. The storage serves one stream after another.
 */
export class CheckedStream {
  /** In the device's format, with the user's handles: a copy, which nothing changes. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Number of commands, and of uses of surfaces. */
  length = 0;
  uses = 0;
  /** The rule of each command. */
  readonly rules: UserRule[] = [];
  /** Where each begins in the stream, and the end of the last. */
  starts = new Uint32Array(FIRST_ROOM);
  /** The first use of a surface of each, and the number of all uses. */
  firstUses = new Uint32Array(FIRST_ROOM);
  /** Of each use: the surface, the `EFFECT` on it, and where the stream has the handle; -1 without one. */
  readonly surfaces: Surface[] = [];
  effects = new Uint8Array(FIRST_ROOM);
  handleAt = new Int32Array(FIRST_ROOM);
  /** The commands that are sent with other fields than the user's, or have effects on buffer objects, by number. */
  readonly special = new Map<number, UserCommand>();
  /** Whether any is a command of a context. */
  isOfContext = false;
  /** Submissions that the device or the driver is not done with. */
  users = 0;
  #buffer = new Uint8Array(0);

  /** Whether a stream of so many bytes may take its place. */
  mayBecome(bytes: number): boolean {
    return this.users === 0 && this.#buffer.length <= Math.max(MOST_BYTES, MOST_TIMES * bytes);
  }

  /** Begins a stream of these bytes, in place of the one before. */
  begin(stream: Uint8Array): this {
    const { length } = stream;
    if (length > this.#buffer.length) {
      this.#buffer = new Uint8Array(length);
    }
    this.bytes = this.#buffer.subarray(0, length);
    this.bytes.set(stream);
    this.length = 0;
    this.uses = 0;
    this.special.clear();
    this.isOfContext = false;
    return this;
  }

  /** Adds a use of a surface by the command that `addCommand` adds next. */
  addUse(surface: Surface, effect: SurfaceEffect, handleAt: number): void {
    const { uses } = this;
    if (uses === this.handleAt.length) {
      this.effects = doubled(this.effects);
      this.handleAt = doubled(this.handleAt);
    }
    this.surfaces[uses] = surface;
    this.effects[uses] = effect === 'write' ? EFFECT.WRITE : effect === 'read' ? EFFECT.READ : EFFECT.SETTLE;
    this.handleAt[uses] = handleAt;
    this.uses = uses + 1;
  }

  /** Adds the command that ends at `end`, after its uses. */
  addCommand(rule: UserRule, end: number): void {
    const next = this.length + 1;
    if (next === this.starts.length) {
      this.starts = doubled(this.starts);
      this.firstUses = doubled(this.firstUses);
    }
    this.rules[this.length] = rule;
    this.starts[next] = end;
    this.firstUses[next] = this.uses;
    this.length = next;
  }

  /** Adds a command that was checked as an object. */
  add(command: UserCommand, start: number, end: number): void {
    for (const { surface, effect, at } of command.surfaces) {
      this.addUse(surface, effect, at < 0 ? -1 : start + at);
    }
    if (command.isRewritten || command.ranges.length > 0) {
      this.special.set(this.length, command);
    }
    this.isOfContext ||= command.effects !== undefined;
    this.addCommand(command.rule, end);
  }

  /** Ends the stream: what the one before had more is forgotten. */
  end(): this {
    this.rules.length = this.length;
    this.surfaces.length = this.uses;
    return this;
  }
}

function doubled<A extends Uint8Array | Int32Array | Uint32Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(2 * array.length);
  larger.set(array);
  return larger;
}
