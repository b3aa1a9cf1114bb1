import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { commandNames } from '@cg/svga-protocol';
import type { CommandReader } from '@cg/svga-protocol';
import { blitCommands } from './blits.js';
import { bufferTransferCommands } from './buffer-transfers.js';
import { clearCommands } from './clears.js';
import { coTableCommands } from './co-tables.js';
import type { CommandFamily, HotCommandFamily } from './command-family.js';
import { contextCommands } from './contexts.js';
import { copyCommands } from './copies.js';
import { cursorCommands } from './cursors.js';
import { dxDefinitionCommands } from './dx-definitions.js';
import { regionCommands } from './memory-regions.js';
import { mipCommands } from './mips.js';
import { mobCommands } from './mobs.js';
import { isNotExecuted } from './not-executed.js';
import { queryCommands } from './queries.js';
import { screenCommands } from './screens.js';
import { dmaCommands } from './surface-dma.js';
import { surfaceCommands } from './surfaces.js';
import { hotCommands, updateCommands } from './updates.js';

const nothing = (): void => {};

/** Commands without effect, or with none on a device that keeps no context state. */
const emptyCommands: CommandFamily = {
  NOP: nothing,
  CMD_NOP: nothing,
  NOP_ERROR: () => refuseNop(),
  CMD_NOP_ERROR: () => refuseNop(),
  READBACK_GB_CONTEXT: nothing,
  DX_READBACK_CONTEXT: nothing,
};

function refuseNop(): never {
  throw new SvgaDeviceError('EINVAL', 'guest asked for an error');
}

const families: CommandFamily = {
  ...emptyCommands,
  ...mobCommands,
  ...surfaceCommands,
  ...updateCommands,
  ...copyCommands,
  ...blitCommands,
  ...bufferTransferCommands,
  ...dmaCommands,
  ...clearCommands,
  ...mipCommands,
  ...screenCommands,
  ...contextCommands,
  ...coTableCommands,
  ...dxDefinitionCommands,
  ...queryCommands,
  ...regionCommands,
  ...cursorCommands,
};

/** Executes the reader's current command. */
export type Executor = (objects: DeviceObjects, reader: CommandReader) => void;

type AnyExecutor = (objects: DeviceObjects, fields: unknown) => void;

/**
 * Each command's implementation, by its index in `commandNames`; undefined for those that the device refuses. A
 * command that is accepted without being executed may still have one, to be answered.
 */
export const executors: readonly (Executor | undefined)[] = commandNames.map((name, index) => {
  const hot = (hotCommands as HotCommandFamily)[name];
  if (hot !== undefined) {
    return hot;
  }
  const execute = families[name] as AnyExecutor | undefined;
  if (execute === undefined) {
    return isNotExecuted[index] ? nothing : undefined;
  }
  return (objects, reader) => execute(objects, reader.fields(name));
});
