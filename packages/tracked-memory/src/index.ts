export { AlwaysDirtyMemory } from './always-dirty.js';
export { DirtyPages } from './dirty-pages.js';
export { TrackedMemoryError } from './errors.js';
export { checkPageRange } from './page-range.js';
export { ShadowCompareMemory, type PageReader } from './shadow-compare.js';
export type { TrackedMemory } from './tracked-memory.js';
