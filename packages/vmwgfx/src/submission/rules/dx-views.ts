import { SVGA_COTABLE, type CommandFields, type CommandName } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import { View } from '../../resource/contexts/view.js';
import type { CommandScope } from '../command-scope.js';
import type { SurfaceEffect } from '../effects.js';
import type { CommandRules } from './command-rule.js';
import { checkRun } from './extents.js';
import { checkView, type ViewExtent } from './view-extents.js';

type ViewFields = CommandFields<CommandName> & { readonly sid: number };

function defineView(
  scope: CommandScope,
  name: CommandName,
  type: number,
  id: number,
  fields: ViewFields,
  extent: ViewExtent,
): void {
  const surface = scope.handles.surface(fields.sid);
  checkView(surface, extent);
  const table = scope.define(type, id);
  const views = scope.viewsOf(type);
  if (views.has(id)) {
    throw new VmwgfxError('EINVAL', `the context has a view ${id} already`, { id });
  }
  const view = new View(table, id, surface, { name, fields });
  view.keepSurface();
  scope.changes.change(() => view.releaseSurface());
  scope.put(views, id, view);
  scope.use(surface, 'read');
  scope.effects.translations.push(() => ({ sid: surface.id }));
  scope.effects.refused.push(() => view.refused());
}

/** Slots that show it are emptied ahead of the command; it goes once that counts. */
function destroyView(scope: CommandScope, type: number, id: number): void {
  const view = scope.view(type, id);
  scope.undefine(type, id);
  if (view === undefined) {
    throw new VmwgfxError('ENOENT', 'a view without an id cannot be destroyed', { id });
  }
  scope.unbindAll(view);
  scope.put(scope.viewsOf(type), id, undefined, () => view.releaseSurface());
}

function useKnownView(scope: CommandScope, type: number, id: number, effect: SurfaceEffect = 'write'): void {
  const view = scope.view(type, id);
  if (view === undefined) {
    throw new VmwgfxError('ENOENT', 'the command needs a view', { id });
  }
  scope.useView(view, effect);
}

const targetExtent = ({
  format,
  resourceDimension,
  mipSlice,
  firstArraySlice,
  arraySize,
}: CommandFields<'DX_DEFINE_RENDERTARGET_VIEW'>): ViewExtent => {
  return { format, resourceDimension, mip: mipSlice, first: firstArraySlice, count: arraySize };
};

const { RTVIEW, DSVIEW, SRVIEW, UAVIEW } = SVGA_COTABLE;

const defineDepthStencil =
  (name: 'DX_DEFINE_DEPTHSTENCIL_VIEW' | 'DX_DEFINE_DEPTHSTENCIL_VIEW_V2') =>
  (fields: CommandFields<'DX_DEFINE_DEPTHSTENCIL_VIEW'>, scope: CommandScope): void =>
    defineView(scope, name, DSVIEW, fields.depthStencilViewId, fields, targetExtent(fields as never));

/** Views of surfaces in the tables of a DX context, and what clears through them. */
export const dxViewRules: CommandRules = {
  DX_DEFINE_SHADERRESOURCE_VIEW: {
    surfaces: [],
    apply(fields, scope) {
      const { format, resourceDimension, mostDetailedMip: mip, firstArraySlice: first, arraySize } = fields;
      const extent = { format, resourceDimension, mip, first, count: arraySize };
      defineView(scope, 'DX_DEFINE_SHADERRESOURCE_VIEW', SRVIEW, fields.shaderResourceViewId, fields, extent);
    },
  },
  DX_DEFINE_RENDERTARGET_VIEW: {
    surfaces: [],
    apply(fields, scope) {
      const { renderTargetViewId: id } = fields;
      defineView(scope, 'DX_DEFINE_RENDERTARGET_VIEW', RTVIEW, id, fields, targetExtent(fields));
    },
  },
  DX_DEFINE_DEPTHSTENCIL_VIEW: { surfaces: [], apply: defineDepthStencil('DX_DEFINE_DEPTHSTENCIL_VIEW') },
  DX_DEFINE_DEPTHSTENCIL_VIEW_V2: {
    surfaces: [],
    apply: defineDepthStencil('DX_DEFINE_DEPTHSTENCIL_VIEW_V2'),
  },
  DX_DEFINE_UA_VIEW: {
    surfaces: [],
    apply(fields, scope) {
      defineView(scope, 'DX_DEFINE_UA_VIEW', UAVIEW, fields.uaViewId, fields, targetExtent(fields as never));
    },
  },
  DX_DESTROY_SHADERRESOURCE_VIEW: {
    surfaces: [],
    apply: ({ shaderResourceViewId }, scope) => destroyView(scope, SRVIEW, shaderResourceViewId),
  },
  DX_DESTROY_RENDERTARGET_VIEW: {
    surfaces: [],
    apply: ({ renderTargetViewId }, scope) => destroyView(scope, RTVIEW, renderTargetViewId),
  },
  DX_DESTROY_DEPTHSTENCIL_VIEW: {
    surfaces: [],
    apply: ({ depthStencilViewId }, scope) => destroyView(scope, DSVIEW, depthStencilViewId),
  },
  DX_DESTROY_UA_VIEW: {
    surfaces: [],
    apply: ({ uaViewId }, scope) => destroyView(scope, UAVIEW, uaViewId),
  },
  DX_CLEAR_RENDERTARGET_VIEW: {
    surfaces: [],
    apply: ({ renderTargetViewId }, scope) => useKnownView(scope, RTVIEW, renderTargetViewId),
  },
  DX_CLEAR_DEPTHSTENCIL_VIEW: {
    surfaces: [],
    apply: ({ depthStencilViewId }, scope) => useKnownView(scope, DSVIEW, depthStencilViewId),
  },
  DX_CLEAR_UA_VIEW_UINT: {
    surfaces: [],
    apply: ({ uaViewId }, scope) => useKnownView(scope, UAVIEW, uaViewId),
  },
  DX_CLEAR_UA_VIEW_FLOAT: {
    surfaces: [],
    apply: ({ uaViewId }, scope) => useKnownView(scope, UAVIEW, uaViewId),
  },
  DX_GENMIPS: {
    surfaces: [],
    apply: ({ shaderResourceViewId }, scope) => useKnownView(scope, SRVIEW, shaderResourceViewId),
  },
  DX_COPY_STRUCTURE_COUNT: {
    surfaces: [{ field: 'destSid', effect: 'write' }],
    inspect({ destByteOffset }, [surface]) {
      checkRun(surface, destByteOffset, 4);
    },
    apply: ({ srcUAViewId }, scope) => useKnownView(scope, UAVIEW, srcUAViewId, 'read'),
  },
  DX_SET_STRUCTURE_COUNT: {
    surfaces: [],
    apply({ uaViewId }, scope) {
      useKnownView(scope, UAVIEW, uaViewId, 'read');
      scope.define(UAVIEW, uaViewId);
    },
  },
};
