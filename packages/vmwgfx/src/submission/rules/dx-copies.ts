import type { CommandFields } from '@cg/svga-protocol';
import type { Surface } from '../../resource/surface.js';
import type { CommandRules } from './command-rule.js';
import { checkBox, checkCopyBox, checkRun, prefixedBox } from './extents.js';

const sourceAndDst = [
  { field: 'srcSid', effect: 'read' },
  { field: 'dstSid', effect: 'write' },
] as const;
const sourceAndDest = [
  { field: 'srcSid', effect: 'read' },
  { field: 'destSid', effect: 'write' },
] as const;
const runs = [
  { field: 'src', effect: 'read' },
  { field: 'dest', effect: 'write' },
] as const;

const checkRegion = (
  fields: CommandFields<'DX_PRED_COPY_REGION'>,
  [source, dest]: readonly Surface[],
): void => checkCopyBox([source, fields.srcSubResource], [dest, fields.dstSubResource], fields);

const checkRuns = (
  { srcX, destX, width }: CommandFields<'DX_BUFFER_COPY'>,
  [source, dest]: readonly Surface[],
): void => {
  checkRun(source, srcX, width);
  checkRun(dest, destX, width);
};

const checkConvert = (
  fields: CommandFields<'DX_PRED_CONVERT_REGION'>,
  [source, dest]: readonly Surface[],
): void => {
  checkBox(source, fields.srcSubResource, prefixedBox(fields, 'srcBox'));
  checkBox(dest, fields.dstSubResource, prefixedBox(fields, 'destBox'));
};

const checkResolve = (fields: CommandFields<'DX_RESOLVE_COPY'>, [source, dest]: readonly Surface[]): void => {
  source.layout.offsetOf(fields.srcSubResource);
  dest.layout.offsetOf(fields.dstSubResource);
};

/** Checks the rows of a texture's box at a pitch in a buffer. @throws VmwgfxError EINVAL */
function checkPitched(
  buffer: Surface,
  texture: Surface,
  { w, h, d }: { readonly w: number; readonly h: number; readonly d: number },
  offset: number,
  pitch: number,
  slicePitch: number,
): void {
  const { blockWidth, blockHeight, bytesPerBlock } = texture.layout.format;
  const rowBytes = Math.ceil(w / blockWidth) * bytesPerBlock;
  const rows = Math.ceil(h / blockHeight);
  checkRun(buffer, offset, (d - 1) * slicePitch + (rows - 1) * pitch + rowBytes);
}

const checkFromBuffer = (
  fields: CommandFields<'DX_TRANSFER_FROM_BUFFER'>,
  [source, dest]: readonly Surface[],
): void => {
  const box = prefixedBox(fields, 'destBox');
  checkBox(dest, fields.destSubResource, box);
  checkPitched(source, dest, box, fields.srcOffset, fields.srcPitch, fields.srcSlicePitch);
};

/** From subresource to subresource on the device; between textures and buffers. */
export const dxCopyRules: CommandRules = {
  DX_PRED_COPY_REGION: { surfaces: sourceAndDst, inspect: checkRegion },
  DX_PRED_STAGING_COPY_REGION: { surfaces: sourceAndDst, inspect: checkRegion },
  DX_PRED_COPY: { surfaces: sourceAndDst },
  DX_PRED_STAGING_COPY: { surfaces: sourceAndDst },
  DX_STAGING_COPY: { surfaces: sourceAndDst },
  DX_PRED_CONVERT: { surfaces: sourceAndDst },
  DX_PRED_CONVERT_REGION: { surfaces: sourceAndDst, inspect: checkConvert },
  DX_BUFFER_COPY: { surfaces: runs, inspect: checkRuns },
  DX_STAGING_BUFFER_COPY: { surfaces: runs, inspect: checkRuns },
  DX_TRANSFER_FROM_BUFFER: { surfaces: sourceAndDest, inspect: checkFromBuffer },
  DX_PRED_TRANSFER_FROM_BUFFER: { surfaces: sourceAndDest, inspect: checkFromBuffer },
  DX_TRANSFER_TO_BUFFER: {
    surfaces: sourceAndDest,
    inspect(fields, [source, dest]) {
      const box = prefixedBox(fields, 'srcBox');
      checkBox(source, fields.srcSubResource, box);
      checkPitched(dest, source, box, fields.destOffset, fields.destPitch, fields.destSlicePitch);
    },
  },
  DX_PRESENTBLT: {
    surfaces: sourceAndDst,
    inspect(fields, [source, dest]) {
      checkBox(source, fields.srcSubResource, prefixedBox(fields, 'boxSrc'));
      checkBox(dest, fields.destSubResource, prefixedBox(fields, 'boxDest'));
    },
  },
  DX_RESOLVE_COPY: { surfaces: sourceAndDst, inspect: checkResolve },
  DX_PRED_RESOLVE_COPY: { surfaces: sourceAndDst, inspect: checkResolve },
  DX_PRED_STAGING_CONVERT: { surfaces: sourceAndDst },
  DX_PRED_STAGING_CONVERT_REGION: { surfaces: sourceAndDst, inspect: checkConvert },
};
