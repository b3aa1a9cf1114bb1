import { PAGE_SIZE } from '@cg/pagetable';
import { faultPointNames, type FaultInjection } from '@cg/vmwgfx';
import type { Content } from '../check/content.js';
import type { MachineStatement, Statement } from '../program/statement.js';
import type { MachineErrno } from './outcome.js';
import type { World } from './world.js';

/** Which errors a program itself causes: those of injected faults, small limits, and forbidden accesses. */
export class OrderedErrors {
  /** The most surfaces that the device sees. */
  readonly #objects: number;
  /** Pages of graphics memory. */
  readonly #graphics: number;
  readonly #isLate: boolean;
  /** Injected faults when a step last failed because of one: a later step may learn of a refusal by the device. */
  #told = 0;

  constructor(
    readonly world: World,
    readonly faults: FaultInjection,
    { objects = Infinity, graphics = Infinity, delay = 0 }: Omit<MachineStatement, 'kind'>,
  ) {
    this.#isLate = delay !== 0;
    this.#objects = objects;
    this.#graphics = graphics;
  }

  get #hasLimits(): boolean {
    return this.#objects < Infinity || this.#graphics < Infinity;
  }

  /** Whether there is room for what a submission names, once everything else is evicted. */
  #fits(statement: Statement): boolean {
    if (statement.kind !== 'submit') {
      return false;
    }
    const { surfaces, buffers } = this.world;
    const contents = new Set<Content>();
    const named = new Set<string>();
    for (const command of statement.commands) {
      const names = command.kind === 'copy' ? [command.from, command.to] : [command.surface, command.buffer];
      for (const name of names) {
        const surface = surfaces.get(name);
        if (surface !== undefined) {
          named.add(name);
        }
        const content = surface?.checked.content ?? buffers.get(name)?.content;
        if (content !== undefined) {
          contents.add(content);
        }
      }
    }
    const pages = [...contents].reduce((sum, { bytes }) => sum + Math.ceil(bytes / PAGE_SIZE), 0);
    return pages <= this.#graphics && named.size <= this.#objects;
  }

  /** The number of faults injected so far. */
  get struck(): number {
    return faultPointNames.reduce((sum, point) => sum + this.faults.count(point), 0);
  }

  /**
   * Whether the program causes an error with which a step has failed.
   * @param struckBefore `struck` when the step began
   * @param isForbidden its process may not do the access
   * @param isAlone it is not in the middle of another one, which has reserved what it uses
   */
  causes(
    error: MachineErrno,
    statement: Statement,
    { struckBefore, isForbidden, isAlone }: { struckBefore: number; isForbidden: boolean; isAlone: boolean },
  ): boolean {
    const { struck } = this;
    // A refusal that comes late may be the cause of several failures.
    const isTold = this.#isLate ? this.faults.count('device-error') === 0 : struck === this.#told;
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
        return this.world.isCrowded || (this.#hasLimits && !(isAlone && this.#fits(statement)));
      case 'EIO':
        return !isTold;
      default:
        return false;
    }
  }
}
