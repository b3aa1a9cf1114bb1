export { Bitmap } from './bitmap.js';
export { CollectionsError } from './errors.js';
export { IntervalTree } from './interval-tree.js';
export type { IntervalNode } from './red-black.js';
