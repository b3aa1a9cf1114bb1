import { explorePrograms, type Explored, type ProgramSource } from '@cg/litmus';
import { configureVariant } from './variant.js';

/** A range of programs for one worker thread. */
export interface ExploreTask {
  readonly source: ProgramSource;
  readonly from: number;
  readonly end: number;
  readonly variant: string | undefined;
}

/** The job of a worker thread: runs a range of programs. */
export default function explore({ source, from, end, variant }: ExploreTask): Explored {
  return explorePrograms(source, from, end, configureVariant(variant));
}
