import { driverParts, type CoherencyParts } from '@cg/vmwgfx/internal';

/**
 * D7: updates name a face and a mip, also for array layers; the device has six faces. It refuses the others, and the
 * driver reports that (EIO): the bytes are lost, but not silently.
 */
export const updateByFace: CoherencyParts['emitUpdate'] = (context, sid, layout, box, refused) => {
  const limits = { ...context.limits, hasDx: false };
  driverParts.emitUpdate({ ...context, limits }, sid, layout, box, refused);
};
