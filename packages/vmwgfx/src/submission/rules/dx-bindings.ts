import {
  SVGA3D_INVALID_ID,
  SVGA_COTABLE,
  dxSlots,
  SVGA3D_DX_MAX_RENDER_TARGETS,
  type SlotFields,
  type SlotGroup,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { Surface } from '../../resource/surface.js';
import type { CommandScope, SlotSetting } from '../command-scope.js';
import type { CommandRules } from './command-rule.js';
import { shaderTypeIndex } from './dx-states.js';

/** SVGA3D_DX_MAX_CONSTBUFFER_BINDING_SIZE of svga3d_dx.h. */
const MAX_CONSTANT_BUFFER_BYTES = 65_536;

/** SVGA3D_MAX_UAVIEWS of svga3d_limits.h: with the OpenGL 4.3 extensions there are as many as slots. */
const MAX_UA_VIEWS = 8;

/** @throws VmwgfxError EINVAL where the device has not so many unordered access views */
function checkUaViews(scope: CommandScope, end: number): void {
  if (end > MAX_UA_VIEWS && !scope.dx.context.limits.hasGl43) {
    throw new VmwgfxError('EINVAL', `the device has ${MAX_UA_VIEWS} unordered access views, not ${end}`);
  }
}

/** A view goes into a slot: its surface has to be there by then. */
function viewSetting(scope: CommandScope, type: number, id: number, fields?: SlotFields): SlotSetting {
  const target = scope.view(type, id);
  if (target !== undefined) {
    scope.useView(target, 'read');
  }
  return { target, ...(fields && { fields }) };
}

/** A surface goes into a slot, or none, by its handle. */
function surfaceSetting(scope: CommandScope, handle: number, fields: SlotFields): SlotSetting {
  const target = scope.surface(handle);
  if (target !== undefined) {
    scope.use(target, 'read');
  }
  return { target, fields };
}

const sidOf = ({ target }: SlotSetting): number => (target as Surface | undefined)?.id ?? SVGA3D_INVALID_ID;

/** Buffers go into slots: those of a part of the command with the handles in `sid`. */
function bindBuffers(
  scope: CommandScope,
  group: SlotGroup,
  start: number,
  part: string,
  buffers: readonly (SlotFields & { readonly sid: number })[],
): void {
  const settings = buffers.map(({ sid, ...fields }) => surfaceSetting(scope, sid, fields));
  scope.bind(scope.dx.state, group, start, settings);
  scope.effects.translations.push(() => ({
    [part]: buffers.map((buffer, i) => ({ ...buffer, sid: sidOf(settings[i]) })),
  }));
}

/** One buffer goes into a slot: the command's own fields say which. */
function bindBuffer(
  scope: CommandScope,
  group: SlotGroup,
  index: number,
  sid: number,
  fields: SlotFields,
): void {
  const setting = surfaceSetting(scope, sid, fields);
  scope.bind(scope.dx.state, group, index, [setting]);
  scope.effects.translations.push(() => ({ sid: sidOf(setting) }));
}

/** What is in slots stays there, with other fields. */
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

function setConstantBufferOffset(type: number) {
  return (
    { slot, offsetInBytes }: { readonly slot: number; readonly offsetInBytes: number },
    scope: CommandScope,
  ): void => changeFields(scope, dxSlots.constantBuffers[type - 1], slot, [{ offset: offsetInBytes }]);
}

const constantBufferOffset = (type: number) => {
  return { surfaces: [], apply: setConstantBufferOffset(type) };
};

/** What is bound to the stages of a DX context's pipeline. */
export const dxBindingRules: CommandRules = {
  DX_SET_RENDERTARGETS: {
    surfaces: [],
    apply({ depthStencilViewId, renderTargetViewIds }, scope) {
      const targets = renderTargetViewIds.map((id) => viewSetting(scope, SVGA_COTABLE.RTVIEW, id));
      const depth = viewSetting(scope, SVGA_COTABLE.DSVIEW, depthStencilViewId);
      if (targets.length > SVGA3D_DX_MAX_RENDER_TARGETS) {
        throw new VmwgfxError('EINVAL', `there are ${SVGA3D_DX_MAX_RENDER_TARGETS} render targets`);
      }
      scope.bind(scope.dx.state, dxSlots.renderTargets, 0, targets);
      scope.bind(scope.dx.state, dxSlots.renderTargets, SVGA3D_DX_MAX_RENDER_TARGETS, [depth]);
    },
  },
  DX_SET_SHADER_RESOURCES: {
    surfaces: [],
    apply({ startView, type, shaderResourceViewIds }, scope) {
      const settings = shaderResourceViewIds.map((id) => viewSetting(scope, SVGA_COTABLE.SRVIEW, id));
      scope.bind(scope.dx.state, dxSlots.shaderResources[shaderTypeIndex(type)], startView, settings);
    },
  },
  DX_SET_UA_VIEWS: {
    surfaces: [],
    apply({ uavSpliceIndex: spliceIndex, uaViewIds }, scope) {
      checkUaViews(scope, uaViewIds.length);
      const settings = uaViewIds.map((id) => viewSetting(scope, SVGA_COTABLE.UAVIEW, id, { spliceIndex }));
      scope.bind(scope.dx.state, dxSlots.uaViews, 0, settings);
    },
  },
  DX_SET_CS_UA_VIEWS: {
    surfaces: [],
    apply({ startIndex, uaViewIds }, scope) {
      checkUaViews(scope, startIndex + uaViewIds.length);
      const settings = uaViewIds.map((id) => viewSetting(scope, SVGA_COTABLE.UAVIEW, id));
      scope.bind(scope.dx.state, dxSlots.computeUaViews, startIndex, settings);
    },
  },
  DX_SET_SINGLE_CONSTANT_BUFFER: {
    surfaces: [],
    apply({ slot, type, sid, offsetInBytes: offset, sizeInBytes }, scope) {
      const surface = scope.surface(sid);
      if (
        sizeInBytes > MAX_CONSTANT_BUFFER_BYTES ||
        (surface && offset + sizeInBytes > surface.layout.bytes)
      ) {
        throw new VmwgfxError('EINVAL', `no constant buffer has ${sizeInBytes} bytes at ${offset}`, {
          offset,
        });
      }
      bindBuffer(scope, dxSlots.constantBuffers[shaderTypeIndex(type)], slot, sid, { offset, sizeInBytes });
    },
  },
  DX_SET_VS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(1),
  DX_SET_PS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(2),
  DX_SET_GS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(3),
  DX_SET_HS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(4),
  DX_SET_DS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(5),
  DX_SET_CS_CONSTANT_BUFFER_OFFSET: constantBufferOffset(6),
  DX_SET_VERTEX_BUFFERS: {
    surfaces: [],
    apply: ({ startBuffer, buffers }, scope) =>
      bindBuffers(scope, dxSlots.vertexBuffers, startBuffer, 'buffers', buffers),
  },
  DX_SET_VERTEX_BUFFERS_V2: {
    surfaces: [],
    apply: ({ startBuffer, buffers }, scope) =>
      bindBuffers(scope, dxSlots.vertexBuffers, startBuffer, 'buffers', buffers),
  },
  DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE: {
    surfaces: [],
    apply: ({ startBuffer, buffers }, scope) =>
      changeFields(scope, dxSlots.vertexBuffers, startBuffer, buffers),
  },
  DX_SET_INDEX_BUFFER: {
    surfaces: [],
    apply: ({ sid, ...fields }, scope) => bindBuffer(scope, dxSlots.indexBuffer, 0, sid, fields),
  },
  DX_SET_INDEX_BUFFER_V2: {
    surfaces: [],
    apply: ({ sid, ...fields }, scope) => bindBuffer(scope, dxSlots.indexBuffer, 0, sid, fields),
  },
  DX_SET_INDEX_BUFFER_OFFSET_AND_SIZE: {
    surfaces: [],
    apply: (fields, scope) => changeFields(scope, dxSlots.indexBuffer, 0, [fields]),
  },
  DX_SET_SOTARGETS: {
    surfaces: [],
    apply: ({ targets }, scope) => bindBuffers(scope, dxSlots.streamOutputTargets, 0, 'targets', targets),
  },
};
