import { emitUpdate } from '@cg/vmwgfx/internal';
import type { Step } from './variant.js';

/**
 * D7: updates name a face and a mip, also of an array whose layers are no faces; the device has six. It refuses the
 * others, and the driver says so (EIO): the bytes never arrive, but not unnoticed.
 */
export const updateByFace: Step<'emitUpdate'> = (driver, sid, layout, box, refused) => {
  const limits = { ...driver.limits, hasDx: false };
  emitUpdate({ ...driver, limits }, sid, layout, box, refused);
};
