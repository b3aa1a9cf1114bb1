export { PageWalkError } from './errors.js';
export type { PageWalk, WalkOperations } from './operations.js';
export { walkPageMapping, walkPageRange, walkPageVma } from './walk.js';
