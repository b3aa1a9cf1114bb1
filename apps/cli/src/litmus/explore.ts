import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { joinExplored, nothingExplored, type Explored, type ProgramSource } from '@cg/machine';
import { Piscina } from 'piscina';
import { progressBar } from '../output/progress.js';
import exploreHere, { type ExploreTask } from './worker.js';

/** Programs that a worker takes at a time. */
const BATCH = 25;

/** What to explore, and how. */
export interface ExploreRequest {
  readonly source: ProgramSource;
  readonly from: number;
  readonly end: number;
  readonly variant: string | undefined;
  /** Worker threads; with 1 there is none, and the programs run here. */
  readonly jobs: number;
}

/** What exploring found, and how long it took. */
export interface Exploration {
  readonly explored: Explored;
  readonly seconds: number;
}

/** Runs a range of programs, batch by batch, and stops handing out more once one has failed. */
export async function explore(request: ExploreRequest): Promise<Exploration> {
  const { from, end, jobs } = request;
  const progress = progressBar('litmus', end - from, 'programs');
  const start = performance.now();
  const pool =
    jobs > 1 ? new Piscina({ filename: workerFile(), maxThreads: jobs, minThreads: jobs }) : undefined;
  const run = async (task: ExploreTask): Promise<Explored> =>
    pool === undefined ? exploreHere(task) : ((await pool.run(task)) as Explored);
  let explored = nothingExplored;
  let next = from;
  const work = async (): Promise<void> => {
    while (next < end && explored.failed === 0) {
      const [first, stop] = [next, Math.min(end, next + BATCH)];
      next = stop;
      const found = await run({ source: request.source, variant: request.variant, from: first, end: stop });
      explored = joinExplored(explored, found);
      progress.update(Math.min(next, end) - from);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    progress.stop();
    await pool?.destroy();
  }
  return { explored, seconds: (performance.now() - start) / 1000 };
}

/** The bundled worker stands beside the main file, or one folder up from a shared chunk. */
function workerFile(): string {
  const found = ['./worker.js', './litmus/worker.js'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return found.find((path) => existsSync(path)) ?? found[0];
}
