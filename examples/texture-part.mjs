// Upload parts of a texture: from written bytes to boxes to writeTexture calls of WebGPU.
// The queue here prints its calls: replace it by your GPUDevice's queue.
import {
  DirtyRegion,
  formatByName,
  SurfaceLayout,
  toTextureWrites,
  webGpuTextures,
} from '@cg/surface-layout';

const queue = {
  writeTexture({ mipLevel, origin }, _data, { offset, bytesPerRow }, { width, height }) {
    const from = `byte ${offset}, ${bytesPerRow} bytes a row`;
    console.log(`mip ${mipLevel}, (${origin.x}, ${origin.y}), ${width} × ${height} from ${from}`);
  },
};

const layout = new SurfaceLayout({
  format: formatByName('BC1_UNORM').id,
  width: 256,
  height: 256,
  depth: 1,
  mipLevels: 4,
  layers: 1,
  samples: 1,
});
const memory = new Uint8Array(layout.bytes);
const [{ descriptor }] = webGpuTextures(layout);
console.log(`${descriptor.format}, ${layout.bytes} bytes with its mips`);

// A page of mip 0, and a block in the middle of mip 2.
const dirty = new DirtyRegion(layout);
dirty.addRange(4096, 8192);
const block = layout.offsetOf(2) + 8 * 16 * 8 + 8 * 8;
dirty.addRange(block, block + 8);

// A call costs as much as 256 bytes here: measure yours.
const boxes = dirty.cheapestBoxes({ perByte: 1, perBox: 256 });
for (const { destination, dataLayout, size } of toTextureWrites(layout, boxes).writes) {
  queue.writeTexture(destination, memory, dataLayout, size);
}
