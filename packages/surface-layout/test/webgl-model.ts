import type { SubImage, WebGlTexture } from '../src/index.js';
import type { UploadTarget, WebGlDevice } from './texture-api.js';

const TEXTURE_3D = 0x806f;
const TEXTURE_2D_ARRAY = 0x8c1a;
const TEXTURE_CUBE_MAP = 0x8513;
const TEXTURE_CUBE_MAP_POSITIVE_X = 0x8515;

const components: Readonly<Record<number, number>> = {
  0x1903: 1, // RED
  0x8227: 2, // RG
  0x1907: 3, // RGB
  0x1908: 4, // RGBA
  0x8d94: 1, // …_INTEGER
  0x8228: 2,
  0x8d98: 3,
  0x8d99: 4,
  0x1902: 1, // DEPTH_COMPONENT
};

const typeBytes: Readonly<Record<number, number>> = {
  0x1400: 1,
  0x1401: 1,
  0x1402: 2,
  0x1403: 2,
  0x1404: 4,
  0x1405: 4,
  0x1406: 4,
  0x140b: 2,
};

/** Types that hold all components of a texel. */
const packedBytes: Readonly<Record<number, number>> = {
  0x8033: 2,
  0x8363: 2,
  0x8368: 4,
  0x84fa: 4,
  0x8c3b: 4,
  0x8c3e: 4,
};

const elementBytes = {
  Int8Array: 1,
  Uint8Array: 1,
  Int16Array: 2,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
};

function require(holds: boolean, rule: string): void {
  if (!holds) {
    throw new Error(`WebGL: ${rule}`);
  }
}

/**
 * texSubImage2D/3D and compressedTexSubImage2D/3D on plain bytes: the rules of OpenGL ES 3.0 for where a
 * texel is read, with UNPACK_ALIGNMENT 1 and no UNPACK_SKIP, and those of the S3TC extensions for boxes.
 */
class WebGlModel implements UploadTarget<SubImage> {
  readonly #blocks = new Map<string, Uint8Array>();

  constructor(readonly texture: WebGlTexture) {
    const { name, call, target, width, height, depth, levels } = texture;
    const isFlat = /S3TC|RGTC|^DEPTH/.test(name);
    require(!isFlat || target !== TEXTURE_3D, 'BPTC alone, of these, has 3D textures');
    require(call.endsWith('3D') ===
      [TEXTURE_3D, TEXTURE_2D_ARRAY].includes(target), 'the call fits the target');
    require(call === 'texStorage3D' || depth === 1, 'no depth in two dimensions');
    require(target !== TEXTURE_CUBE_MAP || width === height, 'faces are square');
    const isCompressed = name.startsWith('COMPRESSED');
    require(!isCompressed || (width % 4 === 0 && height % 4 === 0), 'a size of whole blocks');
    const largest = Math.max(width, height, target === TEXTURE_3D ? depth : 1);
    require(levels <= Math.floor(Math.log2(largest)) + 1, 'no more levels than the size has');
  }

  write(write: SubImage, backing: Uint8Array): void {
    require(write.level < this.texture.levels, 'a level of the texture');
    const [width, height, layers] = this.#size(write.level);
    require(write.xoffset + write.width <= width, 'x inside the mip');
    require(write.yoffset + write.height <= height, 'y inside the mip');
    require(write.zoffset + write.depth <= layers, 'z inside the texture');
    const is3D = write.target === TEXTURE_3D || write.target === TEXTURE_2D_ARRAY;
    require(write.call.endsWith(is3D ? '3D' : '2D'), 'the call fits the target');
    require(is3D || (write.zoffset === 0 && write.depth === 1), 'no z in two dimensions');
    if (write.call.startsWith('compressed')) {
      this.#writeBlocks(write, backing, width, height);
    } else {
      this.#writeTexels(write, backing);
    }
  }

  async finish(): Promise<void> {}

  block(mipLevel: number, x: number, y: number, layer: number): Uint8Array {
    return this.#blocks.get([mipLevel, x, y, layer].join()) ?? new Uint8Array();
  }

  #size(level: number): [number, number, number] {
    const { width, height, depth, target } = this.texture;
    const halved = (length: number): number => Math.max(Math.floor(length / 2 ** level), 1);
    return [halved(width), halved(height), target === TEXTURE_3D ? halved(depth) : depth];
  }

  #layer({ target, zoffset }: SubImage): number {
    const face = target - TEXTURE_CUBE_MAP_POSITIVE_X;
    return face >= 0 && face < 6 ? face : zoffset;
  }

  #writeTexels(write: SubImage, backing: Uint8Array): void {
    const { format, type, array } = this.texture;
    if (type === undefined) {
      throw new Error('WebGL: a type');
    }
    const bytes = packedBytes[type] ?? typeBytes[type] * components[format];
    require(Number.isInteger(write.srcOffset), 'srcOffset counts elements');
    const base = write.srcOffset * elementBytes[array];
    const rowLength = write.unpackRowLength || write.width;
    const imageHeight = write.unpackImageHeight || write.height;
    for (let z = 0; z < write.depth; z++) {
      for (let y = 0; y < write.height; y++) {
        for (let x = 0; x < write.width; x++) {
          const from = base + ((z * imageHeight + y) * rowLength + x) * bytes;
          require(from + bytes <= backing.length, 'srcData holds the texel');
          const key = [write.level, write.xoffset + x, write.yoffset + y, this.#layer(write) + z];
          this.#blocks.set(key.join(), backing.slice(from, from + bytes));
        }
      }
    }
  }

  #writeBlocks(write: SubImage, backing: Uint8Array, width: number, height: number): void {
    const { xoffset, yoffset } = write;
    require(xoffset % 4 === 0 && yoffset % 4 === 0, 'offsets are whole blocks');
    require(write.width % 4 === 0 || xoffset + write.width === width, 'the width ends a block or the mip');
    require(write.height % 4 === 0 || yoffset + write.height === height, 'so does the height');
    const columns = Math.ceil(write.width / 4);
    const rows = Math.ceil(write.height / 4);
    const bytes = /DXT1|RGTC1/.test(this.texture.name) ? 8 : 16;
    require(write.srcLength === columns * rows * write.depth * bytes, 'imageSize is that of the blocks');
    for (let image = 0; image < write.depth; image++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const from = write.srcOffset + ((image * rows + row) * columns + column) * bytes;
          require(from + bytes <= backing.length, 'srcData holds the block');
          const key = [write.level, xoffset + column * 4, yoffset + row * 4, this.#layer(write) + image];
          this.#blocks.set(key.join(), backing.slice(from, from + bytes));
        }
      }
    }
  }
}

export const webGlModel: WebGlDevice = {
  name: 'a model of WebGL 2',
  holdsTexels: true,
  supports: () => true,
  createTexture: (texture) => new WebGlModel(texture),
};
