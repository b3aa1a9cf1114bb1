/** Bits (or bit offsets) of the four channel unions of svga3d_channel_def: blue, green, red, alpha. */
export type Channels = readonly [blue: number, green: number, red: number, alpha: number];

/**
 * One format: id, name without SVGA3D_, bytes per block, SVGA3dBlockDesc bits, channel bits, channel offsets.
 */
export type FormatRow = readonly [
  id: number,
  name: string,
  bytesPerBlock: number,
  blockDesc: number,
  channelBits: Channels,
  channelOffsets: Channels,
];

/** Formats whose blocks have the same size. */
export interface FormatFamily {
  readonly blockWidth: number;
  readonly blockHeight: number;
  /** Bytes of one block in a row of the first plane, if that is not the whole block. */
  readonly pitchBytesPerBlock?: number;
  readonly rows: readonly FormatRow[];
}
