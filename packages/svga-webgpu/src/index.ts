export { WebGpuRenderer } from './webgpu-renderer.js';
export type { WebGpuRendererOptions, WebGpuRendererStatistics } from './webgpu-renderer.js';
export { rendererDevice } from './device-request.js';
