import { SVGA_CAP2, type CommandFields } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { Surface } from '../../resource/surface.js';
import type { CommandRules } from './command-rule.js';
import { checkBox, checkCopyBox, prefixedBox, subresourceOf } from './extents.js';

const sourceAndDest = [
  { field: 'srcSid', effect: 'read' },
  { field: 'destSid', effect: 'write' },
] as const;

const checkStretch = (
  fields: CommandFields<'SURFACE_STRETCHBLT'>,
  [source, dest]: readonly Surface[],
): void => {
  checkBox(source, subresourceOf(source, fields.srcFace, fields.srcMipmap), prefixedBox(fields, 'boxSrc'));
  checkBox(dest, subresourceOf(dest, fields.destFace, fields.destMipmap), prefixedBox(fields, 'boxDest'));
};

/** From surface to surface on the device. */
export const copyRules: CommandRules = {
  SURFACE_COPY: {
    surfaces: sourceAndDest,
    inspect(fields, [source, dest]) {
      const from = [source, subresourceOf(source, fields.srcFace, fields.srcMipmap)] as const;
      const to = [dest, subresourceOf(dest, fields.destFace, fields.destMipmap)] as const;
      fields.boxes.forEach((box) => checkCopyBox(from, to, box));
    },
  },
  SURFACE_STRETCHBLT: { surfaces: sourceAndDest, inspect: checkStretch },
  INTRA_SURFACE_COPY: {
    surfaces: [{ field: 'sid', effect: 'write' }],
    inspect(fields, [surface]) {
      if ((surface.context.device.capabilities2 & SVGA_CAP2.INTRA_SURFACE_COPY) === 0) {
        throw new VmwgfxError('EINVAL', 'the device has no copies within a surface');
      }
      const image = [surface, subresourceOf(surface, fields.face, fields.mipmap)] as const;
      checkCopyBox(image, image, fields);
    },
  },
  WHOLE_SURFACE_COPY: { surfaces: sourceAndDest },
  GENERATE_MIPMAPS: { surfaces: [{ field: 'sid', effect: 'write' }] },
  NOP: { surfaces: [] },
};
