/**
 * Dawn for uploads (`DawnProcess` of `@cg/dawn`). Each request { descriptor, blockBytes, blockSide, features, writes,
 * backing } is answered with the bytes of each mip.
 */
import { requestAdapter, serve } from '@cg/dawn/serve';

const COPY_SRC = 1;
const MAP_READ = 1;
const COPY_DST = 8;

const LIMITS = ['maxTextureDimension2D', 'maxTextureDimension3D', 'maxTextureArrayLayers'];

const devices = new Map();

/** A device with just these features, made once. */
async function deviceWith(features) {
  const key = features.join();
  if (!devices.has(key)) {
    const adapter = await requestAdapter();
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

await serve({ upload });
