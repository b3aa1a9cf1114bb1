import { expect, it } from 'vitest';
import { formatByName, SurfaceLayout, toTextureWrites, webGpuTextures } from '../src/index.js';
import type { SubresourceBox, WebGpuFeature, WebGpuTextureFormat } from '../src/index.js';

/** Compiles with WebGPU's own types and no cast: that is the test. */
async function show(
  adapter: GPUAdapter,
  layout: SurfaceLayout,
  boxes: SubresourceBox[],
  backing: Uint8Array<ArrayBuffer>,
): Promise<GPUTextureView[]> {
  const [first] = webGpuTextures(layout);
  if (first.format === undefined) {
    throw new Error(first.reason);
  }
  const format: GPUTextureFormat = first.format satisfies WebGpuTextureFormat;
  const features: readonly GPUFeatureName[] = first.features satisfies readonly WebGpuFeature[];
  const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits: first.limits });
  const { textures, writes } = toTextureWrites(layout, boxes);
  const made = textures.flatMap((texture) =>
    texture.format === undefined ? [] : [device.createTexture(texture.descriptor)],
  );
  for (const { plane, destination, dataLayout, size } of writes) {
    device.queue.writeTexture({ texture: made[plane], ...destination }, backing, dataLayout, size);
  }
  const descriptor: GPUTextureViewDescriptor = { format, dimension: first.viewDimension };
  return made.map((texture) => texture.createView(descriptor));
}

it('results match the types of WebGPU', async () => {
  const seen: unknown[] = [];
  const texture = { createView: (descriptor: unknown) => seen.push(descriptor) };
  const queue = { writeTexture: (...args: unknown[]) => seen.push(args) };
  const device = { createTexture: (descriptor: unknown) => seen.push(descriptor) && texture, queue };
  const adapter = { requestDevice: async () => device } as unknown as GPUAdapter;
  const format = formatByName('R16_UNORM')?.id ?? 0;
  const layout = new SurfaceLayout({
    format,
    width: 4,
    height: 2,
    depth: 1,
    mipLevels: 1,
    layers: 1,
    samples: 1,
  });
  const backing = new Uint8Array(layout.bytes);
  await show(adapter, layout, [{ subresource: 0, x: 1, y: 1, z: 0, width: 2, height: 1, depth: 1 }], backing);
  expect(seen).toMatchObject([
    { format: 'r16unorm', dimension: '2d', size: { width: 4, height: 2, depthOrArrayLayers: 1 } },
    [
      { texture, mipLevel: 0, origin: { x: 1, y: 1, z: 0 } },
      backing,
      { offset: 10, bytesPerRow: 8 },
      { width: 2 },
    ],
    { dimension: '2d' },
  ]);
});
