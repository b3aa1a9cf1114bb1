import type { SurfaceFormat } from '@cg/surface-layout';
import { TexelCodec } from '@cg/svga-device';
import { blockReader } from './block-compression.js';
import type { TexelReader } from './texel-reader.js';

const readers = new Map<SurfaceFormat, TexelReader | undefined>();

/** @returns undefined for a format that is not sampled */
export function texelReader(format: SurfaceFormat): TexelReader | undefined {
  if (!readers.has(format)) {
    readers.set(format, blockReader(format) ?? codecReader(format));
  }
  return readers.get(format);
}

function codecReader(format: SurfaceFormat): TexelReader | undefined {
  const codec = TexelCodec.of(format, true);
  if (codec === undefined) {
    return undefined;
  }
  const isDepth = codec.kind === 'depth';
  return {
    kind: codec.kind,
    read: (image, at, _x, _y, color) => {
      codec.decode(image, at, color);
      if (isDepth) {
        color[1] = 0;
      }
    },
  };
}
