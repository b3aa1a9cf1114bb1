import type { SurfaceFormat } from '@cg/surface-layout';

/** A box of texels in the bytes of a surface: one slice. */
export interface TexelRows {
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** Bytes from one row of blocks to the next. */
  readonly rowStride: number;
  /** In texels. */
  readonly width: number;
  readonly height: number;
}

/** How the texels of a surface become those of a texture that has other bytes. */
export interface Conversion {
  readonly name: string;
  /** Bytes of a texel of the texture. */
  readonly bytes: number;
  /**
   * Converts rows to a texture's, which lie one behind another.
   * @returns whether `fromTexture` makes the same of them again
   */
  toTexture(rows: TexelRows, texels: Uint8Array): boolean;
  /** Converts the rows of a texture back; undefined if the surface never is the older one. */
  readonly fromTexture: ((texels: Uint8Array, texelStride: number, rows: TexelRows) => void) | undefined;
}

const VALUES_16 = 1 << 16;

/** Bits of a packed texel that a byte of the texture holds. */
interface PackedChannel {
  readonly bits: number;
  readonly offset: number;
}

/**
 * The channels of a packed format in the order of the texture's bytes: red, green, blue and alpha, or luminance and
 * alpha. Bits without a meaning, as of X1R5G5B5, are kept as alpha, which views do not show.
 */
function packedChannels({
  channelBits,
  channelOffsets,
  bytesPerBlock,
  name,
}: SurfaceFormat): PackedChannel[] {
  // Red, green, blue and alpha are entries 2, 1, 0 and 3 of a format's channels.
  const order = name.includes('LUMINANCE') ? [2, 3] : [2, 1, 0, 3];
  const bits = 8 * bytesPerBlock - channelBits.reduce((sum, each) => sum + each);
  return order.map((at) =>
    at === 3 && channelBits[at] === 0
      ? { bits, offset: 8 * bytesPerBlock - bits }
      : { bits: channelBits[at], offset: channelOffsets[at] },
  );
}

/** Packed formats, in rgba8unorm, or rg8unorm for luminance: exact for what was uploaded. */
export function packedConversion(format: SurfaceFormat): Conversion {
  const channels = packedChannels(format);
  const size = channels.length;
  let toWords: Uint32Array | undefined;
  const table = (): Uint32Array => {
    toWords ??= Uint32Array.from({ length: VALUES_16 }, (_, texel) => {
      let word = 0;
      channels.forEach(({ bits, offset }, color) => {
        const most = 2 ** bits - 1;
        const value = bits === 0 ? 255 : Math.round((((texel >>> offset) & most) * 255) / most);
        word |= value << (8 * color);
      });
      return word >>> 0;
    });
    return toWords;
  };
  const texelBytes = format.bytesPerBlock;
  return {
    name: format.name,
    bytes: size,
    toTexture({ bytes, offset, rowStride, width, height }, texels) {
      const [buffer, start, count] = [texels.buffer, texels.byteOffset, width * height];
      const words =
        size === 4 ? new Uint32Array(buffer, start, count) : new Uint16Array(buffer, start, count);
      const byTexel = table();
      for (let y = 0, to = 0; y < height; y++) {
        let at = offset + y * rowStride;
        for (let x = 0; x < width; x++, at += texelBytes) {
          words[to++] = byTexel[texelBytes === 1 ? bytes[at] : bytes[at] | (bytes[at + 1] << 8)];
        }
      }
      return true;
    },
    fromTexture(texels, texelStride, { bytes, offset, rowStride, width, height }) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let texel = 0;
          for (let color = 0; color < size; color++) {
            const channel = channels[color];
            const value = texels[y * texelStride + size * x + color];
            texel |= Math.round((value * (2 ** channel.bits - 1)) / 255) << channel.offset;
          }
          const to = offset + y * rowStride + texelBytes * x;
          bytes[to] = texel;
          if (texelBytes > 1) {
            bytes[to + 1] = texel >>> 8;
          }
        }
      }
    },
  };
}

/** Normalized channels of 16 bits, as floats of 32: exact, but for -32768 and -32767, which are both -1. */
export function normalizedConversion(channels: number, signed: boolean): Conversion {
  const most = signed ? 0x7fff : 0xffff;
  return {
    name: `${signed ? 's' : 'u'}norm16`,
    bytes: 4 * channels,
    toTexture({ bytes, offset, rowStride, width, height }, texels) {
      const floats = new Float32Array(texels.buffer, texels.byteOffset, channels * width * height);
      let comesBack = true;
      for (let y = 0, to = 0; y < height; y++) {
        let at = offset + y * rowStride;
        for (let x = 0; x < channels * width; x++, at += 2) {
          const value = bytes[at] | (bytes[at + 1] << 8);
          comesBack &&= !signed || value !== 0x8000;
          floats[to++] = signed ? Math.max(((value << 16) >> 16) / most, -1) : value / most;
        }
      }
      return comesBack;
    },
    fromTexture(texels, texelStride, { bytes, offset, rowStride, width, height }) {
      const view = new DataView(texels.buffer, texels.byteOffset, texels.byteLength);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < channels * width; x++) {
          const value = Math.round(view.getFloat32(y * texelStride + 4 * x, true) * most);
          const to = offset + y * rowStride + 2 * x;
          bytes[to] = value;
          bytes[to + 1] = value >>> 8;
        }
      }
    },
  };
}
