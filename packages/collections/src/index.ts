export { Bitmap } from './bitmap.js';
export { CollectionsError } from './errors.js';
export { EventStream } from './event-stream.js';
export { IntervalTree } from './interval-tree.js';
export type { IntervalNode } from './red-black.js';
