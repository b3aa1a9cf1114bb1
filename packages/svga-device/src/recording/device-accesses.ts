import type { DisplayRequest } from '../front/display-registers.js';
import type { DeviceLimits } from '../limits.js';
import type { GuestMemory } from '../memory/guest-memory.js';

/** The parts of a device that a recorder looks at. */
export interface RecordedParts {
  readonly memory: GuestMemory;
  readonly fifo: Uint32Array;
  readonly limits: DeviceLimits;
}

/** Whether a command waits for the renderer. */
export interface Waiting {
  readonly isWaiting: boolean;
}

/** Everything that makes a device work passes here: each method calls `work` once. */
export interface DeviceAccesses {
  /** Begins, for a device that does nothing yet. @returns its memory @throws SvgaDeviceError EINVAL */
  attach(parts: RecordedParts, device: Waiting): GuestMemory;
  /** A write of a register. */
  write(register: number, value: number, work: () => void): void;
  /** A write of the interrupt status. */
  acknowledge(value: number, work: () => void): void;
  /** A read of a register. @returns its value */
  read(register: number, work: () => number): number;
  /** Work that is due. */
  advance(now: number, work: () => void): void;
  restore(snapshot: Uint8Array, work: () => void): void;
  /** The host asks for displays. */
  requestDisplays(displays: readonly DisplayRequest[], work: () => void): void;
  /** The rest of a command that waited. */
  resume(work: () => void): void;
  /** VRAM is about to be read. @returns it */
  lookAtVram(vram: Uint8Array): Uint8Array;
}

/** Of a device that is not recorded. */
export const directAccesses: DeviceAccesses = {
  attach: ({ memory }) => memory,
  write: (_register, _value, work) => work(),
  acknowledge: (_value, work) => work(),
  read: (_register, work) => work(),
  advance: (_now, work) => work(),
  restore: (_snapshot, work) => work(),
  requestDisplays: (_displays, work) => work(),
  resume: (work) => work(),
  lookAtVram: (vram) => vram,
};
