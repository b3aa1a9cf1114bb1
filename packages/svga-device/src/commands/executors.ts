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
import { drawCommands } from './draws.js';
import { dxBindingCommands } from './dx-bindings.js';
import { dxDefinitionCommands } from './dx-definitions.js';
import { dxQueryCommands } from './dx-queries.js';
import { regionCommands } from './memory-regions.js';
import { mipCommands } from './mips.js';
import { mobCommands } from './mobs.js';
import { framebufferCommands } from './framebuffer.js';
import { isNotExecuted } from './not-executed.js';
import { predicated } from './predication.js';
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
  ...framebufferCommands,
  ...contextCommands,
  ...coTableCommands,
  ...dxDefinitionCommands,
  ...queryCommands,
  ...regionCommands,
  ...cursorCommands,
};

/** The same with a renderer that draws. */
const drawingFamilies: CommandFamily = predicated({
  ...families,
  ...dxBindingCommands,
  ...drawCommands,
  ...dxQueryCommands,
});

/** Executes the reader's current command. */
export type Executor = (objects: DeviceObjects, reader: CommandReader) => void;

type AnyExecutor = (objects: DeviceObjects, fields: unknown) => void;

/** What a device does with each command, by its index in `commandNames`. */
export interface CommandSet {
  /**
   * The implementation; undefined for commands that the device refuses. A command that is accepted without being
   * executed may still have one, to be answered.
   */
  readonly executors: readonly (Executor | undefined)[];
  /** Whether it is accepted without being executed. */
  readonly isNotExecuted: readonly boolean[];
}

function commandSet(commands: CommandFamily, notExecuted: readonly boolean[]): CommandSet {
  const executors = commandNames.map((name, index): Executor | undefined => {
    const hot = (hotCommands as HotCommandFamily)[name];
    if (hot !== undefined) {
      return hot;
    }
    const execute = commands[name] as AnyExecutor | undefined;
    if (execute === undefined) {
      return notExecuted[index] ? nothing : undefined;
    }
    return (objects, reader) => execute(objects, reader.fields(name));
  });
  return { executors, isNotExecuted: notExecuted };
}

const drawingNames: ReadonlySet<string> = new Set(
  [dxBindingCommands, drawCommands, dxQueryCommands].flatMap((family) => Object.keys(family)),
);

/** Without a renderer that draws: commands for one are accepted without effect. */
const storingCommands = commandSet(families, isNotExecuted);

/** With a renderer that draws. */
export const drawingCommands = commandSet(
  drawingFamilies,
  isNotExecuted.map((accepted, index) => accepted && !drawingNames.has(commandNames[index])),
);

/** The commands of a device. */
export function commandsOf({ drawing }: DeviceObjects): CommandSet {
  return drawing === undefined ? storingCommands : drawingCommands;
}
