import { driverParts, type CoherencyParts } from '@cg/vmwgfx/internal';

/**
 * D7: updates name a face and a mip, also of an array whose layers are no faces; the device has six. It refuses the
 * others, and the driver says so (EIO): the bytes never arrive, but not unnoticed.
 */
export const updateByFace: CoherencyParts['emitUpdate'] = (context, sid, layout, box, refused) => {
  const limits = { ...context.limits, hasDx: false };
  driverParts.emitUpdate({ ...context, limits }, sid, layout, box, refused);
};
