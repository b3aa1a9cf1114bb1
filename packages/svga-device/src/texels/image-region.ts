import type { SurfaceBox, SurfaceFormat, SurfaceLayout } from '@cg/surface-layout';
import { SvgaDeviceError } from '../errors.js';
import { TexelCodec } from './texel-codec.js';

/** @throws SvgaDeviceError EINVAL if the format's texels are no colours */
export function codecOf(format: SurfaceFormat, linear: boolean): TexelCodec {
  const codec = TexelCodec.of(format, linear);
  if (codec === undefined) {
    throw new SvgaDeviceError('EINVAL', 'texels of the format are no colours', { format: format.id });
  }
  return codec;
}

/** A box of texels of an image, with access to single texels. */
export class ImageRegion {
  readonly codec: TexelCodec;
  #start: number;
  readonly #rowStride: number;
  readonly #imageStride: number;

  /**
   * @param sheet the sample
   * @throws SvgaDeviceError EINVAL if the format's texels are no colours, or the box leaves its mip;
   * SurfaceLayoutError for no such subresource
   */
  constructor(
    private readonly layout: SurfaceLayout,
    private readonly subresource: number,
    private readonly image: Uint8Array,
    readonly box: SurfaceBox,
    private readonly linear: boolean,
    private readonly sheet = 0,
  ) {
    const codec = codecOf(layout.format, linear);
    const mip = layout.mipOf(subresource);
    const { x, y, z, width, height, depth } = box;
    if (
      x + width > mip.width ||
      y + height > mip.height ||
      z + depth > mip.depth ||
      width * height * depth === 0
    ) {
      throw new SvgaDeviceError('EINVAL', 'box is empty or leaves its mip', { subresource, ...box });
    }
    this.codec = codec;
    this.#rowStride = mip.rowStride;
    this.#imageStride = mip.imageStride;
    this.#start = sheet * layout.sheetBytes + layout.offsetOf(subresource);
  }

  /** Bytes from the first of its texels to the end of the last. */
  get span(): number {
    const { width, height, depth } = this.box;
    return (depth - 1) * this.#imageStride + (height - 1) * this.#rowStride + width * this.codec.bytes;
  }

  /** A copy of the texels in memory of its own. */
  copy(): ImageRegion {
    const first = this.#place(0, 0, 0);
    const copy = new ImageRegion(
      this.layout,
      this.subresource,
      this.image.slice(first, first + this.span),
      this.box,
      this.linear,
      this.sheet,
    );
    copy.#start -= first;
    return copy;
  }

  /** Number of texels. */
  get texels(): number {
    return this.box.width * this.box.height * this.box.depth;
  }

  /** Number of rows. */
  get rows(): number {
    return this.box.height * this.box.depth;
  }

  /** Reads the texel at a place in the box. */
  read(x: number, y: number, z: number, color: Float64Array): void {
    this.codec.decode(this.image, this.#place(x, y, z), color);
  }

  /** The bytes of a row of the box. */
  row(y: number, z: number): Uint8Array {
    const start = this.#place(0, y, z);
    return this.image.subarray(start, start + this.box.width * this.codec.bytes);
  }

  /** Writes the texel at a place in the box. */
  write(x: number, y: number, z: number, color: Float64Array): void {
    this.codec.encode(color, this.image, this.#place(x, y, z));
  }

  #place(x: number, y: number, z: number): number {
    const { box } = this;
    const row = (box.z + z) * this.#imageStride + (box.y + y) * this.#rowStride;
    return this.#start + row + (box.x + x) * this.codec.bytes;
  }
}
