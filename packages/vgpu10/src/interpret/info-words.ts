import type { InfoReturnType, ResourceDimension } from '../enumerations.js';
import { divide, fromUnsigned, ONE } from './float-rules.js';
import type { ResourceSize, Words } from './resources.js';

type Extent = 'width' | 'height' | 'depth' | 'layers';

/** What RESINFO returns of each dimension, from x on; the rest is 0. */
const extents: Readonly<Record<ResourceDimension, readonly Extent[]>> = {
  UNKNOWN: [],
  BUFFER: ['width'],
  TEXTURE1D: ['width'],
  TEXTURE2D: ['width', 'height'],
  TEXTURE2DMS: ['width', 'height'],
  TEXTURE3D: ['width', 'height', 'depth'],
  TEXTURECUBE: ['width', 'height'],
  TEXTURE1DARRAY: ['width', 'layers'],
  TEXTURE2DARRAY: ['width', 'height', 'layers'],
  TEXTURE2DMSARRAY: ['width', 'height', 'layers'],
  TEXTURECUBEARRAY: ['width', 'height', 'layers'],
  RAW_BUFFER: ['width'],
  STRUCTURED_BUFFER: ['width'],
};

/**
 * The result of RESINFO: the extents of a level, 0 if it is not there, and in w the number of levels. Only width,
 * height and depth are returned as reciprocals.
 */
export function infoWords(
  dimension: ResourceDimension,
  size: ResourceSize | undefined,
  levels: number,
  returns: InfoReturnType,
): Words {
  const word = (extent: Extent | undefined): number => {
    if (extent === undefined) {
      return 0;
    }
    const value = (size?.[extent] ?? 0) >>> 0;
    if (returns === 'UINT') {
      return value;
    }
    return returns === 'RCPFLOAT' && extent !== 'layers'
      ? divide(ONE, fromUnsigned(value))
      : fromUnsigned(value);
  };
  const [x, y, z] = extents[dimension];
  return [word(x), word(y), word(z), returns === 'UINT' ? levels >>> 0 : fromUnsigned(levels)];
}
