import type { TextureWrite, WebGpuTexture } from '../src/index.js';
import type { UploadTarget, WebGpuDevice } from './texture-api.js';

/** Block side and bytes per block of a GPUTextureFormat, from the name as the specification builds them. */
export function blockOf(format: string): { side: number; bytes: number } {
  const compressed = /^bc([1-7])/.exec(format);
  if (compressed !== null) {
    return { side: 4, bytes: compressed[1] === '1' || compressed[1] === '4' ? 8 : 16 };
  }
  const packed: Record<string, number> = {
    rgb10a2unorm: 4,
    rgb10a2uint: 4,
    rg11b10ufloat: 4,
    rgb9e5ufloat: 4,
    depth16unorm: 2,
  };
  const parts = /^(r|rg|rgba|bgra)(8|16|32)(unorm|snorm|uint|sint|float)(-srgb)?$/.exec(format);
  if (parts !== null) {
    return { side: 1, bytes: (parts[1].length * Number(parts[2])) / 8 };
  }
  if (packed[format] === undefined) {
    throw new Error(`no texture format is called ${format}`);
  }
  return { side: 1, bytes: packed[format] };
}

function require(holds: boolean, rule: string): void {
  if (!holds) {
    throw new Error(`WebGPU validation: ${rule}`);
  }
}

/** GPUQueue.writeTexture on plain bytes, with the rules that the specification validates by. */
class WebGpuModel implements UploadTarget<TextureWrite> {
  readonly #blocks = new Map<string, Uint8Array>();
  readonly #descriptor: WebGpuTexture['descriptor'];
  readonly #side: number;
  readonly #bytes: number;

  constructor({ descriptor, features, viewDimension }: WebGpuTexture) {
    const { format, size, dimension, mipLevelCount } = descriptor;
    const { side, bytes } = blockOf(format);
    this.#descriptor = descriptor;
    this.#side = side;
    this.#bytes = bytes;
    const { width, height, depthOrArrayLayers: layers } = size;
    const isWhole = width % side === 0 && height % side === 0;
    require(isWhole || features.includes('texture-compression-unaligned'), 'size is a multiple of the block');
    const largest = Math.max(width, height, dimension === '3d' ? layers : 1);
    require(mipLevelCount <= Math.floor(Math.log2(largest)) + 1, 'no more mips than the size has');
    const isCube = viewDimension.startsWith('cube');
    require(!isCube || (width === height && layers % 6 === 0), 'a cube has six square faces');
  }

  write(write: TextureWrite, backing: Uint8Array): void {
    const { destination, dataLayout, size } = write;
    const { mipLevel, origin } = destination;
    this.#validate(write, backing.length);
    const [columns, rows] = [size.width / this.#side, size.height / this.#side];
    for (let image = 0; image < size.depthOrArrayLayers; image++) {
      for (let row = 0; row < rows; row++) {
        const start = dataLayout.offset + (image * dataLayout.rowsPerImage + row) * dataLayout.bytesPerRow;
        for (let column = 0; column < columns; column++) {
          const from = start + column * this.#bytes;
          const x = origin.x + column * this.#side;
          const y = origin.y + row * this.#side;
          const bytes = backing.slice(from, from + this.#bytes);
          this.#blocks.set([mipLevel, x, y, origin.z + image].join(), bytes);
        }
      }
    }
  }

  async finish(): Promise<void> {}

  block(mipLevel: number, x: number, y: number, layer: number): Uint8Array {
    return this.#blocks.get([mipLevel, x, y, layer].join()) ?? new Uint8Array(this.#bytes);
  }

  /** The physical size of a mip: the logical one rounded up to whole blocks. */
  #physical(mipLevel: number): [number, number, number] {
    const { size, dimension } = this.#descriptor;
    const { width, height, depthOrArrayLayers: layers } = size;
    const halved = (length: number): number => Math.max(Math.floor(length / 2 ** mipLevel), 1);
    const rounded = (length: number): number => Math.ceil(halved(length) / this.#side) * this.#side;
    return [rounded(width), rounded(height), dimension === '3d' ? halved(layers) : layers];
  }

  #validate({ destination, dataLayout, size }: TextureWrite, dataBytes: number): void {
    const { mipLevel, origin, aspect } = destination;
    const { offset, bytesPerRow, rowsPerImage } = dataLayout;
    const isDepth = this.#descriptor.format.startsWith('depth');
    require(mipLevel < this.#descriptor.mipLevelCount, 'mipLevel');
    const [width, height, layers] = this.#physical(mipLevel);
    require(origin.x + size.width <= width, 'x inside the physical size');
    require(origin.y + size.height <= height, 'y inside the physical size');
    require(origin.z + size.depthOrArrayLayers <= layers, 'z inside the layers');
    for (const length of [origin.x, origin.y, size.width, size.height]) {
      require(length % this.#side === 0, 'origin and size are whole blocks');
    }
    require(!isDepth || aspect === 'depth-only' || aspect === 'all', 'one aspect');
    require(isDepth || aspect === 'all', 'aspect of a colour');
    require(!isDepth || (size.width === width && size.height === height), 'all of a depth mip');
    const rowBytes = (size.width / this.#side) * this.#bytes;
    const rows = size.height / this.#side;
    require(bytesPerRow >= rowBytes, 'bytesPerRow holds a row');
    require(rowsPerImage >= rows, 'rowsPerImage holds an image');
    const last = bytesPerRow * (rowsPerImage * (size.depthOrArrayLayers - 1) + rows - 1);
    require(offset + last + rowBytes <= dataBytes, 'the data holds the copy');
  }
}

export const webGpuModel: WebGpuDevice = {
  name: 'a model of WebGPU',
  holdsTexels: true,
  supports: () => true,
  createTexture: (texture) => new WebGpuModel(texture),
};
