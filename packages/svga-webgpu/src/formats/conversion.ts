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
  /** Converts rows to a texture's, which lie one behind another. */
  toTexture(rows: TexelRows, texels: Uint8Array): void;
  /** Converts the rows of a texture back; undefined if the surface never is the older one. */
  readonly fromTexture: ((texels: Uint8Array, texelStride: number, rows: TexelRows) => void) | undefined;
}

const VALUES_16 = 1 << 16;

/** Packed formats of 16 bits, in rgba8unorm: exact for what was uploaded. */
export function packedConversion(format: SurfaceFormat): Conversion {
  const { channelBits, channelOffsets } = format;
  const isLuminance = format.name.includes('LUMINANCE');
  // Red, green, blue and alpha are entries 2, 1, 0 and 3 of a format's channels.
  const channels = [2, 1, 0, 3].map((at, color) => ({
    color,
    at: isLuminance && color < 3 ? 2 : at,
  }));
  let toWords: Uint32Array | undefined;
  const table = (): Uint32Array => {
    toWords ??= Uint32Array.from({ length: VALUES_16 }, (_, texel) => {
      let word = 0;
      for (const { color, at } of channels) {
        const bits = channelBits[at];
        const most = 2 ** bits - 1;
        const missing = color === 3 ? 255 : 0;
        const value =
          bits === 0 ? missing : Math.round((((texel >>> channelOffsets[at]) & most) * 255) / most);
        word |= value << (8 * color);
      }
      return word >>> 0;
    });
    return toWords;
  };
  const texelBytes = format.bytesPerBlock;
  return {
    name: format.name,
    bytes: 4,
    toTexture({ bytes, offset, rowStride, width, height }, texels) {
      const words = new Uint32Array(texels.buffer, texels.byteOffset, width * height);
      const byTexel = table();
      for (let y = 0, to = 0; y < height; y++) {
        let at = offset + y * rowStride;
        for (let x = 0; x < width; x++, at += texelBytes) {
          words[to++] = byTexel[texelBytes === 1 ? bytes[at] : bytes[at] | (bytes[at + 1] << 8)];
        }
      }
    },
    fromTexture(texels, texelStride, { bytes, offset, rowStride, width, height }) {
      const used = channels.filter(
        ({ color, at }) => channelBits[at] > 0 && !(isLuminance && (color === 1 || color === 2)),
      );
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let texel = 0;
          for (const { color, at } of used) {
            const value = texels[y * texelStride + 4 * x + color];
            texel |= Math.round((value * (2 ** channelBits[at] - 1)) / 255) << channelOffsets[at];
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

/** Normalized channels of 16 bits, as floats of 32: exact. */
export function normalizedConversion(channels: number, signed: boolean): Conversion {
  const most = signed ? 0x7fff : 0xffff;
  return {
    name: `${signed ? 's' : 'u'}norm16`,
    bytes: 4 * channels,
    toTexture({ bytes, offset, rowStride, width, height }, texels) {
      const floats = new Float32Array(texels.buffer, texels.byteOffset, channels * width * height);
      for (let y = 0, to = 0; y < height; y++) {
        let at = offset + y * rowStride;
        for (let x = 0; x < channels * width; x++, at += 2) {
          const value = bytes[at] | (bytes[at + 1] << 8);
          floats[to++] = signed ? Math.max(((value << 16) >> 16) / most, -1) : value / most;
        }
      }
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
