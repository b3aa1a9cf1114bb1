import type { RenderScreen, RenderSurface, ScreenRect, ScreenRenderer } from '@cg/svga-device';
import { BUFFER_USAGE, MAP_READ, ROW_ALIGNMENT, TEXTURE_USAGE } from '../gpu/flags.js';
import type { Recorder } from '../gpu/recorder.js';
import { rangeOf, type ImageTable } from '../images/image-table.js';
import { TextureImage } from '../images/texture-image.js';
import type { GpuCanvas, MakeCanvas } from './gpu-canvas.js';

/** As ImageData, and one of the formats that every canvas takes. */
const FORMAT = 'rgba8unorm';
const PIXEL_BYTES = 4;

interface Picture {
  readonly texture: GPUTexture;
  readonly view: GPUTextureView;
  /** Changes whenever the content may. */
  version: number;
  /** It has all that the screen shows. */
  isCurrent: boolean;
  /** It has what the device's pixels do not. */
  isNewer: boolean;
  /** Where the picture is copied to, to be drawn. */
  readonly canvas: GpuCanvas;
  readonly context: GPUCanvasContext;
}

/** Textures with what screens show, of those that are updated from textures of surfaces. */
export class ScreenPictures implements ScreenRenderer {
  readonly #images: ImageTable;
  readonly #recorder: Recorder;
  readonly #makeCanvas: MakeCanvas;
  readonly #pictures = new Map<RenderScreen, Picture>();

  constructor(images: ImageTable, makeCanvas: MakeCanvas) {
    this.#images = images;
    this.#recorder = images.recorder;
    this.#makeCanvas = makeCanvas;
  }

  update(screen: RenderScreen, surface: RenderSurface, subresource: number, rect: ScreenRect): boolean {
    const images = this.#images;
    const image = images.find(surface);
    if (!(image instanceof TextureImage) || !image.isNewer(subresource) || !isShown(image)) {
      return false;
    }
    this.#recorder.drawNumber++;
    image.pin(this.#recorder);
    const picture = this.#current(screen, rect);
    if (picture === undefined) {
      return false;
    }
    this.#recorder.relieve();
    images.useAll([{ image, subresource }]);
    const { firstMip: mip, firstLayer: layer } = rangeOf(image, subresource);
    images.transfer.passes.copy(this.#recorder.encoder(), {
      source: image.target(image.storage!.format, mip, layer).view,
      sourceType: 'float',
      sourceSample: undefined,
      target: picture.view,
      targetFormat: FORMAT,
      targetSamples: 1,
      targetSample: undefined,
      toDepth: false,
      hasStencil: false,
      area: rect,
    });
    picture.version++;
    picture.isNewer = true;
    return true;
  }

  pixelsWritten(screen: RenderScreen): void {
    const picture = this.#pictures.get(screen);
    if (picture !== undefined) {
      picture.version++;
      picture.isCurrent = false;
      picture.isNewer = false;
    }
  }

  pixelsNeeded(screen: RenderScreen): PromiseLike<void> | undefined {
    const picture = this.#pictures.get(screen);
    return picture?.isNewer === true ? this.#fetch(screen, picture) : undefined;
  }

  canvas(screen: RenderScreen): GpuCanvas | undefined {
    const picture = this.#pictures.get(screen);
    if (picture?.isCurrent !== true) {
      return undefined;
    }
    const recorder = this.#recorder;
    const { width, height } = screen;
    const { canvas, context } = picture;
    const texture = context.getCurrentTexture();
    recorder.encoder().copyTextureToTexture({ texture: picture.texture }, { texture }, { width, height });
    recorder.submit();
    return canvas;
  }

  dropped(screen: RenderScreen): void {
    const picture = this.#pictures.get(screen);
    if (picture !== undefined) {
      this.#recorder.submit();
      picture.context.unconfigure();
      picture.texture.destroy();
      this.#images.memory.give(bytesOf(screen));
      this.#pictures.delete(screen);
    }
  }

