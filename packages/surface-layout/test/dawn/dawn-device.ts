import type { DawnProcess } from '@cg/dawn';
import type { TextureWrite, WebGpuTexture } from '../../src/index.js';
import type { UploadTarget, WebGpuDevice } from '../texture-api.js';
import { blockOf } from '../webgpu-model.js';
import { upload } from './dawn-uploads.js';

/** Features that a surface may need: the device is asked for those of them that the adapter has. */
const FEATURES: readonly WebGpuTexture['features'][number][] = [
  'texture-compression-bc',
  'texture-compression-bc-sliced-3d',
  'texture-compression-unaligned',
  'texture-formats-tier1',
];

/** A texture of Dawn's. Writes are collected, and done in one message. */
class DawnTexture implements UploadTarget<TextureWrite> {
  readonly #writes: TextureWrite[] = [];
  #backing: Uint8Array = new Uint8Array();
  #levels: readonly Uint8Array[] = [];

  constructor(
    readonly dawn: DawnProcess,
    readonly texture: WebGpuTexture,
    readonly features: readonly string[],
  ) {}

  write(write: TextureWrite, backing: Uint8Array): void {
    this.#writes.push(write);
    this.#backing = backing;
  }

  async finish(): Promise<void> {
    const { descriptor } = this.texture;
    const { bytes: blockBytes, side: blockSide } = blockOf(descriptor.format);
    const rest = { features: this.features, writes: this.#writes, backing: this.#backing };
    this.#levels = await upload(this.dawn, { descriptor, blockBytes, blockSide, ...rest });
  }

  block(mipLevel: number, x: number, y: number, layer: number): Uint8Array {
    const { size, format } = this.texture.descriptor;
    const { bytes, side } = blockOf(format);
    const halved = (length: number): number => Math.max(Math.floor(length / 2 ** mipLevel), 1);
    const columns = Math.ceil(halved(size.width) / side);
    const rows = Math.ceil(halved(size.height) / side);
    const from = ((layer * rows + y / side) * columns + x / side) * bytes;
    return this.#levels[mipLevel].subarray(from, from + bytes);
  }
}

/** Dawn's device, on what it was started with. */
export function dawnDevice(dawn: DawnProcess): WebGpuDevice {
  const { name, features, limits, isReal } = dawn.adapter;
  const requested = FEATURES.filter((feature) => features.includes(feature));
  return {
    name: `Dawn (${name})`,
    holdsTexels: isReal,
    supports: (texture) =>
      texture.features.every((feature) => requested.includes(feature)) &&
      Object.entries(texture.limits).every(([limit, value]) => value <= limits[limit]),
    createTexture: (texture) => new DawnTexture(dawn, texture, requested),
  };
}
