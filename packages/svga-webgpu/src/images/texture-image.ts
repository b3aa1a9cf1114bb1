import type { SurfaceBox } from '@cg/surface-layout';
import type { RenderSurface } from '@cg/svga-device';
import type { TextureStorage } from '../formats/format-table.js';
import { TEXTURE_USAGE } from '../gpu/flags.js';
import type { Recorder } from '../gpu/recorder.js';
import type { GpuMemory } from './gpu-memory.js';
import { depthAttachment, type PendingClear } from './pending-clear.js';
import { TextureContent } from './texture-content.js';
import { isWithinLimits, textureBytes } from './texture-size.js';
import type { SurfaceTexture, TextureTransfer } from './texture-transfer.js';

/** Subresources of a surface: mips of layers. */
export interface SubresourceRange {
  readonly firstMip: number;
  readonly mips: number;
  readonly firstLayer: number;
  readonly layers: number;
}

/** A view of a texture. */
export interface TextureViewOf {
  /** Different for each view of each texture. */
  readonly id: number;
  readonly view: GPUTextureView;
}

/** Bytes of a texture, for each byte of its surface, beside which the device's bytes are kept. */
const MOST_BESIDE = 1.2;
/** Submissions after which the device is not expected to need bytes again that it has needed. */
const LATELY = 64;
let ids = 0;

/**
 * The texture of a surface on the GPU, made at its first use. It is kept in one way at a time; where a view needs
 * another one, the texture is made again from the device's bytes.
 */
export class TextureImage {
  #texture: SurfaceTexture | undefined;
  #isVolume = false;
  #textureId = -1;
  readonly #content: TextureContent;
  readonly #clears = new Map<number, PendingClear>();
  readonly #views = new Map<string, TextureViewOf>();
  #usedIn = 0;
  /** The device's bytes are freed. */
  #isFreed = false;
  /** The work that was done when the device last needed bytes that were freed, or read some back. */
  #neededAt = -LATELY;
  /** Read-backs that are under way. */
  #fetching = 0;
  /** Beside the texture, the device need not keep as many bytes. */
  #isLarge = false;
  /** Some texels that were uploaded would come back as others. */
  #isLossy = false;
  /** The draw that uses the texture as it is. */
  #pinned = -1;

  /** @param large gets the texture when it is used, if it has so many bytes that the device's should be freed */
  constructor(
    readonly surface: RenderSurface,
    readonly memory: GpuMemory,
    readonly large: Set<TextureImage>,
  ) {
    this.#content = new TextureContent(surface.layout.subresourceCount);
  }

  get storage(): TextureStorage | undefined {
    return this.#texture?.storage;
  }

  get texture(): GPUTexture | undefined {
    return this.#texture?.texture;
  }

  get isVolume(): boolean {
    return this.#isVolume;
  }

  /** Different for each texture that the surface has had. */
  get textureId(): number {
    return this.#textureId;
  }

  /** Bytes of the texture: 0 while there is none. */
  get gpuBytes(): number {
    return this.#texture === undefined ? 0 : textureBytes(this.surface.layout, this.#texture.storage);
  }

  /** The draw that used the texture last. */
  get lastDraw(): number {
    return this.#pinned;
  }

  /** The device's bytes have changed. */
  written(recorder: Recorder, subresource: number | undefined, box: SurfaceBox | undefined): void {
    if (this.#isFreed) {
      this.#isFreed = false;
      this.#neededAt = recorder.workDone;
    }
    if (subresource === undefined) {
      this.#content.allWritten();
      this.#clears.clear();
      this.#isLossy = false;
      return;
    }
    this.#content.written(subresource, box);
    if (box === undefined) {
      this.#clears.delete(subresource);
    }
  }

  /** Subresources of which the GPU's content is newer than the device's. */
  get newerCount(): number {
    return this.#content.newerCount;
  }

  /** Whether the GPU's content is newer than the device's. */
  isNewer(subresource: number): boolean {
    return this.#content.isNewer(subresource);
  }

  /** The GPU has changed a subresource. */
  changed(subresource: number): void {
    this.#content.changed(subresource);
    this.#used();
  }

