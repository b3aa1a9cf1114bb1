import type { SubresourceBox } from '@cg/surface-layout';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { TrackerEvent } from '@cg/dirty-tracking';

/**
 * What the driver tells (`VmwgfxDriver.events`). A surface is named by its id on the device (`sid`), a buffer object
 * by its first page in the device's mapping (`object`).
 *
 * - `command-emitted`: a command is in the command buffer; a flush hands it to the device.
 * - `command-refused`: the device has refused one, and its sender has been told.
 * - `update-emitted`: the command that uploads a dirty box, or the whole surface where there is no `box`.
 * - `read-back`: memory has again what only the device had of these bytes of a buffer object.
 * - `fence-emitted`: a fence is behind all that was emitted so far.
 * - `surface-evicted`, `buffer-evicted`: taken from the device to make room, or on request.
 *
 * What trackers tell comes in between, with the buffer object that is tracked.
 */
export type DriverEvent =
  | TrackerEvent
  | {
      readonly kind: 'command-emitted';
      readonly command: CommandName;
      readonly fields: CommandFields<CommandName>;
      /** The device's id of the DX context that it is for. */
      readonly dxContext: number | undefined;
    }
  | { readonly kind: 'command-refused'; readonly error: Error }
  | {
      readonly kind: 'update-emitted';
      readonly sid: number;
      /** Bytes that it brings to the device. */
      readonly bytes: number;
      readonly box: SubresourceBox | undefined;
    }
  | { readonly kind: 'read-back'; readonly object: number; readonly start: number; readonly end: number }
  | { readonly kind: 'fence-emitted'; readonly seqno: number }
  | { readonly kind: 'surface-evicted'; readonly sid: number }
  | { readonly kind: 'buffer-evicted'; readonly object: number };
