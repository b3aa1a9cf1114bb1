import {
  formatById,
  formatByName,
  formatsByWebGl,
  formatsByWebGpu,
  type SurfaceDescription,
  type SurfaceFormat,
  type SurfaceLayout,
} from '@cg/surface-layout';

const FACES = 6;
/** D3D11_MAX_MULTISAMPLE_SAMPLE_COUNT: no device of this family has more. */
const MAX_SAMPLES = 32;

/** A range of bytes, its end exclusive. */
export type ByteRange = readonly [start: number, end: number];

/** By the header's name, in any case, or by that of a WebGPU or WebGL 2 format with the same bytes. */
export function formatCalled(name: string): SurfaceFormat | undefined {
  return (
    formatByName(name) ??
    formatByName(name.toUpperCase()) ??
    formatsByWebGpu(name)[0] ??
    formatsByWebGl(name)[0]
  );
}

/**
 * The reason why no device has such a surface; undefined if one may. SurfaceLayout refuses sizes that cannot be
 * computed.
 */
export function surfaceFault(description: SurfaceDescription): string | undefined {
  const { format, width, height, depth, mipLevels, layers, samples, cube } = description;
  const rest = [height, depth, mipLevels, layers, Math.max(samples, 1)];
  if (formatById(format)?.buffer === true && (rest.some((count) => count !== 1) || cube === true)) {
    return 'a buffer has a height of 1, one mip, one layer and one sample';
  }
  if (cube === true && (width !== height || depth !== 1)) {
    return `the faces of a cube are square and flat, not ${width}x${height}x${depth}`;
  }
  if (cube === true && layers % FACES !== 0) {
    return `cubes have ${FACES} faces each, not ${layers} layers`;
  }
  if (layers > 1 && depth > 1) {
    return `there are no arrays of volumes: depth ${depth}, layers ${layers}`;
  }
  if (samples > MAX_SAMPLES) {
    return `no surface has more than ${MAX_SAMPLES} samples: ${samples}`;
  }
  return undefined;
}

/** The reason why a range is invalid for this surface. A stream-output trailer belongs to the backing. */
export function rangeFault([start, end]: ByteRange, { backingBytes }: SurfaceLayout): string | undefined {
  return end > backingBytes
    ? `range ${start}..${end} leaves the surface, which has ${backingBytes} bytes`
    : undefined;
}
