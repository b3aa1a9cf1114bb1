/** The worker thread of one side, with its own heap and its own compiled code. */
import { register } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { Contender, Pass } from '../contender.js';
import type { BenchError } from '../errors.js';
import { builtModule } from '../places.js';
import type { Row } from '../row.js';
import type { RowSettings } from '../rows/settings.js';
import {
  ANSWER,
  ASKED,
  waitWhile,
  WORD,
  type Handover,
  type SideMessage,
  type SideRequest,
} from './handover.js';

const { handover, group, index, side, settings, packages } = workerData as SideRequest;

function say(message: SideMessage): void {
  parentPort?.postMessage(message, []);
}

function fail(error: unknown): void {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  // Compared by name: another build's rows have their own instance of the class.
  const known = error instanceof Error && error.name === 'BenchError' ? (error as BenchError) : undefined;
  const { code, contender } = known ?? {};
  say({ kind: 'failed', message, stack, code, contender });
}

async function openSide(): Promise<Contender | undefined> {
  if (packages !== undefined) {
    register(builtModule('build/resolve-hook.js'), { data: packages });
  }
  const mark = packages === undefined ? '' : '?build=other';
  const module = builtModule(`rows/${group}.js`).href + mark;
  const { rowsOf } = (await import(module)) as { rowsOf(settings: RowSettings): Row[] };
  const opened = await rowsOf(settings)[index].open(side);
  if ('skipped' in opened) {
    say({ kind: 'skipped', skipped: opened.skipped });
    return undefined;
  }
  const { steps, per, alike = false, warmUp } = opened;
  say({ kind: 'opened', steps, per, alike, warmUp });
  return opened;
}

async function doAsked(contender: Contender, passes: Pass[], { words, times }: Handover): Promise<void> {
  const pass = words[WORD.PASS];
  switch (words[WORD.ASKED]) {
    case ASKED.BEGIN:
      passes[pass] = await contender.begin();
      return;
    case ASKED.STEP: {
      const step = passes[pass].step(words[WORD.STEP]);
      const taken = step instanceof Promise ? await step : step;
      times.fill(Number.NaN);
      times.set(taken);
      return;
    }
    default:
      await passes[pass].end();
  }
}

/** Executes requests until CLOSE. */
async function serve(contender: Contender): Promise<void> {
  const passes: Pass[] = [];
  const { words } = handover;
  for (;;) {
    waitWhile(words, WORD.ASKED, ASKED.NOTHING);
    if (Atomics.load(words, WORD.ASKED) === ASKED.CLOSE) {
      contender.close?.();
      return;
    }
    let answer: number = ANSWER.DONE;
    try {
      await doAsked(contender, passes, handover);
    } catch (error) {
      answer = ANSWER.FAILED;
      fail(error);
    }
    Atomics.store(words, WORD.ASKED, ASKED.NOTHING);
    Atomics.store(words, WORD.ANSWER, answer);
    Atomics.notify(words, WORD.ANSWER);
  }
}

try {
  const contender = await openSide();
  if (contender !== undefined) {
    await serve(contender);
  }
} catch (error) {
  fail(error);
}
