import type { ImageRegion } from './image-region.js';

/** Sources of a target texel along one axis: two source texels, and the weight of the second. */
interface Taps {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float64Array;
}

/** Nearest: the texel that contains the target's centre. */
function nearest(from: number, to: number): Taps {
  const first = Int32Array.from({ length: to }, (_, i) => Math.floor(((i + 0.5) * from) / to));
  return { first, second: first, share: new Float64Array(to) };
}

/** Linear: the two texels whose centres are around the target's centre. */
function linear(from: number, to: number): Taps {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const share = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const below = Math.floor(centre);
    first[i] = Math.min(Math.max(below, 0), from - 1);
    second[i] = Math.min(Math.max(below + 1, 0), from - 1);
    share[i] = centre - below;
  }
  return { first, second, share };
}

function mix(target: Float64Array, other: Float64Array, share: number): void {
  for (let i = 0; i < 4; i++) {
    target[i] += (other[i] - target[i]) * share;
  }
}

/**
 * Stretches one region over another: the nearest texel, or (rows and columns, not slices) linearly between four.
 * Coordinates are clamped to the source's region.
 */
export function stretch(source: ImageRegion, target: ImageRegion, filter: 'linear' | 'nearest'): void {
  const taps = filter === 'linear' && source.codec.kind === 'color' ? linear : nearest;
  const across = taps(source.box.width, target.box.width);
  const down = taps(source.box.height, target.box.height);
  const deep = nearest(source.box.depth, target.box.depth);
  const [color, right, below, belowRight] = Array.from({ length: 4 }, () => new Float64Array(4));
  for (let z = 0; z < target.box.depth; z++) {
    for (let y = 0; y < target.box.height; y++) {
      for (let x = 0; x < target.box.width; x++) {
        source.read(across.first[x], down.first[y], deep.first[z], color);
        if (across.share[x] > 0) {
          source.read(across.second[x], down.first[y], deep.first[z], right);
          mix(color, right, across.share[x]);
        }
        if (down.share[y] > 0) {
          source.read(across.first[x], down.second[y], deep.first[z], below);
          if (across.share[x] > 0) {
            source.read(across.second[x], down.second[y], deep.first[z], belowRight);
            mix(below, belowRight, across.share[x]);
          }
          mix(color, below, down.share[y]);
        }
        target.write(x, y, z, color);
      }
    }
  }
}

/** Source texels per target texel: 2, or 1 along an axis of one texel. */
function step(from: number): number {
  return from > 1 ? 2 : 1;
}

/**
 * Halves a region: each texel is the mean of the up to eight it covers (the last row or column of an odd size is left
 * out, as mips are rounded down). Integers, depth and stencil take the first instead.
 */
export function halve(source: ImageRegion, target: ImageRegion): void {
  if (source.codec === target.codec && source.codec.isBytes) {
    halveBytes(source, target);
    return;
  }
  const sum = new Float64Array(4);
  const color = new Float64Array(4);
  const span = (from: number): number => (from > 1 && source.codec.kind === 'color' ? 2 : 1);
  const spanX = span(source.box.width);
  const spanY = span(source.box.height);
  const spanZ = span(source.box.depth);
  const stepX = step(source.box.width);
  const stepY = step(source.box.height);
  const stepZ = step(source.box.depth);
  const share = 1 / (spanX * spanY * spanZ); // a power of two: as exact as dividing each
  const { box } = target;
  for (let z = 0; z < box.depth; z++) {
    for (let y = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++) {
        sum.fill(0);
        for (let dz = 0; dz < spanZ; dz++) {
          for (let dy = 0; dy < spanY; dy++) {
            for (let dx = 0; dx < spanX; dx++) {
              source.read(x * stepX + dx, y * stepY + dy, z * stepZ + dz, color);
              for (let i = 0; i < 4; i++) {
                sum[i] += color[i] * share;
              }
            }
          }
        }
        target.write(x, y, z, sum);
      }
    }
  }
}

/** `halve` of texels whose bytes are channels. A half is rounded up. */
function halveBytes(source: ImageRegion, target: ImageRegion): void {
  const { bytes } = source.codec;
  const { width, height, depth } = source.box;
  const right = width > 1 ? bytes : 0;
  const across = step(width) * bytes;
  for (let z = 0; z < target.box.depth; z++) {
    for (let y = 0; y < target.box.height; y++) {
      const [top, front] = [y * step(height), z * step(depth)];
      const [bottom, back] = [Math.min(top + 1, height - 1), Math.min(front + 1, depth - 1)];
      const a = source.row(top, front);
      const b = source.row(bottom, front);
      const c = source.row(top, back);
      const d = source.row(bottom, back);
      const to = target.row(y, z);
      for (let x = 0, from = 0; x < to.length; x += bytes, from += across) {
        for (let i = 0; i < bytes; i++) {
          const l = from + i;
          const r = l + right;
          to[x + i] = (a[l] + a[r] + b[l] + b[r] + c[l] + c[r] + d[l] + d[r] + 4) >> 3;
        }
      }
    }
  }
}

/** The mean of several regions of one size, as in resolving a multisample image. */
export function average(sources: readonly ImageRegion[], target: ImageRegion): void {
  const taken = sources[0].codec.kind === 'color' ? sources : sources.slice(0, 1);
  const sum = new Float64Array(4);
  const color = new Float64Array(4);
  const { box } = target;
  for (let z = 0; z < box.depth; z++) {
    for (let y = 0; y < box.height; y++) {
      for (let x = 0; x < box.width; x++) {
        sum.fill(0);
        for (const source of taken) {
          source.read(x, y, z, color);
          for (let i = 0; i < 4; i++) {
            sum[i] += color[i] / taken.length;
          }
        }
        target.write(x, y, z, sum);
      }
    }
  }
}
