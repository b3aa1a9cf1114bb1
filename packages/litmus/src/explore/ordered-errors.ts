import { faultPointNames, type FaultInjection } from '@cg/vmwgfx';
import type { MachineStatement, Statement } from '../program/statement.js';
import type { MachineErrno } from './outcome.js';
import type { World } from './world.js';

/** Which errors a program itself causes: those of injected faults, small limits, and forbidden accesses. */
export class OrderedErrors {
  readonly #hasLimits: boolean;
  /** Injected faults when a step last failed because of one: a later step may learn of a refusal by the device. */
  #told = 0;

  constructor(
    readonly world: World,
    readonly faults: FaultInjection,
    [first]: readonly Statement[],
  ) {
    const { objects, graphics }: Omit<MachineStatement, 'kind'> = first?.kind === 'machine' ? first : {};
    this.#hasLimits = objects !== undefined || graphics !== undefined;
  }

  /** The number of faults injected so far. */
  get struck(): number {
    return faultPointNames.reduce((sum, point) => sum + this.faults.count(point), 0);
  }

  /**
   * Whether the program causes an error with which a step has failed.
   * @param struckBefore `struck` when the step began
   * @param isForbidden its process may not do the access
   */
  causes(error: MachineErrno, struckBefore: number, isForbidden: boolean): boolean {
    const { struck } = this;
    const isTold = struck === this.#told;
    this.#told = struck;
    if (struck > struckBefore) {
      return true;
    }
    switch (error.code) {
      case 'EFAULT':
      case 'EACCES':
        return isForbidden;
      case 'ENOMEM':
        return this.#hasLimits || this.world.isCrowded;
      case 'EIO':
        return !isTold;
      default:
        return false;
    }
  }
}
