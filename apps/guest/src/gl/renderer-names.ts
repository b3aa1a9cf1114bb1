/** What draws for the device. With `none` it offers no 3D, and Mesa draws on the guest's CPU. */
export const rendererNames = ['soft', 'webgpu', 'none'] as const;
export type RendererName = (typeof rendererNames)[number];
