import { SvgaDeviceError } from '../errors.js';

/**
 * Checks the id of a new object.
 * @throws SvgaDeviceError EINVAL above the limit, EEXIST if it is in use
 */
export function checkNewId(known: ReadonlyMap<number, unknown>, id: number, limit: number): void {
  if (id >= limit) {
    throw new SvgaDeviceError('EINVAL', 'id is above the limit of the device', { id, limit });
  }
  if (known.has(id)) {
    throw new SvgaDeviceError('EEXIST', 'id is in use', { id });
  }
}
