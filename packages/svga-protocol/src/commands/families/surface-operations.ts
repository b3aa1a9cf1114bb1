import { command } from '../command-definition.js';
import { structs, type BodyReader } from '../../structures/tail.js';
import { arrayOf } from '../../structures/struct.js';
import {
  box,
  copyBox,
  copyRect,
  guestImage,
  image,
  prefixed,
  signedBox,
  signedRect,
  size,
} from './structures.js';

const sourceAndDest = { ...prefixed('src', image), ...prefixed('dest', image) } as const;
const stretch = { ...sourceAndDest, ...prefixed('boxSrc', box), ...prefixed('boxDest', box) } as const;
/** SVGA3D_MAX_SURFACE_FACES of svga3d_limits.h. */
const FACES = 6;

/** Mips of all faces. */
function mipCount(body: BodyReader): number {
  let count = 0;
  for (let face = 0; face < FACES; face++) {
    count += body('numMipLevels', face);
  }
  return count;
}

const surface = {
  sid: 'SVGA3dSurfaceId',
  surfaceFlags: 'SVGA3dSurface1Flags',
  format: 'SVGA3dSurfaceFormat',
  /** face[].numMipLevels. */
  numMipLevels: arrayOf('u32', FACES),
} as const;

/** Surfaces in the host's memory, and copies between surfaces (svga3d_cmd.h). */
export const surfaceOperationCommands = {
  SURFACE_DEFINE: command(1040, surface, { mipSizes: structs(size, { fromBody: mipCount }) }),
  SURFACE_DESTROY: command(1041, { sid: 'SVGA3dSurfaceId' }),
  SURFACE_COPY: command(1042, sourceAndDest, { boxes: structs(copyBox) }),
  SURFACE_STRETCHBLT: command(1043, { ...stretch, mode: 'SVGA3dStretchBltMode' }),
  SURFACE_DMA: command(
    1044,
    { ...prefixed('guest', guestImage), ...prefixed('host', image), transfer: 'SVGA3dTransferType' },
    {
      boxes: structs(copyBox),
      suffix: structs(
        { suffixSize: 'u32', maximumOffset: 'u32', flags: 'SVGA3dSurfaceDMAFlags' },
        'atMostOne',
        'suffixSize',
      ),
    },
  ),
  PRESENT: command(1058, { sid: 'SVGA3dSurfaceId' }, { rects: structs(copyRect) }),
  PRESENT_READBACK: command(1068, { sid: 'SVGA3dSurfaceId' }, { rects: structs(copyRect) }),
  BLIT_SURFACE_TO_SCREEN: command(
    1069,
    {
      ...prefixed('srcImage', image),
      ...prefixed('srcRect', signedRect),
      destScreenId: 'ScreenId',
      ...prefixed('destRect', signedRect),
    },
    { clipRects: structs(signedRect) },
  ),
  SURFACE_DEFINE_V2: command(
    1070,
    { ...surface, multisampleCount: 'u32', autogenFilter: 'SVGA3dTextureFilter' },
    { mipSizes: structs(size, { fromBody: mipCount }) },
  ),
  GENERATE_MIPMAPS: command(1071, { sid: 'SVGA3dSurfaceId', filter: 'SVGA3dTextureFilter' }),
  ACTIVATE_SURFACE: command(1080, { sid: 'SVGA3dSurfaceId' }),
  DEACTIVATE_SURFACE: command(1081, { sid: 'SVGA3dSurfaceId' }),
  SCREEN_DMA: command(1082, {
    screenId: 'ScreenId',
    ...prefixed('refBuffer', guestImage),
    ...prefixed('destBuffer', guestImage),
    ...prefixed('changeMap', guestImage),
  }),
  INTRA_SURFACE_COPY: command(1238, { ...image, ...copyBox }),
  WHOLE_SURFACE_COPY: command(1244, { srcSid: 'SVGA3dSurfaceId', destSid: 'SVGA3dSurfaceId' }),
  SURFACE_STRETCHBLT_NON_MS_TO_MS: command(1276, stretch),
} as const;

const sourceAndDst = { ...prefixed('src', image), ...prefixed('dst', image) } as const;
const threeBoxes = {
  ...prefixed('srcBox', box),
  ...prefixed('dstBox', signedBox),
  ...prefixed('clipBox', box),
} as const;

/** Logic operations between surfaces (svga3d_cmd.h). */
export const logicOpCommands = {
  LOGICOPS_BITBLT: command(
    1259,
    { ...sourceAndDst, logicOp: 'u16', logicOpRop3: 'u16' },
    { boxes: structs(copyBox) },
  ),
  LOGICOPS_TRANSBLT: command(1260, { ...sourceAndDst, color: 'u32', flags: 'u32', ...threeBoxes }),
  LOGICOPS_STRETCHBLT: command(1261, { ...sourceAndDst, mode: 'u16', flags: 'u16', ...threeBoxes }),
  LOGICOPS_COLORFILL: command(
    1262,
    { ...prefixed('dst', image), color: 'u32', logicOp: 'u16', logicOpRop3: 'u16' },
    { rects: structs({ x: 'u32', y: 'u32', w: 'u32', h: 'u32' }) },
  ),
  LOGICOPS_ALPHABLEND: command(1263, { ...sourceAndDst, alphaVal: 'u32', flags: 'u32', ...threeBoxes }),
  LOGICOPS_CLEARTYPEBLEND: command(
    1264,
    {
      ...prefixed('tmp', image),
      ...prefixed('dst', image),
      ...prefixed('gammaSurf', image),
      ...prefixed('alphaSurf', image),
      gamma: 'u32',
      color: 'u32',
      color2: 'u32',
      alphaOffsetX: 'i32',
      alphaOffsetY: 'i32',
    },
    { boxes: structs(box) },
  ),
} as const;
