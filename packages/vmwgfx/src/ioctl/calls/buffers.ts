import { closeAs, type CallHandler } from '../open-file/open-file.js';
import { structs } from '@cg/vmwgfx-ioctl';

/** DRM_VMW_ALLOC_BO. */
export const allocBo: CallHandler = (open, argument) => {
  const { handle, mapOffset } = open.file.createBuffer(structs.allocBoReq.read(argument, 0).size);
  structs.boRep.write(argument, 0, {
    map_handle: mapOffset,
    handle,
    // Commands name it by the same handle, from its start on.
    cur_gmr_id: handle,
    cur_gmr_offset: 0,
    pad64: 0,
  });
};

/** DRM_VMW_HANDLE_CLOSE and DRM_IOCTL_GEM_CLOSE: of buffer objects only. */
export const closeBuffer: CallHandler = (open, argument) => {
  closeAs(open, structs.handle.read(argument, 0).handle, 'buffer');
};
