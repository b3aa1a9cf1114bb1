import { dxCommand, sm41Command } from '../command-definition.js';
import { arrayOf } from '../../structures/struct.js';
import { box, copyBox, prefixed } from './structures.js';

const subresources = {
  dstSid: 'SVGA3dSurfaceId',
  dstSubResource: 'u32',
  srcSid: 'SVGA3dSurfaceId',
  srcSubResource: 'u32',
} as const;
const staging = { readback: 'u8', unsynchronized: 'u8', mustBeZero: arrayOf('u8', 2) } as const;
const surfaces = { dstSid: 'SVGA3dSurfaceId', srcSid: 'SVGA3dSurfaceId' } as const;
const convertRegion = {
  dstSid: 'SVGA3dSurfaceId',
  dstSubResource: 'u32',
  ...prefixed('destBox', box),
  srcSid: 'SVGA3dSurfaceId',
  srcSubResource: 'u32',
  ...prefixed('srcBox', box),
} as const;
const bufferCopy = {
  dest: 'SVGA3dSurfaceId',
  src: 'SVGA3dSurfaceId',
  destX: 'u32',
  srcX: 'u32',
  width: 'u32',
} as const;
const resolve = { ...subresources, copyFormat: 'SVGA3dSurfaceFormat' } as const;
const fromBuffer = {
  srcSid: 'SVGA3dSurfaceId',
  srcOffset: 'u32',
  srcPitch: 'u32',
  srcSlicePitch: 'u32',
  destSid: 'SVGA3dSurfaceId',
  destSubResource: 'u32',
  ...prefixed('destBox', box),
} as const;

/** Transfers between subresources, buffers and their MOBs (svga3d_dx.h). */
export const dxCopyCommands = {
  DX_PRED_COPY_REGION: dxCommand(1178, { ...subresources, ...copyBox }),
  DX_PRED_COPY: dxCommand(1179, surfaces),
  DX_PRESENTBLT: dxCommand(1180, {
    srcSid: 'SVGA3dSurfaceId',
    srcSubResource: 'u32',
    dstSid: 'SVGA3dSurfaceId',
    destSubResource: 'u32',
    ...prefixed('boxSrc', box),
    ...prefixed('boxDest', box),
    mode: 'SVGA3dDXPresentBltMode',
  }),
  DX_UPDATE_SUBRESOURCE: dxCommand(1182, { sid: 'SVGA3dSurfaceId', subResource: 'u32', ...box }),
  DX_READBACK_SUBRESOURCE: dxCommand(1183, { sid: 'SVGA3dSurfaceId', subResource: 'u32' }),
  DX_INVALIDATE_SUBRESOURCE: dxCommand(1184, { sid: 'SVGA3dSurfaceId', subResource: 'u32' }),
  DX_BUFFER_COPY: dxCommand(1209, bufferCopy),
  DX_TRANSFER_FROM_BUFFER: dxCommand(1210, fromBuffer),
  DX_SURFACE_COPY_AND_READBACK: dxCommand(1211, {
    srcSid: 'SVGA3dSurfaceId',
    destSid: 'SVGA3dSurfaceId',
    ...copyBox,
  }),
  DX_PRED_TRANSFER_FROM_BUFFER: dxCommand(1215, fromBuffer),
  DX_BUFFER_UPDATE: dxCommand(1219, { sid: 'SVGA3dSurfaceId', x: 'u32', width: 'u32' }),
  DX_RESOLVE_COPY: sm41Command(1240, resolve),
  DX_PRED_RESOLVE_COPY: sm41Command(1241, resolve),
  DX_PRED_CONVERT_REGION: sm41Command(1242, convertRegion),
  DX_PRED_CONVERT: sm41Command(1243, surfaces),
  DX_TRANSFER_TO_BUFFER: sm41Command(1257, {
    srcSid: 'SVGA3dSurfaceId',
    srcSubResource: 'u32',
    ...prefixed('srcBox', box),
    destSid: 'SVGA3dSurfaceId',
    destOffset: 'u32',
    destPitch: 'u32',
    destSlicePitch: 'u32',
    flags: 'SVGA3dTransferToBufferFlags',
  }),
  DX_PRED_STAGING_COPY: sm41Command(1281, { ...surfaces, ...staging }),
  DX_STAGING_COPY: sm41Command(1282, { ...surfaces, ...staging }),
  DX_PRED_STAGING_COPY_REGION: sm41Command(1283, { ...subresources, ...copyBox, ...staging }),
  DX_PRED_STAGING_CONVERT_REGION: sm41Command(1289, { ...convertRegion, ...staging }),
  DX_PRED_STAGING_CONVERT: sm41Command(1290, { ...surfaces, ...staging }),
  DX_STAGING_BUFFER_COPY: sm41Command(1291, { ...bufferCopy, ...staging }),
} as const;
