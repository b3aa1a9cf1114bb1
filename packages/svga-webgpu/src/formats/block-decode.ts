import type { TexelRows, Conversion } from './conversion.js';

/** The formats of blocks that are decoded where a texture cannot hold them. */
export type BlockKind = 'bc1' | 'bc2' | 'bc3' | 'bc4' | 'bc4-signed' | 'bc5' | 'bc5-signed';

const SIDE = 4;

/** The colours of a block as words of r, g, b, a, by texel. */
function decodeColors(bytes: Uint8Array, at: number, opaque: boolean, words: Uint32Array): void {
  const first = bytes[at] | (bytes[at + 1] << 8);
  const second = bytes[at + 2] | (bytes[at + 3] << 8);
  const channels = [first, second].map((packed) => [
    Math.round(((packed >>> 11) * 255) / 31),
    Math.round((((packed >>> 5) & 63) * 255) / 63),
    Math.round(((packed & 31) * 255) / 31),
  ]);
  const hasFour = opaque || first > second;
  const weights = hasFour ? [3, 0, 2, 1] : [2, 0, 1];
  const parts = hasFour ? 3 : 2;
  const palette = weights.map((weight) => {
    const [r, g, b] = [0, 1, 2].map((i) =>
      Math.round((channels[0][i] * weight + channels[1][i] * (parts - weight)) / parts),
    );
    return (r | (g << 8) | (b << 16) | (255 << 24)) >>> 0;
  });
  if (!hasFour) {
    palette.push(0);
  }
  for (let i = 0; i < SIDE * SIDE; i++) {
    words[i] = palette[(bytes[at + 4 + (i >> 2)] >>> (2 * (i & 3))) & 3];
  }
}

/** A block of one channel: the values of its texels, as bytes. */
function decodeChannel(bytes: Uint8Array, at: number, signed: boolean, values: Int16Array): void {
  const endOf = (byte: number): number => (signed ? Math.max((byte << 24) >> 24, -127) : byte);
  const [low, high] = [endOf(bytes[at]), endOf(bytes[at + 1])];
  const palette = [low, high];
  const [least, most] = signed ? [-127, 127] : [0, 255];
  if (low > high) {
    for (let i = 1; i < 7; i++) {
      palette.push(Math.round((low * (7 - i) + high * i) / 7));
    }
  } else {
    for (let i = 1; i < 5; i++) {
      palette.push(Math.round((low * (5 - i) + high * i) / 5));
    }
    palette.push(least, most);
  }
  for (let i = 0; i < SIDE * SIDE; i++) {
    const bit = 3 * i;
    const byte = at + 2 + (bit >> 3);
    const pair = bytes[byte] | ((bit >> 3 < 5 ? bytes[byte + 1] : 0) << 8);
    values[i] = palette[(pair >>> (bit & 7)) & 7];
  }
}

/** Decodes blocks to texels of 8 bits a channel. */
export function blockConversion(kind: BlockKind): Conversion {
  const bytes = kind.startsWith('bc4') ? 1 : kind.startsWith('bc5') ? 2 : 4;
  const blockBytes = kind === 'bc1' || kind.startsWith('bc4') ? 8 : 16;
  const words = new Uint32Array(SIDE * SIDE);
  const values = new Int16Array(SIDE * SIDE);
  const texel = new Uint8Array(SIDE * SIDE * 4);
  const decode = (source: Uint8Array, at: number): void => {
    if (kind.startsWith('bc4') || kind.startsWith('bc5')) {
      for (let channel = 0; channel < bytes; channel++) {
        decodeChannel(source, at + 8 * channel, kind.endsWith('signed'), values);
        values.forEach((value, i) => (texel[bytes * i + channel] = value));
      }
      return;
    }
    decodeColors(source, kind === 'bc1' ? at : at + 8, kind !== 'bc1', words);
    if (kind === 'bc3') {
      decodeChannel(source, at, false, values);
    }
    words.forEach((word, i) => {
      const alpha = kind === 'bc2' ? 17 * ((source[at + (i >> 1)] >>> (4 * (i & 1))) & 15) : values[i];
      const own = kind === 'bc1' ? word >>> 24 : alpha;
      texel[4 * i] = word;
      texel[4 * i + 1] = word >>> 8;
      texel[4 * i + 2] = word >>> 16;
      texel[4 * i + 3] = own;
    });
  };
  return {
    name: kind,
    bytes,
    toTexture(rows: TexelRows, texels: Uint8Array) {
      const { width, height } = rows;
      for (let y = 0; y < height; y += SIDE) {
        for (let x = 0; x < width; x += SIDE) {
          decode(rows.bytes, rows.offset + (y / SIDE) * rows.rowStride + (x / SIDE) * blockBytes);
          const columns = Math.min(SIDE, width - x) * bytes;
          for (let row = 0; row < Math.min(SIDE, height - y); row++) {
            const from = row * SIDE * bytes;
            texels.set(texel.subarray(from, from + columns), ((y + row) * width + x) * bytes);
          }
        }
      }
      return false;
    },
    // Textures of blocks are never drawn to.
    fromTexture: undefined,
  };
}
