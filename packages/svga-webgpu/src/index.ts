export { WebGpuRenderer } from './webgpu-renderer.js';
export type { WebGpuRendererOptions, WebGpuRendererStatistics } from './webgpu-renderer.js';
export { canShowScreens } from './screens/gpu-canvas.js';
export type { GpuCanvas, MakeCanvas } from './screens/gpu-canvas.js';
export { rendererDevice } from './device-request.js';
