import { dxSlots, SVGA3D_DX_MAX_RENDER_TARGETS, type SlotFields, type SlotGroup } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { CommandScope, SlotSetting } from '../command-scope.js';
import type { CommandRules } from './command-rule.js';

/** SVGA3D_DX_MAX_CONSTBUFFER_BINDING_SIZE of svga3d_dx.h. */
const MAX_CONSTANT_BUFFER_BYTES = 65_536;

/** SVGA3D_MAX_UAVIEWS of svga3d_limits.h; with the OpenGL 4.3 extensions every slot is available. */
const MAX_UA_VIEWS = 8;

/** @throws VmwgfxError EINVAL if the device has fewer unordered access views */
function checkUaViews(scope: CommandScope, end: number): void {
  if (end > MAX_UA_VIEWS && !scope.dx.driver.limits.hasGl43) {
    throw new VmwgfxError('EINVAL', `the device has ${MAX_UA_VIEWS} unordered access views, not ${end}`);
  }
}

/** Changes the fields of slots, and keeps what is bound. */
function changeFields(
  scope: CommandScope,
  group: SlotGroup,
  start: number,
  changes: readonly SlotFields[],
): void {
  const { state } = scope.dx;
  const settings = changes.map((change, i): SlotSetting => {
    const binding = state.at(group.first + start + i);
    if (binding !== undefined) {
      scope.useBinding(binding, 'read');
    }
    return { target: binding?.target, fields: { ...binding?.fields, ...change } };
  });
  scope.bind(state, group, start, settings);
}

const constantBufferOffset = (type: number) => {
  return {
    apply: (
      { slot, offsetInBytes }: { readonly slot: number; readonly offsetInBytes: number },
      scope: CommandScope,
    ): void => changeFields(scope, dxSlots.constantBuffers[type - 1], slot, [{ offset: offsetInBytes }]),
  };
};

/** Bindings to the stages of a DX context's pipeline: limits, and changes to existing bindings. */
export const dxBindingRules: CommandRules = {
  DX_SET_RENDERTARGETS: {
    check({ renderTargetViewIds }) {
      if (renderTargetViewIds.length > SVGA3D_DX_MAX_RENDER_TARGETS) {
        throw new VmwgfxError('EINVAL', `there are ${SVGA3D_DX_MAX_RENDER_TARGETS} render targets`);
      }
    },
  },
  DX_SET_UA_VIEWS: { check: ({ uaViewIds }, scope) => checkUaViews(scope, uaViewIds.length) },
  DX_SET_CS_UA_VIEWS: {
    check: ({ startIndex, uaViewIds }, scope) => checkUaViews(scope, startIndex + uaViewIds.length),
  },
  DX_SET_SINGLE_CONSTANT_BUFFER: {
    check({ sid, offsetInBytes: offset, sizeInBytes }, scope) {
      const surface = scope.surface(sid);
      if (
        sizeInBytes > MAX_CONSTANT_BUFFER_BYTES ||
        (surface && offset + sizeInBytes > surface.layout.bytes)
      ) {
        throw new VmwgfxError('EINVAL', `no constant buffer has ${sizeInBytes} bytes at ${offset}`, {
          offset,
        });
      }
    },
  },
  DX_SET_VS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(1),
  DX_SET_PS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(2),
  DX_SET_GS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(3),
  DX_SET_HS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(4),
  DX_SET_DS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(5),
  DX_SET_CS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(6),
  DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE: {
    apply: ({ startBuffer, buffers }, scope) =>
      changeFields(scope, dxSlots.vertexBuffers, startBuffer, buffers),
  },
  DX_SET_INDEX_BUFFER_OFFSET_AND_SIZE: {
    apply: (fields, scope) => changeFields(scope, dxSlots.indexBuffer, 0, [fields]),
  },
};
