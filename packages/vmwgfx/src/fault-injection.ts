import { VmwgfxError, type VmwgfxErrorCode } from './errors.js';

/** Where failures can be injected, and the error code of each. */
export const faultPoints = {
  /** Frames for a buffer object or the page table of a MOB. */
  frames: 'ENOMEM',
  /** The id of a surface, MOB, context or shader. */
  id: 'ENOMEM',
  /** The charge for a tracker. */
  'tracker-charge': 'ENOMEM',
  /** The charge for a buffer object that becomes visible to the device. */
  'graphics-charge': 'ENOMEM',
  /** Space for a command in the command buffer. */
  'command-space': 'ENOMEM',
  /** A page-fault handler, before it does anything. */
  'fault-handler': 'ENOMEM',
  /** A command, which the device then refuses; not one that unbinds or destroys. */
  'device-error': 'EIO',
} as const satisfies Readonly<Record<string, VmwgfxErrorCode>>;

export type FaultPoint = keyof typeof faultPoints;

/** The names, in the order of the table. */
export const faultPointNames = Object.keys(faultPoints) as readonly FaultPoint[];

/** Which passes of a point fail. */
export interface FaultSchedule {
  /** Passes before the first failure. Default 0. */
  readonly after?: number;
  /** Number of failures. Default 1. */
  readonly times?: number;
}

interface Armed {
  after: number;
  times: number;
}

/** Failures to inject, by point and count, to test how callers handle them. One per driver. */
export class FaultInjection {
  readonly #armed = new Map<FaultPoint, Armed>();
  readonly #failures = new Map<FaultPoint, number>();

  /** Schedules failures of a point, in place of those scheduled before. */
  fail(point: FaultPoint, { after = 0, times = 1 }: FaultSchedule = {}): void {
    this.#armed.set(point, { after, times });
  }

  /** Cancels all scheduled failures. */
  disarm(): void {
    this.#armed.clear();
  }

  /** How often a point has failed. */
  count(point: FaultPoint): number {
    return this.#failures.get(point) ?? 0;
  }

  /** Passes a point. @throws VmwgfxError if it is to fail, with the code of the table */
  pass(point: FaultPoint): void {
    if (this.strikes(point)) {
      throw new VmwgfxError(faultPoints[point], `injected fault: ${point}`);
    }
  }

  /** Passes a point that fails in its own way. @returns whether it is to fail */
  strikes(point: FaultPoint): boolean {
    const armed = this.#armed.get(point);
    if (armed === undefined) {
      return false;
    }
    if (armed.after > 0) {
      armed.after--;
      return false;
    }
    if (--armed.times <= 0) {
      this.#armed.delete(point);
    }
    this.#failures.set(point, this.count(point) + 1);
    return true;
  }
}
