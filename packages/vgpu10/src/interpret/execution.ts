import { Vgpu10Error } from '../errors.js';
import type { Lane } from './lane.js';
import type { ShaderResources } from './resources.js';

/** Where lanes wait that are in a block, but do not run now; masks have bit n for lane n. */
interface Frame {
  /** Lanes that go on at the other part of an IF, or behind a call that they have not made. */
  pending: number;
  /** Lanes that have left the loop, switch or function. */
  left: number;
  /** Lanes that wait for the next turn of a loop. */
  continued: number;
  /** Of a switch: the statement where each lane enters. */
  readonly entries: readonly number[];
  /** Of a call: the statement behind it. */
  readonly returnTo: number;
}

/** What a statement does; the place of the next statement is set already, and it may change it. */
export type Step = (execution: Execution) => void;

/** A shader with its statements made into steps; undefined for those that do nothing. */
export interface Code {
  readonly steps: readonly (Step | undefined)[];
  /** Of each statement the place of its first token. */
  readonly places: readonly number[];
  /** 1 for the statements at which lanes come together again, which run without any lane, too. */
  readonly joints: Uint8Array;
  /** The end of the part of a block around each statement. */
  readonly ends: Int32Array;
}

const MOST_CALLS = 32;

/**
 * One run of a shader on one lane, or on the four of a quad in lockstep: all lanes run the same statement, those that
 * are not active in it wait.
 */
export class Execution {
  /** The lanes that run now. */
  active: number;
  discarded = 0;
  /** The index of the next statement. */
  next = 0;
  /** The statements that have run so far, and the work that counts as such. */
  steps = 0;
  private readonly frames: Frame[] = [];
  /** Those of `frames` that BREAK, CONTINUE and RET leave. */
  private readonly leavable: Frame[] = [];
  private readonly loops: Frame[] = [];
  private readonly callers: Frame[] = [];
  /** The statement that runs now. */
  private current = 0;

  constructor(
    private readonly code: Code,
    readonly lanes: readonly Lane[],
    readonly resources: ShaderResources,
    /** The number of statements that may run, with a lane or without. */
    private readonly maxSteps: number,
  ) {
    this.active = this.all;
  }

  /** The mask of all lanes. */
  get all(): number {
    return (1 << this.lanes.length) - 1;
  }

  /** @throws Vgpu10Error ETIME after too many steps, EINVAL for calls that are too deep */
  run(): void {
    const { steps, joints, ends } = this.code;
    while (this.next < steps.length || this.callers.length > 0) {
      if (this.next >= steps.length) {
        this.endFunction();
        continue;
      }
      this.current = this.next++;
      this.count(1);
      if (this.active === 0 && joints[this.current] === 0) {
        this.next = ends[this.current];
        continue;
      }
      steps[this.current]?.(this);
    }
  }

  /** Counts work beyond that of the statement. */
  count(steps: number): void {
    this.steps += steps;
    if (this.steps > this.maxSteps) {
      throw this.error('ETIME', `more than ${this.maxSteps} steps`);
    }
  }

  beginIf(taken: number): void {
    this.push({ pending: this.active & ~taken });
    this.active = taken;
  }

  elseIf(): void {
    const frame = this.top();
    [this.active, frame.pending] = [frame.pending, this.active];
  }

  endIf(): void {
    this.active |= this.frames.pop()!.pending;
  }

  beginLoop(): void {
    const frame = this.push({});
    this.leavable.push(frame);
    this.loops.push(frame);
  }

  /** @param body the statement behind LOOP */
  endLoop(body: number): void {
    const frame = this.top();
    this.active |= frame.continued;
    frame.continued = 0;
    if (this.active !== 0) {
      this.next = body;
    } else {
      this.active = this.frames.pop()!.left;
      this.leavable.pop();
      this.loops.pop();
    }
  }

  /** @param entries of each lane the CASE, DEFAULT or ENDSWITCH where it enters */
  beginSwitch(entries: readonly number[]): void {
    this.leavable.push(this.push({ pending: this.active, entries }));
    this.active = 0;
  }

  /** At a CASE, a DEFAULT or the end: the lanes that enter here join those that fall through. */
  enterCase(): void {
    const frame = this.top();
    for (let lane = 0; lane < this.lanes.length; lane++) {
      const bit = 1 << lane;
      if ((frame.pending & bit) !== 0 && frame.entries[lane] === this.current) {
        frame.pending &= ~bit;
        this.active |= bit;
      }
    }
  }

  endSwitch(): void {
    this.enterCase();
    this.active |= this.frames.pop()!.left;
    this.leavable.pop();
  }

  /** BREAK: `lanes` leave the innermost loop or switch. */
  leave(lanes: number): void {
    this.leavable.at(-1)!.left |= lanes;
    this.active &= ~lanes;
  }

  /** CONTINUE: `lanes` wait for the next turn of the innermost loop. */
  continueLoop(lanes: number): void {
    this.loops.at(-1)!.continued |= lanes;
    this.active &= ~lanes;
  }

  call(lanes: number, label: number): void {
    if (lanes === 0) {
      return;
    }
    if (this.callers.length === MOST_CALLS) {
      throw this.error('EINVAL', `calls within more than ${MOST_CALLS} others`);
    }
    this.callers.push(this.push({ pending: this.active & ~lanes, returnTo: this.next }));
    this.active = lanes;
    this.next = label + 1;
  }

  /** RET: `lanes` end the function, or the shader. */
  returnLanes(lanes: number): void {
    if (this.callers.length > 0) {
      this.callers.at(-1)!.left |= lanes;
    }
    this.active &= ~lanes;
  }

  /** At a LABEL, or the end of the shader. */
  endFunction(): void {
    if (this.callers.length === 0) {
      this.next = this.code.steps.length;
      return;
    }
    this.callers.pop();
    const { pending, left, returnTo } = this.frames.pop()!;
    this.active |= pending | left;
    this.next = returnTo;
  }

  /** DISCARD: the lanes go on for the derivatives of the others, until none of these is left. */
  discard(lanes: number): void {
    this.discarded |= lanes;
    if (this.discarded === this.all) {
      this.callers.length = 0;
      this.next = this.code.steps.length;
    }
  }

  error(code: 'EINVAL' | 'ETIME', what: string): Vgpu10Error {
    return new Vgpu10Error(code, what, this.code.places[this.current]);
  }

  private push(of: { pending?: number; entries?: readonly number[]; returnTo?: number }): Frame {
    const { pending = 0, entries = [], returnTo = 0 } = of;
    const frame = { pending, left: 0, continued: 0, entries, returnTo };
    this.frames.push(frame);
    return frame;
  }

  private top(): Frame {
    return this.frames.at(-1)!;
  }
}
