import type { CommandBuffers } from '../front/command-buffers.js';
import type { Fences } from '../front/fences.js';
import type { Interrupts } from '../front/interrupts.js';
import type { RegisterFile } from '../front/register-file.js';
import type { DeviceLimits } from '../limits.js';
import type { DeviceObjects } from '../objects/device-objects.js';

/** The parts of a device that a snapshot saves. */
export interface DeviceParts {
  readonly limits: DeviceLimits;
  readonly fifo: Uint32Array;
  vram(): Uint8Array;
  /** Whether VRAM was ever used. */
  readonly hasVram: boolean;
  readonly objects: DeviceObjects;
  readonly interrupts: Interrupts;
  readonly fences: Fences;
  readonly registers: RegisterFile;
  readonly buffers: CommandBuffers;
}

/** The device's times. */
export interface DeviceTime {
  readonly now: number;
  /** Infinity if no check of the ring is scheduled. */
  readonly ringDue: number;
}
