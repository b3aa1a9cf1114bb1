import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { Surface } from '../../resource/surface.js';
import type { BufferRange } from '../effects.js';
import type { CommandScope } from '../command-scope.js';

/** What a look at a command's fields brought, where it is more than that they are in order. */
export interface Inspected {
  readonly ranges?: readonly BufferRange[];
  /** What is sent in place of the user's. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * What the driver adds, for a command that a user may send, to what the protocol says of it (`effectsOf`). An empty
 * rule permits it: `user-rules.ts` has what follows from the protocol.
 */
export interface CommandRule<N extends CommandName = CommandName> {
  /** Verifies more than extents and slots, before the command is applied to its context. @throws VmwgfxError EINVAL */
  check?(fields: CommandFields<N>, scope: CommandScope): void;
  /**
   * What it does to the context that it is for, and what it uses by way of it, in place of what the protocol says.
   * @throws VmwgfxError EINVAL, ENOENT
   */
  apply?(fields: CommandFields<N>, scope: CommandScope): void;
  /**
   * Verifies more of its surfaces and buffer objects than their extents; they come in the order of the effects.
   * @throws SurfaceLayoutError, VmwgfxError EINVAL
   */
  inspect?(
    fields: CommandFields<N>,
    surfaces: readonly Surface[],
    buffers: readonly BufferObject[],
  ): Inspected | void;
}

/** Rules by the names of the commands they are for. */
export type CommandRules = { readonly [N in CommandName]?: CommandRule<N> };
