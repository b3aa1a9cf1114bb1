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