  clear(): void {
    [...this.#pictures.keys()].forEach((screen) => this.dropped(screen));
  }

  /** The picture, which has the newest content outside a rectangle; undefined where there is no room for it. */
  #current(screen: RenderScreen, rect: ScreenRect): Picture | undefined {
    const picture = this.#pictures.get(screen) ?? this.#make(screen);
    if (picture === undefined || picture.isCurrent) {
      return picture;
    }
    const { width, height, ownPixels } = screen;
    if (rect.w < width || rect.h < height) {
      const pixels = ownPixels ?? new Uint8Array(bytesOf(screen));
      this.#recorder.submit(); // recorded commands may use what the picture has now
      const { queue } = this.#recorder.device;
      const { texture } = picture;
      const layout = { bytesPerRow: PIXEL_BYTES * width };
      queue.writeTexture({ texture }, pixels as GPUAllowSharedBufferSource, layout, { width, height });
    }
    picture.isCurrent = true;
    return picture;
  }

  #make(screen: RenderScreen): Picture | undefined {
    const { width, height } = screen;
    const { device } = this.#recorder;
    const most = device.limits.maxTextureDimension2D;
    if (width > most || height > most || !this.#images.memory.take(bytesOf(screen))) {
      return undefined;
    }
    const canvas = this.#makeCanvas(width, height);
    const context = canvas.getContext('webgpu');
    if (context === null) {
      this.#images.memory.give(bytesOf(screen));
      return undefined;
    }
    context.configure({ device, format: FORMAT, usage: TEXTURE_USAGE.COPY_DST, alphaMode: 'opaque' });
    const { COPY_SRC, COPY_DST, RENDER_ATTACHMENT } = TEXTURE_USAGE;
    const usage = COPY_SRC | COPY_DST | RENDER_ATTACHMENT;
    const texture = device.createTexture({ size: { width, height }, format: FORMAT, usage });
    const picture: Picture = {
      texture,
      view: texture.createView(),
      version: 0,
      isCurrent: false,
      isNewer: false,
      canvas,
      context,
    };
    this.#pictures.set(screen, picture);
    return picture;
  }

  async #fetch(screen: RenderScreen, picture: Picture): Promise<void> {
    const { width, height } = screen;
    const { device } = this.#recorder;
    const bytesPerRow = Math.ceil((PIXEL_BYTES * width) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
    const usage = BUFFER_USAGE.COPY_DST | BUFFER_USAGE.MAP_READ;
    const buffer = device.createBuffer({ size: bytesPerRow * height, usage });
    const { texture, version } = picture;
    this.#recorder.encoder().copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, { width, height });
    this.#recorder.submit();
    await buffer.mapAsync(MAP_READ);
    // Rows that have changed since are asked for again.
    if (picture.version === version && screen.ownPixels !== undefined) {
      putRows(new Uint8Array(buffer.getMappedRange()), bytesPerRow, screen.ownPixels, PIXEL_BYTES * width);
      picture.isNewer = false;
    }
    buffer.destroy();
  }
}

const bytesOf = ({ width, height }: RenderScreen): number => PIXEL_BYTES * width * height;

/** Whether a shader reads the texels as screens show them: red, green and blue of 8 bits, as stored. */
function isShown({ storage, surface, isVolume }: TextureImage): boolean {
  return (
    (storage?.format === 'rgba8unorm' || storage?.format === 'bgra8unorm') &&
    storage.conversion === undefined &&
    surface.layout.samples === 1 &&
    !isVolume
  );
}

/** Copies rows of pixels, and makes them opaque. */
function putRows(from: Uint8Array, stride: number, to: Uint8Array, rowBytes: number): void {
  for (let at = 0, row = 0; at < to.length; at += rowBytes, row += stride) {
    to.set(from.subarray(row, row + rowBytes), at);
    for (let alpha = at + 3; alpha < at + rowBytes; alpha += PIXEL_BYTES) {
      to[alpha] = 255;
    }
  }
}
