import type { Picture } from '@cg/svga-device';
import { encode } from 'fast-png';

/** A picture as the bytes of a PNG. */
export function screenAsPng({ width, height, pixels }: Picture): Uint8Array {
  return encode({ width, height, data: pixels, channels: 4, depth: 8 });
}
