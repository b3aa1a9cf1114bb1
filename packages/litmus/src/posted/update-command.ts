import { emitUpdate } from '@cg/vmwgfx/internal';
import type { Step } from './variant.js';

/**
 * D7: updates name a face and a mip, also for array layers; the device has six faces. It refuses the others, and the
 * driver reports that (EIO): the bytes are lost, but not silently.
 */
export const updateByFace: Step<'emitUpdate'> = (driver, sid, layout, box, refused) => {
  const limits = { ...driver.limits, hasDx: false };
  emitUpdate({ ...driver, limits }, sid, layout, box, refused);
};
