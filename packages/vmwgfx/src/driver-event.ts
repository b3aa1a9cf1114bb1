import type { SubresourceBox } from '@cg/surface-layout';
import type { CommandFields, CommandName } from '@cg/svga-protocol';
import type { TrackerEvent } from '@cg/dirty-tracking';

/**
 * Events of the driver (`VmwgfxDriver.events`). A surface is named by its id on the device (`sid`), a buffer object
 * by its first page in the device's mapping (`object`).
 *
 * - `command-emitted`: a command is in the command buffer; a flush submits it.
 * - `command-refused`: the device has refused one, and its sender has been notified.
 * - `update-emitted`: the command that uploads a dirty box, or the whole surface if there is no `box`.
 * - `read-back`: these bytes of a buffer object are up to date in memory again.
 * - `fence-emitted`: a fence follows everything emitted so far.
 * - `surface-evicted`, `buffer-evicted`: taken from the device to make room, or on request.
 *
 * Events of trackers come in between, with the tracked buffer object.
 */
export type DriverEvent =
  | TrackerEvent
  | {
      readonly kind: 'command-emitted';
      readonly command: CommandName;
      readonly fields: CommandFields<CommandName>;
      /** The device's id of the command's DX context. */
      readonly dxContext: number | undefined;
    }
  | { readonly kind: 'command-refused'; readonly error: Error }
  | {
      readonly kind: 'update-emitted';
      readonly sid: number;
      /** Bytes that it uploads. */
      readonly bytes: number;
      readonly box: SubresourceBox | undefined;
    }
  | { readonly kind: 'read-back'; readonly object: number; readonly start: number; readonly end: number }
  | { readonly kind: 'fence-emitted'; readonly seqno: number }
  | { readonly kind: 'surface-evicted'; readonly sid: number }
  | { readonly kind: 'buffer-evicted'; readonly object: number };
