/**
 * Dawn in a process of its own: a driver that crashes takes no test runner along, and the Vulkan loader reads
 * LD_LIBRARY_PATH only when a process starts. The first argument is what `create` of npm `webgpu` is told.
 * It answers each message { id, descriptor, blockBytes, blockSide, features, writes, backing } with
 * { id, levels }, the bytes of each mip, or { id, error }.
 */

const COPY_SRC = 1;
const MAP_READ = 1;
const COPY_DST = 8;

const LIMITS = ['maxTextureDimension2D', 'maxTextureDimension3D', 'maxTextureArrayLayers'];

let gpu;
const devices = new Map();

async function adapterOf() {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // Dawn must outlive the adapter, which does not keep it.
  gpu ??= create(process.argv.slice(2));
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    throw new Error('Dawn finds no adapter');
  }
  return adapter;
}

/** A device with just these features, made once. */
async function deviceWith(features) {
  const key = features.join();
  if (!devices.has(key)) {
    const adapter = await adapterOf();
    const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
    const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits });
    devices.set(key, { adapter, device });
  }
  return devices.get(key).device;
}

async function upload({ descriptor, writes, backing, features, ...block }) {
  const device = await deviceWith(features);
  device.pushErrorScope('validation');
  const texture = device.createTexture({ ...descriptor, usage: descriptor.usage | COPY_SRC });
  for (const { destination, dataLayout, size } of writes) {
    device.queue.writeTexture({ texture, ...destination }, backing, dataLayout, size);
  }
  const buffers = readLevels(device, texture, descriptor, block);
  const error = await device.popErrorScope();
  if (error !== null) {
    throw new Error(error.message);
  }
  const levels = [];
  for (const { buffer, ...layout } of buffers) {
    await buffer.mapAsync(MAP_READ);
    levels.push(packed(new Uint8Array(buffer.getMappedRange()), layout));
    buffer.destroy();
  }
  texture.destroy();
  return levels;
}

function halved(length, level) {
  return Math.max(Math.floor(length / 2 ** level), 1);
}

/** Copies each mip, all its layers or slices, into a buffer. */
function readLevels(device, texture, { size, dimension, mipLevelCount, format }, { blockBytes, blockSide }) {
  const encoder = device.createCommandEncoder();
  const buffers = Array.from({ length: mipLevelCount }, (_, mipLevel) => {
    const columns = Math.ceil(halved(size.width, mipLevel) / blockSide);
    const rows = Math.ceil(halved(size.height, mipLevel) / blockSide);
    const images = dimension === '3d' ? halved(size.depthOrArrayLayers, mipLevel) : size.depthOrArrayLayers;
    const bytesPerRow = Math.ceil((columns * blockBytes) / 256) * 256;
    const buffer = device.createBuffer({ size: bytesPerRow * rows * images, usage: COPY_DST | MAP_READ });
    const aspect = format.startsWith('depth') ? 'depth-only' : 'all';
    encoder.copyTextureToBuffer(
      { texture, mipLevel, aspect },
      { buffer, bytesPerRow, rowsPerImage: rows },
      { width: columns * blockSide, height: rows * blockSide, depthOrArrayLayers: images },
    );
    return { buffer, rowBytes: columns * blockBytes, bytesPerRow, rows: rows * images };
  });
  device.queue.submit([encoder.finish()]);
  return buffers;
}

function packed(bytes, { rowBytes, bytesPerRow, rows }) {
  const out = new Uint8Array(rowBytes * rows);
  for (let row = 0; row < rows; row++) {
    out.set(bytes.subarray(row * bytesPerRow, row * bytesPerRow + rowBytes), row * rowBytes);
  }
  return out;
}

process.on('message', async ({ id, ...request }) => {
  try {
    process.send({ id, levels: await upload(request) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});

try {
  const adapter = await adapterOf();
  const { vendor, device, description } = adapter.info;
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  const name = [vendor, device, description].filter(Boolean).join(', ');
  process.send({ adapter: { name, features: [...adapter.features], limits } });
} catch (error) {
  process.send({ unavailable: error.message });
}
