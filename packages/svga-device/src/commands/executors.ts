import type { DeviceObjects } from '../device-objects.js';
import type { CommandFields, CommandName } from '../protocol/command-table.js';
import { surfaceCopy } from './copy.js';
import {
  bindGbSurface,
  defineGbMob,
  defineGbSurface,
  defineGbSurfaceV2,
  destroyGbMob,
  destroyGbSurface,
  setObjectTable,
} from './objects.js';
import {
  dxReadbackSubresource,
  dxUpdateSubresource,
  invalidateGbSurface,
  readbackGbImage,
  readbackGbSurface,
  updateGbImage,
  updateGbSurface,
} from './transfer.js';

/** What commands do to the device besides its objects. */
export interface CommandTarget {
  readonly objects: DeviceObjects;
  /** Passes a fence; 0 is none. */
  passFence(fence: number): void;
  /** @throws SvgaDeviceError EINVAL for a context the device does not have */
  startStopContext(context: number, enable: boolean): void;
}

/**
 * Does what a command says, or throws SvgaDeviceError or SurfaceLayoutError and changes nothing — except that a
 * transfer whose page list goes wrong half-way has moved the pages before.
 */
export type Executor<N extends CommandName> = (target: CommandTarget, fields: CommandFields<N>) => void;

/** What each command does. */
export const executors: { readonly [N in CommandName]?: Executor<N> } = {
  FENCE: (target, { fence }) => target.passFence(fence),
  SURFACE_COPY: ({ objects }, fields) => surfaceCopy(objects, fields),
  DESTROY_GB_MOB: ({ objects }, fields) => destroyGbMob(objects, fields),
  DEFINE_GB_SURFACE: ({ objects }, fields) => defineGbSurface(objects, fields),
  DESTROY_GB_SURFACE: ({ objects }, fields) => destroyGbSurface(objects, fields),
  BIND_GB_SURFACE: ({ objects }, fields) => bindGbSurface(objects, fields),
  UPDATE_GB_IMAGE: ({ objects }, fields) => updateGbImage(objects, fields),
  UPDATE_GB_SURFACE: ({ objects }, fields) => updateGbSurface(objects, fields),
  READBACK_GB_IMAGE: ({ objects }, fields) => readbackGbImage(objects, fields),
  READBACK_GB_SURFACE: ({ objects }, fields) => readbackGbSurface(objects, fields),
  INVALIDATE_GB_SURFACE: ({ objects }, fields) => invalidateGbSurface(objects, fields),
  SET_OTABLE_BASE64: ({ objects }, fields) => setObjectTable(objects, fields),
  DEFINE_GB_SURFACE_V2: ({ objects }, fields) => defineGbSurfaceV2(objects, fields),
  DEFINE_GB_MOB64: ({ objects }, fields) => defineGbMob(objects, fields),
  DX_UPDATE_SUBRESOURCE: ({ objects }, fields) => dxUpdateSubresource(objects, fields),
  DX_READBACK_SUBRESOURCE: ({ objects }, fields) => dxReadbackSubresource(objects, fields),
  DC_CMD_START_STOP_CONTEXT: (target, { context, enable }) => target.startStopContext(context, enable !== 0),
};
