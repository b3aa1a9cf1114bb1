import type { CommandBuffers } from '../front/command-buffers.js';
import type { Fences } from '../front/fences.js';
import type { Interrupts } from '../front/interrupts.js';
import type { RegisterFile } from '../front/register-file.js';
import type { DeviceLimits } from '../limits.js';
import type { DeviceObjects } from '../objects/device-objects.js';

/** What a device consists of, to a snapshot. */
export interface DeviceParts {
  readonly limits: DeviceLimits;
  readonly fifo: Uint32Array;
  vram(): Uint8Array;
  /** VRAM was ever used. */
  readonly hasVram: boolean;
  readonly objects: DeviceObjects;
  readonly interrupts: Interrupts;
  readonly fences: Fences;
  readonly registers: RegisterFile;
  readonly buffers: CommandBuffers;
}

/** What a device keeps of time. */
export interface DeviceTime {
  readonly now: number;
  /** Infinity where the ring is not waited for. */
  readonly ringDue: number;
}
