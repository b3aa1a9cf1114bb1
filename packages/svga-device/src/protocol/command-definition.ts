import { Struct } from './struct.js';
import type { FieldTypes } from './struct.js';
import type { Tail } from './tail.js';

/** One command: its id, its body, and what may follow the body. */
export interface CommandDefinition<F extends FieldTypes = FieldTypes, T extends Tail = Tail> {
  readonly id: number;
  /**
   * Bytes before the body: 8 for an SVGA3dCmdHeader (id, size of what follows), 4 for the id alone, as the
   * commands below 1000 and those of the device context have it.
   */
  readonly headerBytes: 4 | 8;
  readonly body: Struct<F>;
  /** What follows the body; no parts, nothing. */
  readonly tail: T;
  readonly hasTail: boolean;
  /** Belongs to the device context (SVGADeviceContextCmdId), whose ids are a set of their own. */
  readonly deviceContext: boolean;
  /** Exists only on a device with SVGA_CAP_DX. */
  readonly dx: boolean;
}

/** The tail of a command that ends with its body. */
export type NoTail = Readonly<Record<never, never>>;

const NO_TAIL: NoTail = {};

/** A command with an SVGA3dCmdHeader (svga3d_cmd.h). */
export function command<const F extends FieldTypes, const T extends Tail = NoTail>(
  id: number,
  fields: F,
  tail: T = NO_TAIL as T,
): CommandDefinition<F, T> {
  const hasTail = Object.keys(tail).length > 0;
  return { id, headerBytes: 8, body: new Struct(fields), tail, hasTail, deviceContext: false, dx: false };
}

/** A command of svga3d_dx.h. */
export function dxCommand<const F extends FieldTypes, const T extends Tail = NoTail>(
  id: number,
  fields: F,
  tail: T = NO_TAIL as T,
): CommandDefinition<F, T> {
  return { ...command(id, fields, tail), dx: true };
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
