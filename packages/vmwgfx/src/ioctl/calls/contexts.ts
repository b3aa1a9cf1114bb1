import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import { SVGA3D_SHADERTYPE } from '../../resource/shader.js';
import { closeAs, type CallHandler } from '../open-file/open-file.js';
import { structs, drm_vmw_context, drm_vmw_shader_type } from '@cg/vmwgfx-ioctl';

/** DRM_VMW_CREATE_CONTEXT. */
export const createContext: CallHandler = ({ file }, argument) => {
  structs.context.write(argument, 0, { cid: file.createContext({ kind: 'legacy' }), pad64: 0 });
};

/** DRM_VMW_CREATE_EXTENDED_CONTEXT: the request's kind is in the field of the reply's handle. */
export const createExtendedContext: CallHandler = (open, argument) => {
  const { cid: kind } = structs.context.read(argument, 0);
  if (kind === drm_vmw_context.legacy) {
    createContext(open, argument);
    return;
  }
  if (kind !== drm_vmw_context.dx) {
    throw new VmwgfxError('EINVAL', `there are no contexts of kind ${kind}`);
  }
  structs.context.write(argument, 0, { cid: open.file.createContext({ kind: 'dx' }), pad64: 0 });
};

/** DRM_VMW_UNREF_CONTEXT. */
export const unrefContext: CallHandler = (open, argument) => {
  closeAs(open, structs.context.read(argument, 0).cid, 'context');
};

const shaderTypes: ReadonlyMap<number, number> = new Map([
  [drm_vmw_shader_type.vs, SVGA3D_SHADERTYPE.VS],
  [drm_vmw_shader_type.ps, SVGA3D_SHADERTYPE.PS],
]);

/** DRM_VMW_CREATE_SHADER. */
export const createShader: CallHandler = ({ file }, argument) => {
  const request = structs.shaderCreate.read(argument, 0);
  const { shader_type, size: bytes, buffer_handle, offset } = request;
  const type = shaderTypes.get(shader_type);
  if (type === undefined) {
    throw new VmwgfxError('EINVAL', `there are no shaders of type ${shader_type}`);
  }
  const code = buffer_handle === SVGA3D_INVALID_ID ? {} : { buffer: buffer_handle, offset };
  structs.shaderCreate.write(argument, 0, {
    ...request,
    shader_handle: file.createShader({ type, bytes, ...code }),
  });
};

/** DRM_VMW_UNREF_SHADER. */
export const unrefShader: CallHandler = (open, argument) => {
  closeAs(open, structs.handle.read(argument, 0).handle, 'shader');
};
