import type { EffectFamily, Extent, Use } from './command-effect.js';
import {
  box,
  image,
  invalidates,
  pitchedRows,
  reads,
  readsBack,
  rect,
  run,
  sourceBox,
  sourceRect,
  subresource,
  uploads,
  writes,
} from './extents.js';

const first = subresource(0);
const oneImage: Extent = { images: image() };
const oneBox: Extent = { images: image(), box: box() };
const boxUnlessInverted: Extent = { ...oneBox, inverted: 'invertBox' };
const oneSubresource: Extent = { images: subresource('subResource') };

/** SVGA3dTransferType of svga3d_types.h: the direction of SURFACE_DMA, to the surface or from it. */
const toSurface = { field: 'transfer', is: 1 } as const;
const fromSurface = { field: 'transfer', is: 2 } as const;

/** SVGA3D_COND_BIND_GB_SURFACE_FLAG_READBACK and _UPDATE of svga3d_cmd.h. */
const asksReadBack = { field: 'flags', bit: 1 } as const;
const asksUpdate = { field: 'flags', bit: 2 } as const;

/** Surfaces: definition, binding, and transfers between them and their MOBs. */
export const surfaceEffects = {
  SURFACE_DEFINE: { uses: { sid: 'define' } },
  SURFACE_DEFINE_V2: { uses: { sid: 'define' } },
  SURFACE_DESTROY: { uses: { sid: 'destroy' } },
  ACTIVATE_SURFACE: { uses: { sid: 'use' } },
  DEACTIVATE_SURFACE: { uses: { sid: 'use' } },
  DEFINE_GB_SURFACE: { uses: { sid: 'define' } },
  DEFINE_GB_SURFACE_V2: { uses: { sid: 'define' } },
  DEFINE_GB_SURFACE_V3: { uses: { sid: 'define' } },
  DEFINE_GB_SURFACE_V4: { uses: { sid: 'define' } },
  DESTROY_GB_SURFACE: { uses: { sid: 'destroy' } },
  BIND_GB_SURFACE: { uses: { sid: 'bind', mobid: 'back' } },
  BIND_GB_SURFACE_WITH_PITCH: { uses: { sid: 'bind', mobid: 'back' } },
  COND_BIND_GB_SURFACE: {
    uses: {
      sid: [readsBack({}, asksReadBack), uploads({}, asksUpdate), { action: 'bind' }],
      testMobid: 'use',
      mobid: 'back',
    },
  },
  UPDATE_GB_IMAGE: { uses: { sid: uploads(oneBox) } },
  UPDATE_GB_SURFACE: { uses: { sid: uploads() } },
  READBACK_GB_IMAGE: { uses: { sid: readsBack(oneImage) } },
  READBACK_GB_IMAGE_PARTIAL: { uses: { sid: readsBack(boxUnlessInverted) } },
  READBACK_GB_SURFACE: { uses: { sid: readsBack() } },
  INVALIDATE_GB_IMAGE: { uses: { sid: invalidates(oneImage) } },
  INVALIDATE_GB_IMAGE_PARTIAL: { uses: { sid: invalidates(boxUnlessInverted) } },
  INVALIDATE_GB_SURFACE: { uses: { sid: invalidates() } },
  DX_UPDATE_SUBRESOURCE: { uses: { sid: uploads({ ...oneSubresource, box: box() }) } },
  DX_READBACK_SUBRESOURCE: { uses: { sid: readsBack(oneSubresource) } },
  DX_INVALIDATE_SUBRESOURCE: { uses: { sid: invalidates(oneSubresource) } },
  DX_BUFFER_UPDATE: { uses: { sid: uploads(run('x', 'width')) } },
  WRITE_ZERO_SURFACE: { uses: { sid: writes() } },
  UPDATE_ZERO_SURFACE: { uses: { sid: writes() } },
  SURFACE_DMA: {
    uses: {
      guestGmrId: [
        { action: 'read', when: toSurface },
        { action: 'write', when: fromSurface },
      ],
      hostSid: [
        writes({ images: image('host'), box: box(), part: 'boxes' }, toSurface),
        reads({ images: image('host'), box: box(), part: 'boxes' }, fromSurface),
      ],
    },
  },
} as const satisfies EffectFamily;

