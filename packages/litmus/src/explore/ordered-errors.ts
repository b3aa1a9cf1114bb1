import { PAGE_SIZE } from '@cg/pagetable';
import { faultPointNames, type FaultInjection } from '@cg/vmwgfx';
import { layoutOf } from '../program/check-operands.js';
import type { Statement } from '../program/statement.js';
import type { DeviceRoom } from './device-room.js';
import type { MachineErrno } from './outcome.js';
import type { World } from './world.js';

/** What is known of a step that has failed. */
interface FailedStep {
  /** `OrderedErrors.struck` when it began. */
  readonly struckBefore: number;
  /** `DeviceRoom.fits` when it began. */
  readonly hadRoom: boolean;
  /** Its process may not do the access. */
  readonly isForbidden: boolean;
  /** It is not in the middle of another one, which has reserved what it uses. */
  readonly isAlone: boolean;
}

/** Which errors a program itself causes: those of injected faults, small limits, and forbidden accesses. */
export class OrderedErrors {
  /** Injected faults when a step last failed because of one: a later step may learn of a refusal by the device. */
  #told = 0;

  constructor(
    readonly world: World,
    readonly faults: FaultInjection,
    readonly room: DeviceRoom,
    readonly isLate: boolean,
  ) {}

  /** The number of faults injected so far. */
  get struck(): number {
    return faultPointNames.reduce((sum, point) => sum + this.faults.count(point), 0);
  }

  /** Whether the program causes an error with which a step has failed. */
  causes(error: MachineErrno, statement: Statement, step: FailedStep): boolean {
    const { struckBefore, hadRoom, isForbidden, isAlone } = step;
    const { struck } = this;
    // A refusal that comes late may be the cause of several failures.
    const isTold = this.isLate ? this.faults.count('device-error') === 0 : struck === this.#told;
    this.#told = struck;
    if (struck > struckBefore) {
      return true;
    }
    switch (error.code) {
      case 'EACCES':
        return isForbidden;
      case 'EFAULT':
        // A read-back that the device refuses, since it has refused something before.
        return isForbidden || !isTold;
      case 'ENOMEM':
        return (
          this.world.isCrowdedWith(bytesMade(statement)) || !hadRoom || (this.room.isLimited && !isAlone)
        );
      case 'EIO':
        return !isTold;
      default:
        return false;
    }
  }
}

/** The bytes of the buffer that a step makes. */
function bytesMade(statement: Statement): number {
  switch (statement.kind) {
    case 'buffer':
      return statement.pages * PAGE_SIZE;
    case 'surface':
      return statement.backing === undefined ? layoutOf(statement).bytes : 0;
    default:
      return 0;
  }
}
