import type { EventStream } from '@cg/collections';
import type { SvgaEvent } from '../svga-event.js';
import type { Interrupts } from './interrupts.js';
import { SVGA_FIFO, SVGA_IRQFLAG } from '@cg/svga-protocol';

/** Numbers wrap at 2^32: the half before any number counts as passed. */
function hasPassed(passed: number, fence: number): boolean {
  return (passed - fence) >>> 0 < 0x8000_0000;
}

/**
 * The last passed fence, which guests read from FIFO memory or SVGA_REG_FENCE, and the goals that raise an interrupt
 * when passed.
 */
export class Fences {
  readonly #fifo: Uint32Array;
  readonly #interrupts: Interrupts;
  readonly #events: EventStream<SvgaEvent>;
  /** The last fence passed. */
  last = 0;
  /** SVGA_REG_FENCE_GOAL. */
  goal = 0;

  constructor(fifo: Uint32Array, interrupts: Interrupts, events: EventStream<SvgaEvent>) {
    this.#fifo = fifo;
    this.#interrupts = interrupts;
    this.#events = events;
  }

  /** Passes a fence; 0 is no fence. */
  pass(fence: number): void {
    if (fence === 0) {
      return;
    }
    let flags: number = SVGA_IRQFLAG.ANY_FENCE;
    if (this.#reaches(fence, this.goal)) {
      flags |= SVGA_IRQFLAG.REG_FENCE_GOAL;
    }
    // The goal in FIFO memory exists only where the guest has reserved room for the register (svga_reg.h).
    if (this.#fifo[SVGA_FIFO.MIN] > 4 * SVGA_FIFO.FENCE_GOAL) {
      if (this.#reaches(fence, this.#fifo[SVGA_FIFO.FENCE_GOAL])) {
        flags |= SVGA_IRQFLAG.FENCE_GOAL;
      }
    }
    this.last = fence;
    this.#fifo[SVGA_FIFO.FENCE] = fence;
    this.#events.tell?.({ kind: 'fence-passed', fence });
    this.#interrupts.post(flags);
  }

  /** Drops the goals. Fence numbers continue: a driver continues from the last one it finds. */
  reset(): void {
    this.goal = this.last;
  }

  #reaches(fence: number, goal: number): boolean {
    return !hasPassed(this.last, goal) && hasPassed(fence, goal);
  }
}
