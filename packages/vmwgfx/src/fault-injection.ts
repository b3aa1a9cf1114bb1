import { VmwgfxError, type VmwgfxErrorCode } from './errors.js';

/** Where the driver can be made to fail, and how it then looks. */
export const faultPoints = {
  /** Frames for a buffer object or the page table of a MOB. */
  frames: 'ENOMEM',
  /** The id of a surface, MOB, context or shader. */
  id: 'ENOMEM',
  /** The charge for a tracker. */
  'tracker-charge': 'ENOMEM',
  /** The charge for a buffer object that the device is to see. */
  'graphics-charge': 'ENOMEM',
  /** Room for a command on its way to the device. */
  'command-space': 'ENOMEM',
  /** A page-fault handler, before it does anything. */
  'fault-handler': 'ENOMEM',
  /** A command, which the device then refuses; not those that take something from it. */
  'device-error': 'EIO',
} as const satisfies Readonly<Record<string, VmwgfxErrorCode>>;

export type FaultPoint = keyof typeof faultPoints;

/** The names, in the order of the table. */
export const faultPointNames = Object.keys(faultPoints) as readonly FaultPoint[];

/** Which of the times that a point is passed fail. */
export interface FaultSchedule {
  /** So many pass first. Default 0. */
  readonly after?: number;
  /** So many then fail. Default 1. */
  readonly times?: number;
}

interface Armed {
  after: number;
  times: number;
}

/** Failures to inject, by name and count, to test how callers stand them. One for one driver. */
export class FaultInjection {
  readonly #armed = new Map<FaultPoint, Armed>();
  readonly #struck = new Map<FaultPoint, number>();

  /** Lets a point fail. What was ordered for it before is forgotten. */
  fail(point: FaultPoint, { after = 0, times = 1 }: FaultSchedule = {}): void {
    this.#armed.set(point, { after, times });
  }

  /** Nothing more is to fail. */
  disarm(): void {
    this.#armed.clear();
  }

  /** How often a point has failed. */
  count(point: FaultPoint): number {
    return this.#struck.get(point) ?? 0;
  }

  /** The driver passes a point. @throws VmwgfxError where it is to fail, with the code of the table */
  pass(point: FaultPoint): void {
    if (this.strikes(point)) {
      throw new VmwgfxError(faultPoints[point], `injected fault: ${point}`);
    }
  }

  /** The driver passes a point and fails in its own way where this says so. */
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
    this.#struck.set(point, this.count(point) + 1);
    return true;
  }
}