const fromImage = { images: image('src') };
const toImage = { images: image('dest') };
const stretch = {
  srcSid: reads({ ...fromImage, box: box('boxSrc') }),
  destSid: writes({ ...toImage, box: box('boxDest') }),
} as const;

const fromSubresource = { images: subresource('srcSubResource') };
const toSubresource = { images: subresource('dstSubResource') };
const readback = { field: 'readback' } as const;

const whole = { srcSid: reads(), dstSid: writes() } as const;
const region = {
  srcSid: reads({ ...fromSubresource, box: sourceBox }),
  dstSid: writes({ ...toSubresource, box: box() }),
} as const;
const convertRegion = {
  srcSid: reads({ ...fromSubresource, box: box('srcBox') }),
  dstSid: writes({ ...toSubresource, box: box('destBox') }),
} as const;
const resolve = { srcSid: reads(fromSubresource), dstSid: writes(toSubresource) } as const;
const bufferCopy = { src: reads(run('srcX', 'width')), dest: writes(run('destX', 'width')) } as const;
const fromBuffer = {
  srcSid: reads(pitchedRows('src', 'destBox', 'destSid')),
  destSid: writes({ images: subresource('destSubResource'), box: box('destBox') }),
} as const;

/** Commands with SVGA3dStagingFlags read back what they have written if the flag is set. */
function staging<U extends { readonly dstSid: Use }>(uses: U, extent?: Extent) {
  return { uses: { ...uses, dstSid: [uses.dstSid, readsBack(extent, readback)] } };
}

/** From surface to surface, and within one. */
export const copyEffects = {
  SURFACE_COPY: {
    uses: {
      srcSid: reads({ ...fromImage, box: sourceBox, part: 'boxes' }),
      destSid: writes({ ...toImage, box: box(), part: 'boxes' }),
    },
  },
  SURFACE_STRETCHBLT: { uses: stretch },
  SURFACE_STRETCHBLT_NON_MS_TO_MS: { uses: stretch },
  INTRA_SURFACE_COPY: {
    uses: { sid: [reads({ ...oneImage, box: sourceBox }), writes(oneBox)] },
  },
  WHOLE_SURFACE_COPY: { uses: { srcSid: reads(), destSid: writes() } },
  GENERATE_MIPMAPS: { uses: { sid: [reads(), writes()] } },
  DX_PRED_COPY_REGION: { uses: region },
  DX_PRED_COPY: { uses: whole },
  DX_PRESENTBLT: {
    uses: {
      srcSid: reads({ ...fromSubresource, box: box('boxSrc') }),
      dstSid: writes({ images: subresource('destSubResource'), box: box('boxDest') }),
    },
  },
  DX_BUFFER_COPY: { uses: bufferCopy },
  DX_TRANSFER_FROM_BUFFER: { uses: fromBuffer },
  DX_PRED_TRANSFER_FROM_BUFFER: { uses: fromBuffer },
  DX_TRANSFER_TO_BUFFER: {
    uses: {
      srcSid: reads({ ...fromSubresource, box: box('srcBox') }),
      destSid: [
        writes(pitchedRows('dest', 'srcBox', 'srcSid')),
        // SVGA3dTransferToBufferFlags.
        readsBack({ images: first }, { field: 'flags', bit: 1 }),
      ],
    },
  },
  DX_SURFACE_COPY_AND_READBACK: {
    uses: {
      srcSid: reads({ images: first, box: sourceBox }),
      destSid: [writes({ images: first, box: box() }), readsBack({ images: first })],
    },
  },
  DX_RESOLVE_COPY: { uses: resolve },
  DX_PRED_RESOLVE_COPY: { uses: resolve },
  DX_PRED_CONVERT_REGION: { uses: convertRegion },
  DX_PRED_CONVERT: { uses: whole },
  DX_PRED_STAGING_COPY: staging(whole),
  DX_STAGING_COPY: staging(whole),
  DX_PRED_STAGING_COPY_REGION: staging(region, toSubresource),
  DX_PRED_STAGING_CONVERT_REGION: staging(convertRegion, toSubresource),
  DX_PRED_STAGING_CONVERT: staging(whole),
  DX_STAGING_BUFFER_COPY: {
    uses: { ...bufferCopy, dest: [bufferCopy.dest, readsBack({}, readback)] },
  },
} as const satisfies EffectFamily;

