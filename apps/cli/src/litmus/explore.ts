import { fileURLToPath } from 'node:url';
import { joinExplored, nothingExplored, type Explored, type ProgramSource } from '@cg/litmus';
import { Piscina } from 'piscina';
import { progressBar } from '../output/progress.js';
import { Interruption, type InterruptSignal } from './interruption.js';
import type { ExploreTask } from './worker.js';

/**
 * The approximate steps of a worker's batch: a signal waits for them, and a worker for the next one. Batches of 25
 * enumerated programs left it idle for a twentieth of the time.
 */
const BATCH_STEPS = 3000;
/** Of random programs. */
const MAX_BATCH_PROGRAMS = 25;
/** Of enumerated programs, with their preparation. */
const ENUMERATED_STEPS = 15;

/** Most races cannot happen. */
const BATCH_RACES = 500;

/** What to explore, and how. */
export interface ExploreRequest {
  readonly source: ProgramSource;
  readonly from: number;
  readonly end: number;
  readonly variant: string | undefined;
  /** Worker threads. The main thread runs no programs, so that it can handle signals. */
  readonly jobs: number;
}

/** The results of an exploration, and its time. */
export interface Exploration {
  readonly explored: Explored;
  readonly seconds: number;
  /** Processor time of all threads, which other work on the machine changes less. */
  readonly processorSeconds: number;
  /** One past the number of the last program that ran; programs ran from `from` on without a gap. */
  readonly next: number;
  /** The signal that ended it early. */
  readonly interrupted: InterruptSignal | undefined;
}

/**
 * Runs a range of programs in batches. After a failure or a signal no batch is started, and running ones are waited
 * for.
 */
export async function explore(request: ExploreRequest): Promise<Exploration> {
  const { source, variant, from, end, jobs } = request;
  const interruption = new Interruption();
  const progress = progressBar('litmus', end - from, 'programs');
  const start = performance.now();
  const processor = process.cpuUsage();
  const pool = new Piscina({ filename: workerFile(), maxThreads: jobs, minThreads: jobs });
  const batch = batchOf(source);
  let explored = nothingExplored;
  let next = from;
  const work = async (): Promise<void> => {
    while (next < end && explored.failed === 0 && interruption.signal === undefined) {
      const task: ExploreTask = { source, variant, from: next, end: Math.min(end, next + batch) };
      next = task.end;
      const found = (await pool.run(task)) as Explored;
      explored = joinExplored(explored, found);
      progress.update(next - from);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    interruption.close();
    progress.stop();
    await pool.destroy();
  }
  const interrupted = next < end && explored.failed === 0 ? interruption.signal : undefined;
  const { user, system } = process.cpuUsage(processor);
  return {
    explored,
    seconds: (performance.now() - start) / 1000,
    processorSeconds: (user + system) / 1e6,
    next,
    interrupted,
  };
}

function batchOf(source: ProgramSource): number {
  switch (source.kind) {
    case 'races':
      return BATCH_RACES;
    case 'exhaustive':
      return BATCH_STEPS / ENUMERATED_STEPS;
    case 'random':
      return Math.max(1, Math.min(MAX_BATCH_PROGRAMS, Math.floor(BATCH_STEPS / (source.steps ?? 1))));
  }
}

/** The bundled worker, from the bundled command. */
function workerFile(): string {
  return fileURLToPath(new URL('../litmus/worker.js', import.meta.url));
}
