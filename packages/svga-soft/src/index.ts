export { SoftRenderer } from './soft-renderer.js';
export type { SoftRendererOptions } from './soft-renderer.js';
