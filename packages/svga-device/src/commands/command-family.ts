import type { DeviceObjects } from '../objects/device-objects.js';
import type { CommandFields, CommandName, CommandReader } from '@cg/svga-protocol';

/**
 * Implementations of commands by name: each does what the fields say, or throws SvgaDeviceError or SurfaceLayoutError
 * and changes nothing — except that a transfer whose page list fails half-way has moved the pages before.
 */
export type CommandFamily = {
  readonly [N in CommandName]?: (objects: DeviceObjects, fields: CommandFields<N>) => void;
};

/** The same for commands that come by the million: they read their fields in place. */
export type HotCommandFamily = {
  readonly [N in CommandName]?: (objects: DeviceObjects, reader: CommandReader) => void;
};
