import type { CommandFields } from '@cg/svga-protocol';
import type { Surface } from '../../resource/surface.js';
import type { CommandRules } from './command-rule.js';
import { checkBox, checkRun, subresourceOf } from './extents.js';

type ImageFields = CommandFields<'READBACK_GB_IMAGE'>;

const checkImage = ({ face, mipmap }: ImageFields, [surface]: readonly Surface[]): void => {
  subresourceOf(surface, face, mipmap);
};

const checkImageBox = (fields: CommandFields<'UPDATE_GB_IMAGE'>, [surface]: readonly Surface[]): void => {
  checkBox(surface, subresourceOf(surface, fields.face, fields.mipmap), fields);
};

const checkSubresource = (
  { subResource }: CommandFields<'DX_READBACK_SUBRESOURCE'>,
  [surface]: readonly Surface[],
): void => {
  surface.layout.offsetOf(subResource);
};

const part = [{ field: 'sid', effect: 'read' }] as const;
const whole = [{ field: 'sid', effect: 'settle' }] as const;

/** Between a surface and its backing: what the program of an explicit surface has to say itself. */
export const transferRules: CommandRules = {
  BIND_GB_SURFACE: { surfaces: part, buffers: ['mobid'], bindsBacking: true },
  UPDATE_GB_IMAGE: { surfaces: part, explicit: true, uploads: true, inspect: checkImageBox },
  UPDATE_GB_SURFACE: { surfaces: whole, explicit: true, uploads: true },
  READBACK_GB_IMAGE: { surfaces: part, explicit: true, inspect: checkImage },
  READBACK_GB_IMAGE_PARTIAL: { surfaces: part, explicit: true, inspect: checkImageBox },
  READBACK_GB_SURFACE: { surfaces: whole, explicit: true },
  INVALIDATE_GB_IMAGE: { surfaces: part, explicit: true, inspect: checkImage },
  INVALIDATE_GB_IMAGE_PARTIAL: { surfaces: part, explicit: true, inspect: checkImageBox },
  INVALIDATE_GB_SURFACE: { surfaces: whole, explicit: true },
  DX_UPDATE_SUBRESOURCE: {
    surfaces: part,
    explicit: true,
    uploads: true,
    inspect: (fields, [surface]) => void checkBox(surface, fields.subResource, fields),
  },
  DX_READBACK_SUBRESOURCE: { surfaces: part, explicit: true, inspect: checkSubresource },
  DX_INVALIDATE_SUBRESOURCE: { surfaces: part, explicit: true, inspect: checkSubresource },
  DX_BUFFER_UPDATE: {
    surfaces: part,
    explicit: true,
    uploads: true,
    inspect: ({ x, width }, [surface]) => checkRun(surface, x, width),
  },
};
