import { LEVEL, type Level } from './levels.js';
import { Struct } from '../structures/struct.js';
import type { FieldTypes } from '../structures/struct.js';
import type { Tail } from '../structures/tail.js';

/** One command: its id, its body, and its tail. */
export interface CommandDefinition<F extends FieldTypes = FieldTypes, T extends Tail = Tail> {
  readonly id: number;
  /**
   * Bytes before the body: 8 for an SVGA3dCmdHeader (id, size of what follows), 4 for the id alone, as the
   * commands below 1000 and those of the device context have it.
   */
  readonly headerBytes: 4 | 8;
  readonly body: Struct<F>;
  /** The tail after the body; empty without parts. */
  readonly tail: T;
  readonly hasTail: boolean;
  /** Belongs to the device context (SVGADeviceContextCmdId), which has separate ids. */
  readonly deviceContext: boolean;
  /** Of svga3d_dx.h: unknown to a device without SVGA_CAP_DX. */
  readonly dx: boolean;
  /** The level that the device, and the context if any, must have; its fields may need more (`levelNeeded`). */
  readonly level: Level;
}

/** The empty tail. */
export type NoTail = Readonly<Record<never, never>>;

const NO_TAIL: NoTail = {};

/** A command with an SVGA3dCmdHeader (svga3d_cmd.h). */
export function command<const F extends FieldTypes, const T extends Tail = NoTail>(
  id: number,
  fields: F,
  tail: T = NO_TAIL as T,
): CommandDefinition<F, T> {
  const hasTail = Object.keys(tail).length > 0;
  return {
    id,
    headerBytes: 8,
    body: new Struct(fields),
    tail,
    hasTail,
    deviceContext: false,
    dx: false,
    level: LEVEL.LEGACY,
  };
}

/** The same command, which needs a level. */
export function atLevel<F extends FieldTypes, T extends Tail>(
  level: Level,
  definition: CommandDefinition<F, T>,
): CommandDefinition<F, T> {
  return { ...definition, level };
}

/** A command of svga3d_dx.h. */
export function dxCommand<const F extends FieldTypes, const T extends Tail = NoTail>(
  id: number,
  fields: F,
  tail: T = NO_TAIL as T,
): CommandDefinition<F, T> {
  return { ...command(id, fields, tail), dx: true, level: LEVEL.DX };
}

/** A command of svga3d_dx.h that came with SVGA_CAP2_DX2, or is useless without multisampling. */
export function sm41Command<const F extends FieldTypes>(id: number, fields: F): CommandDefinition<F, NoTail> {
  return atLevel(LEVEL.SM41, dxCommand(id, fields));
}

/** A command of svga3d_dx.h for shader model 5. */
export function sm5Command<const F extends FieldTypes, const T extends Tail = NoTail>(
  id: number,
  fields: F,
  tail: T = NO_TAIL as T,
): CommandDefinition<F, T> {
  return atLevel(LEVEL.SM5, dxCommand(id, fields, tail));
}

/** A command of svga_reg.h, whose length follows from its fields. */
export function fifoCommand<const F extends FieldTypes, const T extends Tail = NoTail>(
  id: number,
  fields: F,
  tail: T = NO_TAIL as T,
): CommandDefinition<F, T> {
  return { ...command(id, fields, tail), headerBytes: 4 };
}

/** A command of the device context (svga_reg.h). */
export function deviceContextCommand<const F extends FieldTypes>(
  id: number,
  fields: F,
): CommandDefinition<F, NoTail> {
  return { ...fifoCommand(id, fields), deviceContext: true };
}
