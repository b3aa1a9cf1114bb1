import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { Surface } from '../../resource/surface.js';
import type { BufferRange } from '../effects.js';
import type { CommandScope } from '../command-scope.js';

/** The result of inspecting a command's fields. */
export interface Inspected {
  readonly ranges?: readonly BufferRange[];
  /** Fields sent in place of the user's. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * The driver's additions to the protocol's description of a user command (`effectsOf`). An empty rule permits it:
 * `user-rules.ts` derives the rest from the protocol.
 */
export interface CommandRule<N extends CommandName = CommandName> {
  /** Checks beyond extents and slots, before the command is applied to its context. @throws VmwgfxError EINVAL */
  check?(fields: CommandFields<N>, scope: CommandScope): void;
  /**
   * Its effect on its context, and its uses through it, in place of the protocol's.
   * @throws VmwgfxError EINVAL, ENOENT
   */
  apply?(fields: CommandFields<N>, scope: CommandScope): void;
  /**
   * Checks of its surfaces and buffer objects beyond their extents; they come in the order of the effects.
   * @throws SurfaceLayoutError, VmwgfxError EINVAL
   */
  inspect?(
    fields: CommandFields<N>,
    surfaces: readonly Surface[],
    buffers: readonly BufferObject[],
  ): Inspected | void;
}

/** Rules by command name. */
export type CommandRules = { readonly [N in CommandName]?: CommandRule<N> };
