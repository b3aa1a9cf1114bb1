import { BUFFER, COMPRESSED, flagNames, PLANAR_YUV } from './format-table/block-desc.js';
import { bumpFamilies } from './format-table/bump.js';
import { bytesFamilies } from './format-table/bytes.js';
import { compressedFamilies } from './format-table/compressed.js';
import { depthStencilFamilies } from './format-table/depth-stencil.js';
import type { Channels, FormatFamily, FormatRow } from './format-table/family.js';
import { floatColorFamilies } from './format-table/float-color.js';
import { integerColorFamilies } from './format-table/integer-color.js';
import { normalizedColorFamilies } from './format-table/normalized-color.js';
import { typelessFamilies } from './format-table/typeless.js';
import { videoFamilies } from './format-table/video.js';

const PREFIX = 'SVGA3D_';

/** One row of the device's surface-format table (SVGA3dSurfaceDesc, svga3d_surfacedefs.h). Frozen. */
export interface SurfaceFormat {
  /** The SVGA3dSurfaceFormat value. */
  readonly id: number;
  /** The header's name, with the prefix SVGA3D_. */
  readonly name: string;
  /** Width of a block in texels. */
  readonly blockWidth: number;
  /** Height of a block in texels. */
  readonly blockHeight: number;
  /** Depth of a block in texels; 1 in every current format. */
  readonly blockDepth: number;
  /** Bytes of a whole block, all planes together; 0 only in FORMAT_INVALID. */
  readonly bytesPerBlock: number;
  /** Bytes of a block in one row of the first plane. */
  readonly pitchBytesPerBlock: number;
  /** One plane follows another in memory (NV12, YV12): a block's bytes are not contiguous. */
  readonly planar: boolean;
  readonly compressed: boolean;
  /** Untyped bytes: one block is one byte. */
  readonly buffer: boolean;
  /** The SVGA3dBlockDesc bits. */
  readonly blockDesc: number;
  /** The names of those bits without SVGA3DBLOCKDESC_, lowest bit first. */
  readonly flags: readonly string[];
  /** Bits of the blue, green, red and alpha channel; a compressed block counts as red. */
  readonly channelBits: Channels;
  /** Bit offsets of the same channels in the block. */
  readonly channelOffsets: Channels;
}

function toFormat(family: FormatFamily, row: FormatRow): SurfaceFormat {
  const [id, name, bytesPerBlock, blockDesc, channelBits, channelOffsets] = row;
  return Object.freeze({
    id,
    name: PREFIX + name,
    blockWidth: family.blockWidth,
    blockHeight: family.blockHeight,
    blockDepth: 1,
    bytesPerBlock,
    pitchBytesPerBlock: family.pitchBytesPerBlock ?? bytesPerBlock,
    planar: (blockDesc & PLANAR_YUV) !== 0,
    compressed: (blockDesc & COMPRESSED) !== 0,
    buffer: (blockDesc & BUFFER) !== 0,
    blockDesc,
    flags: Object.freeze(flagNames(blockDesc)),
    channelBits: Object.freeze(channelBits),
    channelOffsets: Object.freeze(channelOffsets),
  });
}

const families: readonly FormatFamily[] = [
  ...bytesFamilies,
  ...normalizedColorFamilies,
  ...integerColorFamilies,
  ...floatColorFamilies,
  ...typelessFamilies,
  ...depthStencilFamilies,
  ...bumpFamilies,
  ...compressedFamilies,
  ...videoFamilies,
];

/** Every format of the device, ascending by id. Ids have no gaps: `surfaceFormats[id].id === id`. */
export const surfaceFormats: readonly SurfaceFormat[] = Object.freeze(
  families
    .flatMap((family) => family.rows.map((row) => toFormat(family, row)))
    .toSorted((a, b) => a.id - b.id),
);

const byName = new Map(surfaceFormats.map((format) => [format.name, format]));

/**
 * The format with this id, including FORMAT_INVALID (id 0, zero bytes per block); undefined for an unknown id.
 */
export function formatById(id: number): SurfaceFormat | undefined {
  return Number.isInteger(id) ? surfaceFormats[id] : undefined;
}

/** The format of this name, with or without the prefix SVGA3D_, in the header's spelling. */
export function formatByName(name: string): SurfaceFormat | undefined {
  return byName.get(name) ?? byName.get(PREFIX + name);
}
