import type { SurfaceFormat, SurfaceLayout } from '@cg/surface-layout';
import type { BufferResourceView, ResourceView, TextureResourceView } from '@cg/svga-device';
import { SVGA3D_RESOURCE } from '@cg/svga-protocol';
import type { ResourceSize } from '@cg/vgpu10';
import type { TexelReader } from './texel-reader.js';
import { texelReader } from './texel-readers.js';

const NOTHING = new Uint8Array(0);
const FACES = 6;

/** A view that texels are read from. */
export interface BoundTexture {
  readonly format: SurfaceFormat;
  readonly kind: TexelReader['kind'];
  readonly levels: number;
  readonly layers: number;
  readonly samples: number;
  size(level: number): ResourceSize | undefined;
  /**
   * Reads a texel that is there: red, green, blue, alpha.
   * @param layer counted in the view
   */
  read(
    level: number,
    layer: number,
    x: number,
    y: number,
    z: number,
    sample: number,
    color: Float64Array,
  ): void;
}

/** @returns undefined for a view of what is not there, or of a format that is not sampled */
export function bindTexture(view: ResourceView): BoundTexture | undefined {
  return view.kind === 'buffer' ? BufferTexels.of(view) : ImageTexels.of(view);
}

/** A buffer as a row of texels. */
class BufferTexels implements BoundTexture {
  readonly levels = 1;
  readonly layers = 1;
  readonly samples = 1;
  readonly format: SurfaceFormat;
  readonly kind: TexelReader['kind'];
  readonly #image: Uint8Array;

  private constructor(
    private readonly view: BufferResourceView,
    private readonly reader: TexelReader,
  ) {
    this.format = view.format;
    this.kind = reader.kind;
    this.#image = view.surface.ownImage ?? NOTHING;
  }

  static of(view: BufferResourceView): BufferTexels | undefined {
    const reader = view.format.blockWidth === 1 ? texelReader(view.format) : undefined;
    return reader && new BufferTexels(view, reader);
  }

  size(level: number): ResourceSize | undefined {
    return level === 0 ? { width: this.view.elements, height: 1, depth: 1, layers: 1, levels: 1 } : undefined;
  }

  read(
    _level: number,
    _layer: number,
    x: number,
    _y: number,
    _z: number,
    _sample: number,
    color: Float64Array,
  ): void {
    const { firstElement, format } = this.view;
    this.reader.read(this.#image, (firstElement + x) * format.bytesPerBlock, 0, 0, color);
  }
}

/** Mips and layers of a surface. */
class ImageTexels implements BoundTexture {
  readonly format: SurfaceFormat;
  readonly kind: TexelReader['kind'];
  readonly levels: number;
  readonly layers: number;
  readonly #layout: SurfaceLayout;
  readonly #image: Uint8Array;
  readonly #sizes: readonly ResourceSize[];

  private constructor(
    private readonly view: TextureResourceView,
    private readonly reader: TexelReader,
  ) {
    const { layout, ownImage } = view.surface;
    this.#layout = layout;
    this.#image = ownImage ?? NOTHING;
    this.format = view.format;
    this.kind = reader.kind;
    this.levels = Math.min(view.mips, layout.mips.length - view.firstMip);
    this.layers = Math.min(view.layers, layout.layers - view.firstLayer);
    const isCube = view.dimension === SVGA3D_RESOURCE.TEXTURECUBE;
    const layers = isCube ? Math.floor(this.layers / FACES) : this.layers;
    this.#sizes = layout.mips
      .slice(view.firstMip, view.firstMip + Math.max(this.levels, 0))
      .map(({ width, height, depth }) => ({ width, height, depth, layers, levels: this.levels }));
  }

  static of(view: TextureResourceView): ImageTexels | undefined {
    const { format, surface } = view;
    const own = surface.layout.format;
    const reader = texelReader(format);
    const isSame = own.bytesPerBlock === format.bytesPerBlock && own.blockWidth === format.blockWidth;
    if (reader === undefined || !isSame || own.planar || own.buffer) {
      return undefined;
    }
    const bound = new ImageTexels(view, reader);
    return bound.levels < 1 || bound.layers < 1 ? undefined : bound;
  }

  get samples(): number {
    return this.#layout.samples;
  }

  size(level: number): ResourceSize | undefined {
    return this.#sizes[level];
  }

  read(
    level: number,
    layer: number,
    x: number,
    y: number,
    z: number,
    sample: number,
    color: Float64Array,
  ): void {
    const { firstMip, firstLayer, format } = this.view;
    const layout = this.#layout;
    const mip = layout.mips[firstMip + level];
    const { blockWidth, blockHeight, bytesPerBlock } = format;
    const [column, row] =
      blockWidth === 1 ? [x, y] : [Math.floor(x / blockWidth), Math.floor(y / blockHeight)];
    const at =
      sample * layout.sheetBytes +
      (firstLayer + layer) * layout.mipChainBytes +
      mip.offset +
      z * mip.imageStride +
      row * mip.rowStride +
      column * bytesPerBlock;
    this.reader.read(this.#image, at, x - column * blockWidth, y - row * blockHeight, color);
  }
}
