import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Contender, Pass, StepTimes } from '../contender.js';
import { BenchError } from '../errors.js';
import { builtModule } from '../places.js';
import type { Skipped } from '../row.js';
import {
  ANSWER,
  ASKED,
  makeHandover,
  waitWhile,
  WORD,
  type SideMessage,
  type SideRequest,
} from './handover.js';

/** The timeout of a step, longer than any step takes. */
const PATIENCE_MS = 120_000;

type Opened = Extract<SideMessage, { kind: 'opened' }>;

/**
 * A contender in a separate thread. The calling thread sleeps while it works, so one of the two runs.
 */
export class WorkerSide implements Contender {
  readonly steps: number;
  readonly per: number;
  readonly alike?: true;
  readonly warmUp?: number;
  readonly #worker: Worker;
  readonly #handover: SideRequest['handover'];
  readonly #isOther: boolean;
  #begun = 0;

  private constructor(worker: Worker, { handover, packages }: SideRequest, opened: Opened) {
    this.#worker = worker;
    this.#isOther = packages !== undefined;
    this.#handover = handover;
    this.steps = opened.steps;
    this.per = opened.per;
    if (opened.alike) {
      this.alike = true;
    }
    if (opened.warmUp !== undefined) {
      this.warmUp = opened.warmUp;
    }
  }

  /**
   * Starts the thread and opens its side there. @throws BenchError from the side; ENODATA if code of another build
   * fails otherwise
   */
  static async open(request: Omit<SideRequest, 'handover'>): Promise<WorkerSide | Skipped> {
    const whole: SideRequest = { ...request, handover: makeHandover() };
    const worker = new Worker(builtModule('side/side-worker.js'), { workerData: whole });
    const [message] = (await once(worker, 'message')) as [SideMessage];
    switch (message.kind) {
      case 'opened':
        return new WorkerSide(worker, whole, message);
      case 'skipped':
        return { skipped: message.skipped };
      default:
        throw errorOf(message, request.packages !== undefined);
    }
  }

  async begin(): Promise<Pass> {
    const pass = this.#begun++ % 2;
    await this.#ask(ASKED.BEGIN, pass);
    return {
      step: (index) => this.#step(pass, index),
      end: () => this.#ask(ASKED.END, pass),
    };
  }

  close(): void {
    const { words } = this.#handover;
    Atomics.store(words, WORD.ASKED, ASKED.CLOSE);
    Atomics.notify(words, WORD.ASKED);
  }

  async #step(pass: number, index: number): Promise<StepTimes> {
    await this.#ask(ASKED.STEP, pass, index);
    return Array.from(this.#handover.times).filter((time) => !Number.isNaN(time));
  }

  async #ask(asked: number, pass: number, step = 0): Promise<void> {
    const { words } = this.#handover;
    words[WORD.PASS] = pass;
    words[WORD.STEP] = step;
    Atomics.store(words, WORD.ANSWER, ANSWER.NONE);
    Atomics.store(words, WORD.ASKED, asked);
    Atomics.notify(words, WORD.ASKED);
    if (!waitWhile(words, WORD.ANSWER, ANSWER.NONE, PATIENCE_MS)) {
      await this.#worker.terminate();
      throw new Error(`no answer in ${PATIENCE_MS / 1000} seconds`);
    }
    if (words[WORD.ANSWER] === ANSWER.FAILED) {
      const [message] = (await once(this.#worker, 'message')) as [SideMessage];
      throw errorOf(message, this.#isOther);
    }
  }
}

/**
 * Converts a worker's failure. If code of another build fails, that build cannot do the work, which is not a bug here.
 */
function errorOf(answer: SideMessage, isOther: boolean): Error {
  if (answer.kind !== 'failed') {
    return new Error(`an answer of kind ${answer.kind} instead of a failure`);
  }
  const { code, message, stack, contender } = answer;
  if (code !== undefined) {
    return new BenchError(code, isOther ? `the other build: ${message}` : message, contender);
  }
  if (isOther) {
    const [line] = message.split('\n');
    return new BenchError('ENODATA', `the other build lacks what it needs: ${line}`, contender);
  }
  const failure = new Error(message);
  failure.stack = stack;
  return failure;
}
