import type { NoFormat, SubresourceBox, SurfaceLayout } from '../src/index.js';
import { holds, walkBlocks } from './block-walk.js';
import type { UploadDevice, UploadTarget } from './texture-api.js';
import { fill } from './upload-cases.js';

/** What an API's upload function gives. */
interface Upload<Texture, Write> {
  readonly textures: readonly (Texture | NoFormat)[];
  readonly writes: readonly Write[];
}

/** `toTextureWrites` or `toSubImages`, with whatever options. */
export type UploadFunction<Texture, Write> = (
  layout: SurfaceLayout,
  boxes: readonly SubresourceBox[],
) => Upload<Texture, Write>;

/** The first blocks in which the texture differs from what the boxes should have left there. */
function wrongBlocks(
  layout: SurfaceLayout,
  backing: Uint8Array,
  boxes: readonly SubresourceBox[],
  texture: UploadTarget<never>,
): string[] {
  const { mipLevels, depth } = layout.description;
  const { bytesPerBlock } = layout.format;
  // Depth is written a mip at a time: more than was asked for.
  const mayWriteMore = layout.format.flags.includes('DEPTH');
  const wrong: string[] = [];
  for (const block of walkBlocks(layout)) {
    const { subresource, x, y, z, offset } = block;
    const layer = depth > 1 ? z : Math.floor(subresource / mipLevels);
    const found = texture.block(subresource % mipLevels, x, y, layer);
    const isWritten = boxes.some((box) => holds(box, block));
    const isRight = isWritten
      ? found.every((byte, i) => byte === backing[offset + i]) && found.length === bytesPerBlock
      : mayWriteMore || found.every((byte) => byte === 0);
    if (!isRight && wrong.push(`subresource ${subresource} (${x}, ${y}, ${z}): ${found.join(' ')}`) > 4) {
      break;
    }
  }
  return wrong;
}

/**
 * Uploads boxes of a surface that is not planar, and compares every block.
 * @returns how many subresources the boxes lie in; 0 where there is no texture, or the device lacks a feature
 * @throws Error where a call is refused or a block is not as it should be
 */
export async function checkUpload<Texture extends { format: unknown }, Write>(
  device: UploadDevice<Texture, Write>,
  upload: UploadFunction<Texture, Write>,
  layout: SurfaceLayout,
  boxes: readonly SubresourceBox[],
): Promise<number> {
  const { textures, writes } = upload(layout, boxes);
  const [texture] = textures;
  if (isNone(texture)) {
    if (textures.length !== 1 || writes.length > 0) {
      throw new Error(`writes without a texture: ${texture.reason}`);
    }
    return 0;
  }
  if (!device.supports(texture)) {
    return 0;
  }
  const target = device.createTexture(texture);
  const backing = fill(layout);
  writes.forEach((write) => target.write(write, backing));
  await target.finish();
  const wrong = device.holdsTexels ? wrongBlocks(layout, backing, boxes, target) : [];
  if (wrong.length > 0) {
    throw new Error(`${layout.format.name}: ${wrong.join('; ')}`);
  }
  return new Set(boxes.map(({ subresource }) => subresource)).size;
}

/** True where there is no texture, but a reason. */
export function isNone(texture: object): texture is NoFormat {
  return 'reason' in texture;
}