const overBox = {
  srcSid: reads({ ...fromImage, box: box('srcBox') }),
  dstSid: [
    reads({ images: image('dst'), box: box('dstBox') }),
    writes({ images: image('dst'), box: box('dstBox') }),
  ],
} as const;

/** Logic operations; the target's old texels may be part of one. */
export const logicOpEffects = {
  LOGICOPS_BITBLT: {
    uses: {
      srcSid: reads({ ...fromImage, box: sourceBox, part: 'boxes' }),
      dstSid: [
        reads({ images: image('dst'), box: box(), part: 'boxes' }),
        writes({ images: image('dst'), box: box(), part: 'boxes' }),
      ],
    },
  },
  LOGICOPS_TRANSBLT: { uses: overBox },
  LOGICOPS_STRETCHBLT: { uses: overBox },
  LOGICOPS_COLORFILL: {
    uses: {
      dstSid: [
        reads({ images: image('dst'), box: rect, part: 'rects' }),
        writes({ images: image('dst'), box: rect, part: 'rects' }),
      ],
    },
  },
  LOGICOPS_ALPHABLEND: { uses: overBox },
  LOGICOPS_CLEARTYPEBLEND: {
    uses: {
      tmpSid: [reads({ images: image('tmp') }), writes({ images: image('tmp') })],
      dstSid: [
        reads({ images: image('dst'), box: box(), part: 'boxes' }),
        writes({ images: image('dst'), box: box(), part: 'boxes' }),
      ],
      gammaSurfSid: reads({ images: image('gammaSurf') }),
      alphaSurfSid: reads({ images: image('alphaSurf') }),
    },
  },
} as const satisfies EffectFamily;

/** Screens, screen targets and the display of devices that have neither. */
export const displayEffects = {
  UPDATE: { uses: {} },
  UPDATE_VERBOSE: { uses: {} },
  RECT_COPY: { uses: {} },
  RECT_ROP_COPY: { uses: {} },
  FRONT_ROP_FILL: { uses: {} },
  DEFINE_CURSOR: { uses: {} },
  DEFINE_ALPHA_CURSOR: { uses: {} },
  PRESENT: { uses: { sid: reads({ images: first, box: sourceRect, part: 'rects' }) } },
  PRESENT_READBACK: { uses: { sid: reads({ images: first, box: sourceRect, part: 'rects' }) } },
  DEFINE_SCREEN: { uses: { id: 'define', 'backingStore.gmrId': 'back' } },
  DESTROY_SCREEN: { uses: { screenId: 'destroy' } },
  DEFINE_GMRFB: { uses: { gmrId: 'set' } },
  BLIT_GMRFB_TO_SCREEN: { uses: { destScreenId: 'write' } },
  BLIT_SCREEN_TO_GMRFB: { uses: { srcScreenId: 'read' } },
  ANNOTATION_FILL: { uses: {} },
  ANNOTATION_COPY: { uses: { srcScreenId: 'read' } },
  BLIT_SURFACE_TO_SCREEN: {
    uses: { srcImageSid: reads({ images: image('srcImage') }), destScreenId: 'write' },
  },
  SCREEN_DMA: {
    uses: { screenId: 'read', refBufferGmrId: 'read', destBufferGmrId: 'write', changeMapGmrId: 'write' },
  },
  DEFINE_GB_SCREENTARGET: { uses: { stid: 'define' } },
  DESTROY_GB_SCREENTARGET: { uses: { stid: 'destroy' } },
  BIND_GB_SCREENTARGET: { uses: { stid: 'bind', sid: 'set' } },
  UPDATE_GB_SCREENTARGET: { uses: { stid: 'upload' } },
  UPDATE_GB_SCREENTARGET_V2: { uses: { stid: 'upload' } },
  UPDATE_GB_SCREENTARGET_MOVE: { uses: { stid: 'upload' } },
  GB_SCREEN_DMA: { uses: { screenId: 'read', destMobID: 'write', changeMapMobID: 'write' } },
  SCREEN_COPY: { uses: { stid: 'read', sid: writes(oneImage), statusMobId: 'write' } },
} as const satisfies EffectFamily;
