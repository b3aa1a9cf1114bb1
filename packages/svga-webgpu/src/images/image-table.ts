import type { SurfaceBox } from '@cg/surface-layout';
import type { RenderSurface } from '@cg/svga-device';
import type { FormatTable } from '../formats/format-table.js';
import { PixelPasses } from '../gpu/pixel-pass.js';
import type { Recorder } from '../gpu/recorder.js';
import { BufferImage } from './buffer-image.js';
import { TextureImage } from './texture-image.js';
import { TextureTransfer } from './texture-transfer.js';

/** The buffers and textures of surfaces. A surface that no draw has used has none. */
export class ImageTable {
  readonly transfer: TextureTransfer;
  readonly #images = new Map<RenderSurface, BufferImage | TextureImage>();

  constructor(
    readonly recorder: Recorder,
    readonly formats: FormatTable,
  ) {
    this.transfer = new TextureTransfer(recorder, new PixelPasses(recorder.device));
  }

  /** The image of a surface, if it has one. */
  find(surface: RenderSurface): BufferImage | TextureImage | undefined {
    return this.#images.get(surface);
  }

  /** The buffer of a surface; undefined if it is a texture, or larger than buffers can be. */
  buffer(surface: RenderSurface): BufferImage | undefined {
    let image = this.#images.get(surface);
    if (image === undefined) {
      const { layout } = surface;
      if (!layout.format.buffer || layout.bytes > this.recorder.device.limits.maxBufferSize - 4) {
        return undefined;
      }
      image = new BufferImage(surface);
      this.#images.set(surface, image);
    }
    return image instanceof BufferImage ? image : undefined;
  }

  /** The texture of a surface; undefined if it is a buffer. */
  texture(surface: RenderSurface): TextureImage | undefined {
    let image = this.#images.get(surface);
    if (image === undefined) {
      if (surface.layout.format.buffer) {
        return undefined;
      }
      image = new TextureImage(surface);
      this.#images.set(surface, image);
    }
    return image instanceof TextureImage ? image : undefined;
  }

  written(surface: RenderSurface, subresource?: number, box?: SurfaceBox): void {
    const image = this.#images.get(surface);
    if (image instanceof BufferImage) {
      image.written(box);
    } else {
      image?.written(subresource, box);
    }
  }

  /** Copies what the GPU has changed to the device's bytes; undefined if there is nothing. */
  needed(surface: RenderSurface, subresource: number): Promise<void> | undefined {
    const image = this.#images.get(surface);
    if (image instanceof BufferImage) {
      return image.isNewer ? image.fetch(this.recorder) : undefined;
    }
    return image?.isNewer(subresource) === true
      ? image.fetch(this.recorder, this.transfer, subresource)
      : undefined;
  }

  drop(surface: RenderSurface): void {
    const image = this.#images.get(surface);
    if (image !== undefined) {
      this.#images.delete(surface);
      this.#release(image);
    }
  }

  /** Drops all images. */
  clear(): void {
    this.#images.forEach((image) => this.#release(image));
    this.#images.clear();
  }

  #release(image: BufferImage | TextureImage): void {
    if (image instanceof BufferImage) {
      // Commands that are recorded may still use it.
      this.recorder.submit();
      image.drop();
    } else {
      image.drop(this.recorder);
    }
  }

  /** Bytes of all buffers and textures. */
  get gpuBytes(): number {
    let bytes = 0;
    this.#images.forEach((image) => (bytes += image.gpuBytes));
    return bytes;
  }
}