  #used(): void {
    if (this.#isLarge) {
      this.large.add(this);
    }
  }

  /**
   * Whether a box of the device's bytes can join what the GPU has of a subresource. Boxes that wait are uploaded first
   * where they are too many. Depth and samples are uploaded whole: they are read back.
   */
  takesBox(recorder: Recorder, transfer: TextureTransfer, subresource: number): boolean {
    if (this.storage?.depth !== undefined || this.surface.layout.samples > 1) {
      return false;
    }
    if (!this.#content.hasRoom(subresource)) {
      this.#upload(recorder, transfer, subresource);
    }
    return true;
  }

  /** Whether `prepare` is possible without bytes that only the GPU has. */
  canBe(storage: TextureStorage, isVolume: boolean): boolean {
    return this.newerCount === 0 || this.#is(storage, isVolume);
  }

  #is(storage: TextureStorage, isVolume: boolean): boolean {
    return this.#texture?.storage === storage && this.#isVolume === isVolume;
  }

  /** Makes the texture, if it is not there or kept in another way. @returns false if the device cannot have it */
  prepare(recorder: Recorder, storage: TextureStorage, isVolume: boolean): boolean {
    if (this.#is(storage, isVolume)) {
      this.pin(recorder);
      return true;
    }
    if (this.#texture !== undefined && this.#pinned === recorder.drawNumber) {
      return false;
    }
    const { layout } = this.surface;
    const { device } = recorder;
    if (!isWithinLimits(layout, storage, isVolume, device.limits)) {
      return false;
    }
    this.#release(recorder);
    if (!this.memory.take(textureBytes(layout, storage))) {
      return false;
    }
    const { width, height, depth } = layout.description;
    const { COPY_SRC, COPY_DST, TEXTURE_BINDING, RENDER_ATTACHMENT } = TEXTURE_USAGE;
    const texture = device.createTexture({
      size: { width, height, depthOrArrayLayers: isVolume ? depth : layout.layers },
      mipLevelCount: layout.mips.length,
      sampleCount: layout.samples,
      dimension: isVolume ? '3d' : '2d',
      format: storage.format,
      viewFormats: [...storage.viewFormats],
      usage: COPY_SRC | COPY_DST | TEXTURE_BINDING | (storage.renders ? RENDER_ATTACHMENT : 0),
    });
    this.#texture = { texture, storage, layout };
    this.#isVolume = isVolume;
    this.#textureId = ids++;
    this.pin(recorder);
    this.#isLarge = storage.comesBack && this.gpuBytes > MOST_BESIDE * layout.bytes;
    this.written(recorder, undefined, undefined);
    if (this.surface.ownImage === undefined) {
      this.#content.allClean();
    }
    return true;
  }

  /** Keeps the texture as it is for the draw that is being recorded. */
  pin(recorder: Recorder): void {
    this.#pinned = recorder.drawNumber;
  }

  /** Brings subresources up to date for commands that are recorded next. */
  use(recorder: Recorder, transfer: TextureTransfer, range: SubresourceRange, keepsClears = false): void {
    if (this.#content.dirtyCount > 0 || this.#clears.size > 0) {
      const levels = this.surface.layout.mips.length;
      for (let layer = range.firstLayer; layer < range.firstLayer + range.layers; layer++) {
        for (let mip = range.firstMip; mip < range.firstMip + range.mips; mip++) {
          const subresource = (this.#isVolume ? 0 : layer * levels) + mip;
          if (this.#content.isDirty(subresource)) {
            this.#upload(recorder, transfer, subresource);
          }
          if (!keepsClears) {
            this.#clearNow(recorder, subresource);
          }
        }
      }
    }
    this.#usedIn = recorder.serial;
    this.#used();
  }

  #upload(recorder: Recorder, transfer: TextureTransfer, subresource: number): void {
    this.#clearNow(recorder, subresource);
    const { width, height, depth } = this.surface.layout.mipOf(subresource);
    const whole = { x: 0, y: 0, z: 0, width, height, depth };
    const boxes = this.#content.takeDirty(subresource) ?? [whole];
    if (this.#usedIn === recorder.serial) {
      recorder.submit();
    }
    for (const box of boxes) {
      const comesBack = transfer.upload(this.#texture!, this.surface.ownImage, subresource, box);
      this.#isLossy ||= !comesBack;
    }
  }

  /** Notes that a subresource, of a texture that is made, has a value; a pass that begins with it sets it. */
  clear(subresource: number, value: PendingClear): void {
    const before = this.#clears.get(subresource);
    this.#clears.set(subresource, {
      color: value.color,
      depth: value.depth ?? before?.depth,
      stencil: value.stencil ?? before?.stencil,
    });
    this.changed(subresource);
  }

  /** The GPU writes all of a subresource: its bytes need not be uploaded any more. */
  replace(subresource: number): void {
    this.#content.replace(subresource);
  }

  /**
   * Frees the device's bytes of a large texture, if they were not needed lately and can be fetched again as they are.
   * What the GPU does not have of them yet goes up.
   * @returns false if that may come without another use
   */
  freeBytes(recorder: Recorder, transfer: TextureTransfer): boolean {
    if (this.#texture === undefined || this.surface.ownImage === undefined) {
      return true;
    }
    if (this.#fetching > 0 || recorder.workDone < this.#neededAt + LATELY) {
      return false;
    }
    const { mips, layers } = this.surface.layout;
    this.use(recorder, transfer, { firstMip: 0, mips: mips.length, firstLayer: 0, layers }, true);
    const comesBack = !this.#isLossy || this.newerCount === this.#content.count;
    if (comesBack && this.surface.freeImage?.() === true) {
      this.#isFreed = true;
      this.#content.allFreed();
    }
    return true;
  }

  /** The value that a pass has to begin with. */
  takeClear(subresource: number): PendingClear | undefined {
    const value = this.#clears.get(subresource);
    this.#clears.delete(subresource);
    return value;
  }

  #clearNow(recorder: Recorder, subresource: number): void {
    const clear = this.takeClear(subresource);
    if (clear === undefined) {
      return;
    }
    // An upload that follows comes behind the pass.
    this.#usedIn = recorder.serial;
    const { storage } = this.#texture!;
    const levels = this.surface.layout.mips.length;
    const mip = subresource % levels;
    const slices = this.#isVolume ? this.surface.layout.mips[mip].depth : 1;
    for (let z = 0; z < slices; z++) {
      const layer = this.#isVolume ? z : Math.floor(subresource / levels);
      const { view } = this.target(storage.format, mip, layer);
      const pass = recorder.encoder().beginRenderPass({
        colorAttachments:
          storage.depth === undefined
            ? [{ ...this.slice(layer), view, loadOp: 'clear', storeOp: 'store', clearValue: clear.color! }]
            : [],
        ...(storage.depth !== undefined && {
          depthStencilAttachment: depthAttachment(view, storage.hasStencil, clear),
        }),
      });
      pass.end();
    }
  }

  /** The attachment's part of a slice of a volume. */
  slice(layer: number): { depthSlice?: number } {
    return this.#isVolume ? { depthSlice: layer } : {};
  }

  /** A view to draw to. */
  target(format: GPUTextureFormat, mip: number, layer: number): TextureViewOf {
    return this.view({
      format,
      dimension: this.#isVolume ? '3d' : '2d',
      baseMipLevel: mip,
      mipLevelCount: 1,
      baseArrayLayer: this.#isVolume ? 0 : layer,
      arrayLayerCount: 1,
    });
  }

  /** A view of the texture, which is made. */
  view(descriptor: GPUTextureViewDescriptor): TextureViewOf {
    const { format, dimension, aspect, baseMipLevel, mipLevelCount, baseArrayLayer, arrayLayerCount } =
      descriptor;
    const range = `${baseMipLevel}/${mipLevelCount}/${baseArrayLayer}/${arrayLayerCount}`;
    const key = `${format}/${dimension}/${aspect}/${range}`;
    let found = this.#views.get(key);
    if (found === undefined) {
      found = { id: ids++, view: this.#texture!.texture.createView(descriptor) };
      if (this.#views.size >= 256) {
        this.#views.clear();
      }
      this.#views.set(key, found);
    }
    return found;
  }

  /** Copies a subresource that the GPU has changed to the device's bytes, unless either changes meanwhile. */
  fetch(recorder: Recorder, transfer: TextureTransfer, subresource: number): Promise<void> {
    const { layout } = this.surface;
    const levels = layout.mips.length;
    const [firstMip, firstLayer] = [subresource % levels, Math.floor(subresource / levels)];
    this.use(recorder, transfer, { firstMip, mips: 1, firstLayer, layers: 1 });
    this.surface.renewImage?.();
    this.#isFreed = false;
    this.#neededAt = recorder.workDone;
    this.#fetching++;
    const version = this.#content.version(subresource);
    const isCurrent = (): boolean => this.#content.version(subresource) === version;
    const done = transfer.fetch(this.#texture!, subresource, () =>
      isCurrent() ? this.surface.ownImage : undefined,
    );
    return done
      .then(() => {
        if (isCurrent()) {
          this.#content.fetched(subresource);
        }
      })
      .finally(() => this.#fetching--);
  }

  /** Drops the texture: what only it held is lost. */
  drop(recorder: Recorder): void {
    this.#release(recorder);
    this.large.delete(this);
    this.written(recorder, undefined, undefined);
  }

  #release(recorder: Recorder): void {
    if (this.#texture !== undefined) {
      if (this.#usedIn === recorder.serial) {
        recorder.submit();
      }
      this.#texture.texture.destroy();
      this.memory.give(this.gpuBytes);
      this.#texture = undefined;
    }
    this.#views.clear();
  }
}
