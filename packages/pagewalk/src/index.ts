export { PageWalkError } from './errors.js';
export type {
  ImageFinding,
  MappedRange,
  MemoryImage,
  SharedTable,
  TableDamage,
  TableFault,
} from './image/memory-image.js';
export { walkImage, type ImageWalkOptions } from './image/walk-image.js';
export type { PageWalk, WalkOperations } from './operations.js';
export { walkPageMapping, walkPageRange, walkPageVma } from './walk.js';
