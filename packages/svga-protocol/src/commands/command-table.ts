import type { CommandDefinition } from './command-definition.js';
import { deviceContextCommands } from './families/device-context.js';
import { dxContextCommands, dxQueryCommands, dxShaderCommands } from './families/dx-context.js';
import { dxCopyCommands } from './families/dx-copies.js';
import { dxDrawCommands, dxPipelineCommands } from './families/dx-pipeline.js';
import { dxStateCommands } from './families/dx-states.js';
import { dxViewCommands } from './families/dx-views.js';
import { fifoCommands } from './families/fifo.js';
import {
  contextCommands,
  mobCommands,
  screenTargetCommands,
  surfaceCommands,
} from './families/guest-backed.js';
import { legacyDrawCommands, legacyStateCommands } from './families/legacy-state.js';
import { logicOpCommands, surfaceOperationCommands } from './families/surface-operations.js';
import type { FieldOffsets, StructValues } from '../structures/struct.js';
import type { TailValues } from '../structures/tail.js';

/**
 * Every command, under its name in Linux drivers/gpu/drm/vmwgfx/device_include without the prefix
 * SVGA_3D_CMD_, SVGA_CMD_ or (device context) SVGA_: svga_reg.h, svga3d_cmd.h and svga3d_dx.h. Fields have
 * the headers' names.
 */
export const commandTable = {
  ...fifoCommands,
  ...surfaceOperationCommands,
  ...legacyStateCommands,
  ...legacyDrawCommands,
  ...logicOpCommands,
  ...mobCommands,
  ...surfaceCommands,
  ...contextCommands,
  ...screenTargetCommands,
  ...dxContextCommands,
  ...dxShaderCommands,
  ...dxQueryCommands,
  ...dxPipelineCommands,
  ...dxDrawCommands,
  ...dxViewCommands,
  ...dxStateCommands,
  ...dxCopyCommands,
  ...deviceContextCommands,
} as const;

/** A command's name in the table. */
export type CommandName = keyof typeof commandTable;

/** All names, in the order of the table. */
export const commandNames = Object.keys(commandTable) as readonly CommandName[];

/** The fields of a command; the parts of its tail are among them, as arrays under their names. */
export type CommandFields<N extends CommandName> =
  (typeof commandTable)[N] extends CommandDefinition<infer F, infer T>
    ? StructValues<F> & TailValues<T>
    : never;

/** Offsets of the fields of a command, in bytes from the start of its body. */
export type CommandOffsets<N extends CommandName> =
  (typeof commandTable)[N] extends CommandDefinition<infer F> ? FieldOffsets<F> : never;

/** The table entry without the type of its fields, for generic code. */
export function definitionOf(name: CommandName): CommandDefinition {
  return commandTable[name] as unknown as CommandDefinition;
}

/** Offsets of the fields of a command, for reading them without an object. */
export function commandOffsets<N extends CommandName>(name: N): CommandOffsets<N> {
  return commandTable[name].body.offsets as unknown as CommandOffsets<N>;
}

const definitions: readonly CommandDefinition[] = commandNames.map(definitionOf);

/** One above the largest id of a command. */
const ID_LIMIT = 1 + Math.max(...definitions.map(({ id }) => id));

function indexById(deviceContext: boolean): Int16Array {
  const index = new Int16Array(ID_LIMIT).fill(-1);
  definitions.forEach((definition, i) => {
    if (definition.deviceContext === deviceContext) {
      index[definition.id] = i;
    }
  });
  return index;
}

const contextIndex = indexById(false);
const deviceContextIndex = indexById(true);

/** The command of an id, as index in `commandNames`; -1 if none. */
export function commandIndexOf(id: number, deviceContext: boolean): number {
  return id < ID_LIMIT ? (deviceContext ? deviceContextIndex : contextIndex)[id] : -1;
}

/** The definition at an index in `commandNames`. */
export function definitionAt(index: number): CommandDefinition {
  return definitions[index];
}

/** The command of an id, in the device context or in an ordinary one. */
export function commandNameOf(id: number, deviceContext: boolean): CommandName | undefined {
  const index = commandIndexOf(id, deviceContext);
  return index < 0 ? undefined : commandNames[index];
}

/** Bytes of a command with its header, and with `elements` elements in the first part of its tail. */
export function commandBytes(name: CommandName, elements = 0): number {
  const { headerBytes, body, tail } = definitionOf(name);
  return headerBytes + body.bytes + elements * (Object.values(tail).at(0)?.elementBytes ?? 0);
}
