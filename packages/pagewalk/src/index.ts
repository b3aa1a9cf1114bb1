export { entries, type LeafEntry } from './entries.js';
export { PageWalkError } from './errors.js';
export {
  compareImages,
  type ChangedRange,
  type ImageChange,
  type ImageTables,
  type SharedChange,
  type UncomparedRange,
} from './image/compare-images.js';
export { ENTRY_NAMES } from './image/entry-format.js';
export {
  explainAddress,
  type NamedBit,
  type Translation,
  type TranslationFault,
  type TranslationStep,
} from './image/explain-address.js';
export type {
  ImageFinding,
  MappedRange,
  SelfMap,
  SharedTable,
  TableDamage,
  TableFault,
} from './image/findings.js';
export {
  findTopTables,
  soundness,
  type FindOptions,
  type TableCandidate,
  type Trial,
} from './image/find-tables.js';
export { modeOfCpu, PAGING_MODES, type ModeOfCpu, type Paging, type PagingMode } from './image/paging.js';
export { walkImage, type ImageWalkOptions } from './image/walk-image.js';
export type { EntryCallback, PageWalk, WalkAction, WalkOperations } from './operations.js';
export { preemptionPoints, type PreemptionPoint } from './preemption-points.js';
export { walkPageMapping, walkPageRange, walkPageTables, walkPageVma, walkPageVmaRange } from './walk.js';
