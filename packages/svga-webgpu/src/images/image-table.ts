import type { SurfaceBox } from '@cg/surface-layout';
import type { RenderSurface } from '@cg/svga-device';
import type { FormatTable } from '../formats/format-table.js';
import { PixelPasses } from '../gpu/pixel-pass.js';
import type { Recorder } from '../gpu/recorder.js';
import { BufferImage } from './buffer-image.js';
import type { GpuMemory } from './gpu-memory.js';
import { TextureImage, type SubresourceRange } from './texture-image.js';
import { TextureTransfer } from './texture-transfer.js';

/** A subresource of a texture. */
interface TextureSubresource {
  readonly image: TextureImage;
  readonly subresource: number;
}

/** The buffers and textures of surfaces. A surface that no draw has used has none. */
export class ImageTable {
  readonly transfer: TextureTransfer;
  readonly #images = new Map<RenderSurface, BufferImage | TextureImage>();
  /** Textures that were used, beside which the device should not keep its bytes. */
  readonly #large = new Set<TextureImage>();

  constructor(
    readonly recorder: Recorder,
    readonly formats: FormatTable,
    readonly memory: GpuMemory,
  ) {
    this.transfer = new TextureTransfer(recorder, new PixelPasses(recorder.device));
    memory.evict = (bytes) => this.#evict(bytes);
  }

  /** Images on the GPU that the draw which is being recorded does not use, the longest unused first. */
  #unused(): (BufferImage | TextureImage)[] {
    const { drawNumber } = this.recorder;
    return [...this.#images.values()]
      .filter(({ gpuBytes, lastDraw }) => gpuBytes > 0 && lastDraw < drawNumber)
      .toSorted((a, b) => a.lastDraw - b.lastDraw);
  }

  /** Frees images that the device has as they are. */
  #evict(bytes: number): void {
    let missing = bytes;
    for (const image of this.#unused()) {
      if (missing <= 0) {
        return;
      }
      if (!hasNewer(image)) {
        missing -= image.gpuBytes;
        image.drop(this.recorder);
      }
    }
  }

  /**
   * Where memory is tight, fetches images that have not been used for long, until they could be freed; undefined if
   * there is no need.
   */
  makeRoom(): Promise<unknown> | undefined {
    const { memory } = this;
    if (!memory.isTight) {
      return undefined;
    }
    const fetched: Promise<unknown>[] = [];
    let left = memory.used - memory.most / 2;
    for (const image of this.#unused()) {
      if (left <= 0) {
        break;
      }
      left -= image.gpuBytes;
      if (hasNewer(image)) {
        fetched.push(this.fetch(image));
      }
    }
    return fetched.length === 0 ? undefined : Promise.all(fetched);
  }

  /** Copies all of an image that the GPU has changed to the device's bytes. */
  fetch(image: BufferImage | TextureImage): Promise<unknown> {
    if (image instanceof BufferImage) {
      return image.fetch(this.recorder);
    }
    const fetched: Promise<void>[] = [];
    for (let subresource = 0; subresource < image.surface.layout.subresourceCount; subresource++) {
      if (image.isNewer(subresource)) {
        fetched.push(image.fetch(this.recorder, this.transfer, subresource));
      }
    }
    return Promise.all(fetched);
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
      image = new BufferImage(surface, this.memory);
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
      image = new TextureImage(surface, this.memory, this.#large);
      this.#images.set(surface, image);
    }
    return image instanceof TextureImage ? image : undefined;
  }

  /**
   * Frees bytes of the device that are not worth the memory that they and their textures take together. Where the GPU's
   * memory is tight they stay: textures are dropped there, and made again from them.
   */
  freeBytes(): void {
    if (this.memory.isTight) {
      return;
    }
    for (const image of this.#large) {
      if (image.freeBytes(this.recorder, this.transfer)) {
        this.#large.delete(image);
      }
    }
  }

  /** The GPU is lost, with everything that only it had. */
  lost(): void {
    this.#images.forEach((image) => {
      if (image instanceof TextureImage && image.newerCount > 0) {
        image.surface.imageLost?.();
      }
    });
  }

  /** Brings subresources of textures up to date for commands that are recorded next. */
  useAll(used: readonly TextureSubresource[]): void {
    const { recorder, transfer } = this;
    let serial: number;
    // An upload may submit what is recorded; then all is used again, by the next submission.
    do {
      ({ serial } = recorder);
      for (const { image, subresource } of used) {
        image.use(recorder, transfer, rangeOf(image, subresource));
      }
    } while (recorder.serial !== serial);
  }

  written(surface: RenderSurface, subresource?: number, box?: SurfaceBox): void {
    const image = this.#images.get(surface);
    if (image instanceof BufferImage) {
      image.written(box);
    } else {
      image?.written(this.recorder, subresource, box);
    }
  }

  /** Whether a box of the device's bytes can join what the GPU has of a subresource, which is newer. */
  takesBox(surface: RenderSurface, subresource: number): boolean {
    const image = this.#images.get(surface);
    // Buffers are uploaded by whole words, more than the box.
    return (
      image instanceof TextureImage &&
      image.isNewer(subresource) &&
      image.takesBox(this.recorder, this.transfer, subresource)
    );
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
      image.drop(this.recorder);
    }
  }

  /** Drops all images. */
  clear(): void {
    this.#images.forEach((image) => image.drop(this.recorder));
    this.#images.clear();
  }
}

/** One subresource, as a range. */
export function rangeOf({ surface }: TextureImage, subresource: number): SubresourceRange {
  const levels = surface.layout.mips.length;
  return {
    firstMip: subresource % levels,
    mips: 1,
    firstLayer: Math.floor(subresource / levels),
    layers: 1,
  };
}

/** Whether the GPU has content that the device does not have. */
export function hasNewer(image: BufferImage | TextureImage): boolean {
  return image instanceof BufferImage ? image.isNewer : image.newerCount > 0;
}
