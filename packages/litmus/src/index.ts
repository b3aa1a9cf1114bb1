export { LitmusError, type LitmusErrorCode } from './errors.js';
export { allPosted, postedVariants } from './posted/posted-variants.js';
export type { PostedVariant } from './posted/variant.js';
export { parseProgram, programOf, type ProgramText } from './program/parse-program.js';
export { printProgram, printStatement } from './program/print-program.js';
export { countedNames } from './program/statement.js';
export type { CountedName, Program, ProgramLine, Statement } from './program/statement.js';
export type { Finding, FindingKind } from './check/finding.js';
export { runProgram } from './explore/run-program.js';
export type { RunOptions, RunResult, UnmetExpectation } from './explore/run-options.js';
export type { RunWatcher, WatchedRun, WatchedSurface } from './explore/run-watcher.js';
export { Timeline, type EventKind, type Lane, type TimelineEvent } from './explore/timeline.js';
export { chainOf, type ChainLink } from './explore/chain.js';
export { chainText, findingText } from './explore/describe-finding.js';
export { sequenceDiagram } from './explore/sequence-diagram.js';
export { randomProgram, type RandomProgramOptions } from './explore/random-program.js';
export { letterCount } from './explore/enumerated-programs.js';
export { programAt, programCount, type ProgramSource } from './explore/program-source.js';
export {
  checkingCost,
  explorePrograms,
  joinExplored,
  nothingExplored,
  type Explored,
  type ExploredFailure,
} from './explore/explore-programs.js';
export { variantRow, variantTable, type VariantRow } from './explore/variant-row.js';
export { shrinkProgram } from './explore/shrink.js';
export { smallestFailure } from './explore/smallest-failure.js';
