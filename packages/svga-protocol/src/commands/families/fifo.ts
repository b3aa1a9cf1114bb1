import { fifoCommand } from '../command-definition.js';
import { bytes, dwords, structs } from '../../structures/tail.js';
import type { BodyReader } from '../../structures/tail.js';
import { guestImage, guestPtr, prefixed, signedRect } from './structures.js';

/** SVGARemapGMR2Flags of svga_reg.h. */
const SVGA_REMAP_GMR2_VIA_GMR = 1;
const SVGA_REMAP_GMR2_PPN64 = 2;
const SVGA_REMAP_GMR2_SINGLE_PPN = 4;

/** SVGAScreenObject without and with what SVGA_FIFO_CAP_SCREEN_OBJECT_2 added. */
const SCREEN_OBJECT_BYTES = 28;
const SCREEN_OBJECT_2_BYTES = 44;

/** Bytes of a cursor's mask: rows of whole dwords. */
function maskBytes(body: BodyReader, depthField: string): number {
  return 4 * Math.ceil((body('width') * body(depthField)) / 32) * body('height');
}

/** Whether a screen object has a backing store; another size is invalid. */
function backingStores(body: BodyReader): number {
  const structSize = body('structSize');
  return structSize === SCREEN_OBJECT_2_BYTES ? 1 : structSize === SCREEN_OBJECT_BYTES ? 0 : NaN;
}

/** Dwords of a page list, or of the SVGAGuestPtr to one. */
function remapDwords(body: BodyReader): number {
  const flags = body('flags');
  if ((flags & SVGA_REMAP_GMR2_VIA_GMR) !== 0) {
    return 2;
  }
  const pages = (flags & SVGA_REMAP_GMR2_SINGLE_PPN) === 0 ? body('numPages') : 1;
  return (flags & SVGA_REMAP_GMR2_PPN64) === 0 ? pages : 2 * pages;
}

const rectangle = { x: 'u32', y: 'u32', width: 'u32', height: 'u32' } as const;
const twoCorners = {
  srcX: 'u32',
  srcY: 'u32',
  destX: 'u32',
  destY: 'u32',
  width: 'u32',
  height: 'u32',
} as const;
const cursor = { id: 'u32', hotspotX: 'u32', hotspotY: 'u32', width: 'u32', height: 'u32' } as const;
const point = { x: 'i32', y: 'i32' } as const;

/**
 * SVGAFifoCmdId of svga_reg.h, below 1000 and without a size: the length of the tail follows from the body. NOP and
 * NOP_ERROR are also names of 3D commands, and have the prefix CMD_ here.
 */
export const fifoCommands = {
  UPDATE: fifoCommand(1, rectangle),
  RECT_COPY: fifoCommand(3, twoCorners),
  RECT_ROP_COPY: fifoCommand(14, { ...twoCorners, rop: 'u32' }),
  DEFINE_CURSOR: fifoCommand(
    19,
    { ...cursor, andMaskDepth: 'u32', xorMaskDepth: 'u32' },
    {
      andMask: bytes({ fromBody: (body) => maskBytes(body, 'andMaskDepth') }),
      xorMask: bytes({ fromBody: (body) => maskBytes(body, 'xorMaskDepth') }),
    },
  ),
  DEFINE_ALPHA_CURSOR: fifoCommand(22, cursor, {
    pixels: bytes({ fromBody: (body) => 4 * body('width') * body('height') }),
  }),
  UPDATE_VERBOSE: fifoCommand(25, { ...rectangle, reason: 'u32' }),
  FRONT_ROP_FILL: fifoCommand(29, { color: 'u32', ...rectangle, rop: 'u32' }),
  FENCE: fifoCommand(30, { fence: 'u32' }),
  // The ring holds whole dwords.
  ESCAPE: fifoCommand(
    33,
    { nsid: 'u32', size: 'u32' },
    { data: bytes({ fromBody: (body) => 4 * Math.ceil(body('size') / 4) }) },
  ),
  DEFINE_SCREEN: fifoCommand(
    34,
    {
      structSize: 'u32',
      id: 'ScreenId',
      flags: 'SVGAScreenFlags',
      width: 'u32',
      height: 'u32',
      x: 'i32',
      y: 'i32',
    },
    {
      backingStore: structs({ ...guestImage, cloneCount: 'u32' }, { fromBody: backingStores }),
    },
  ),
  DESTROY_SCREEN: fifoCommand(35, { screenId: 'ScreenId' }),
  DEFINE_GMRFB: fifoCommand(36, { ...guestPtr, bytesPerLine: 'u32', format: 'u32' }),
  BLIT_GMRFB_TO_SCREEN: fifoCommand(37, {
    ...prefixed('srcOrigin', point),
    ...prefixed('destRect', signedRect),
    destScreenId: 'ScreenId',
  }),
  BLIT_SCREEN_TO_GMRFB: fifoCommand(38, {
    ...prefixed('destOrigin', point),
    ...prefixed('srcRect', signedRect),
    srcScreenId: 'ScreenId',
  }),
  ANNOTATION_FILL: fifoCommand(39, { color: 'u32' }),
  ANNOTATION_COPY: fifoCommand(40, { ...prefixed('srcOrigin', point), srcScreenId: 'ScreenId' }),
  DEFINE_GMR2: fifoCommand(41, { gmrId: 'GmrId', numPages: 'u32' }),
  REMAP_GMR2: fifoCommand(
    42,
    { gmrId: 'GmrId', flags: 'SVGARemapGMR2Flags', offsetPages: 'u32', numPages: 'u32' },
    { descriptors: dwords({ fromBody: remapDwords }) },
  ),
  CMD_NOP: fifoCommand(45, {}),
  CMD_NOP_ERROR: fifoCommand(46, {}),
} as const;
