import { commandNames } from './protocol/command-table.js';
import type { CommandName } from './protocol/command-table.js';

/** What the device has done since it was made. Plain counters; a reset of the device leaves them. */
export interface DeviceStatistics {
  /** Buffers whose commands were run, to their end or to an error. */
  readonly commandBuffers: number;
  /** Commands that succeeded. */
  readonly commands: number;
  /** The same by name. */
  readonly perCommand: Readonly<Record<CommandName, number>>;
  /** Bytes from MOBs into images: UPDATE_GB_*, DX_UPDATE_SUBRESOURCE. */
  readonly bytesUploaded: number;
  /** Bytes from images into MOBs: READBACK_GB_*, DX_READBACK_SUBRESOURCE. */
  readonly bytesReadBack: number;
  /** Bytes from image to image: SURFACE_COPY. */
  readonly bytesCopied: number;
  /** Commands, headers and submissions refused; `SvgaDevice.lastError` is the last of them. */
  readonly errors: number;
}

/** The counters while they count. */
export class Counters implements DeviceStatistics {
  commandBuffers = 0;
  commands = 0;
  readonly perCommand: Record<CommandName, number>;
  bytesUploaded = 0;
  bytesReadBack = 0;
  bytesCopied = 0;
  errors = 0;

  constructor() {
    this.perCommand = Object.fromEntries(commandNames.map((name) => [name, 0])) as Record<
      CommandName,
      number
    >;
  }
}
