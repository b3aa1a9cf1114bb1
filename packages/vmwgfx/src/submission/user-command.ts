import type { CommandName } from '@cg/svga-protocol';
import type { BufferObject } from '../memory/buffer-object.js';
import type { Surface } from '../resource/surface.js';
import type { CommandEffects } from './command-scope.js';
import type { BufferRange, SurfaceEffect } from './effects.js';
import type { UserRule } from './rules/user-rules.js';

/** A surface that a command names, and the command's effect on it. */
export interface SurfaceUse {
  /** The field with its handle; undefined if the context or a part of the command names it. */
  readonly field: string | undefined;
  /** Where the command has the handle, in bytes from its start; -1 without a field. */
  readonly at: number;
  readonly surface: Surface;
  readonly effect: SurfaceEffect;
}

/** A buffer object that a command names. */
export interface BufferUse {
  readonly field: string;
  readonly object: BufferObject;
}

type Fields = Readonly<Record<string, unknown>>;

/** A user's command with its handles resolved. */
export interface UserCommand {
  readonly name: CommandName;
  readonly fields: Fields;
  /** It is sent with other fields than the user's, besides ids for surfaces. */
  readonly isRewritten: boolean;
  readonly rule: UserRule;
  readonly surfaces: readonly SurfaceUse[];
  readonly buffers: readonly BufferUse[];
  readonly ranges: readonly BufferRange[];
  /** Set for commands of a context. */
  readonly effects?: CommandEffects;
}

/**
 * A submission's commands in arrays: most are nothing but their rule, their bytes and the surfaces that they name, and
 * an object for each would cost more than the rest of their check.
 */
export class CheckedStream {
  /** The rule of each command. */
  readonly rules: UserRule[] = [];
  /** Where each begins in the stream, and the end of the last. */
  readonly starts: number[] = [0];
  /** The first use of a surface of each, and the number of all uses. */
  readonly firstUses: number[] = [0];
  /** Of each use: the surface, its effect on it, and where the stream has the handle, -1 for nowhere. */
  readonly surfaces: Surface[] = [];
  readonly effects: SurfaceEffect[] = [];
  readonly handleAt: number[] = [];
  /** The commands that are sent with other fields than the user's, or have effects on buffer objects, by number. */
  readonly special = new Map<number, UserCommand>();
  /** Whether any is a command of a context. */
  isOfContext = false;

  /** @param bytes in the device's format, with the user's handles: a copy, which nothing changes */
  constructor(readonly bytes: Uint8Array) {}

  /** Number of commands. */
  get length(): number {
    return this.rules.length;
  }

  /** Adds a use of a surface by the command that `addCommand` adds next. */
  addUse(surface: Surface, effect: SurfaceEffect, handleAt: number): void {
    this.surfaces.push(surface);
    this.effects.push(effect);
    this.handleAt.push(handleAt);
  }

  /** Adds the command that ends at `end`, after its uses. */
  addCommand(rule: UserRule, end: number): void {
    this.rules.push(rule);
    this.starts.push(end);
    this.firstUses.push(this.surfaces.length);
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
}
