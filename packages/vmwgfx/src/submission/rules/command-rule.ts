import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { Surface } from '../../resource/surface.js';
import type { BufferRange, SurfaceEffect } from '../effects.js';
import type { CommandScope } from '../command-scope.js';

type HandleField<N extends CommandName> = keyof CommandFields<N> & string;

/** A surface that a command names in a field of it. */
interface SurfaceOperand<N extends CommandName = CommandName> {
  readonly field: HandleField<N>;
  readonly effect: SurfaceEffect;
}

/** What a look at a command's fields brought, where it is more than that they are in order. */
export interface Inspected {
  /** In place of the effects in the rule, in its order. */
  readonly effects?: readonly SurfaceEffect[];
  readonly ranges?: readonly BufferRange[];
  /** What is sent in place of the user's. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What the driver has to know of a command that a user may send. */
export interface CommandRule<N extends CommandName = CommandName> {
  /** The surfaces it names. */
  readonly surfaces: readonly SurfaceOperand<N>[];
  /** Fields with handles of buffer objects. */
  readonly buffers?: readonly HandleField<N>[];
  /** The surface in `sid` lies in the buffer object in `mobid` from then on; the driver does it in its own way. */
  readonly bindsBacking?: boolean;
  /** It moves a surface's content between device and backing: the driver's work where the surface is tracked. */
  readonly explicit?: boolean;
  /** From backing to device: of an explicit surface its program may know bytes from before the backing was tracked. */
  readonly uploads?: boolean;
  /** What it does to the context that it is for, and what it uses by way of it. @throws VmwgfxError EINVAL, ENOENT */
  apply?(fields: CommandFields<N>, scope: CommandScope): void;
  /**
   * Verifies what it says of its surfaces and buffer objects, which come in the order of the rule's fields.
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
