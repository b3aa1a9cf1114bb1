export { AlwaysDirtyMemory } from './always-dirty.js';
export { DirtyPages } from './dirty-pages.js';
export { ShadowCompareMemory, type PageReader } from './shadow-compare.js';
export type { TrackedMemory } from './tracked-memory.js';
