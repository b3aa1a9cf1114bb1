import { effectsOf, SVGA_COTABLE, type CommandFields, type CommandName } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import { View } from '../../resource/contexts/view.js';
import type { CommandRule, CommandRules } from './command-rule.js';
import { useKnownView } from './context-effects.js';
import { checkView, type ViewExtent } from './view-extents.js';

type DefiningCommand =
  | 'DX_DEFINE_DEPTHSTENCIL_VIEW'
  | 'DX_DEFINE_DEPTHSTENCIL_VIEW_V2'
  | 'DX_DEFINE_RENDERTARGET_VIEW'
  | 'DX_DEFINE_SHADERRESOURCE_VIEW'
  | 'DX_DEFINE_UA_VIEW';

/** Fields common to the commands. */
interface ViewFields {
  readonly sid: number;
  readonly format: number;
  readonly resourceDimension: number;
  readonly mipSlice?: number;
  readonly mostDetailedMip?: number;
  readonly firstArraySlice: number;
  readonly arraySize: number;
}

function extentOf(fields: ViewFields): ViewExtent {
  const { format, resourceDimension, firstArraySlice: first, arraySize: count } = fields;
  return { format, resourceDimension, mip: fields.mipSlice ?? fields.mostDetailedMip ?? 0, first, count };
}

/** Adds a view of a surface to a table of the context. */
function defines(name: DefiningCommand): CommandRule & { apply(fields: never, scope: never): void } {
  const defined = effectsOf(name).references.find(({ isView }) => isView === true);
  const type = defined?.coTable ?? 0;
  const field = defined?.field ?? '';
  return {
    apply(fields, scope) {
      const id = (fields as Readonly<Record<string, number>>)[field];
      const viewed = fields as unknown as ViewFields;
      const surface = scope.handles.surface(viewed.sid);
      checkView(surface, extentOf(viewed));
      const table = scope.define(type, id);
      const views = scope.viewsOf(type);
      if (views.has(id)) {
        throw new VmwgfxError('EINVAL', `the context has a view ${id} already`, { id });
      }
      const definition = { name: name as CommandName, fields: fields as CommandFields<CommandName> };
      const view = new View(table, id, surface, definition);
      view.keepSurface();
      scope.changes.change(() => view.releaseSurface());
      scope.put(views, id, view);
      scope.use(surface, 'read');
      scope.effects.translations.push(() => ({ sid: surface.id }));
      scope.effects.refused.push(() => view.refused());
    },
  };
}

/** Views of surfaces in the tables of a DX context. */
export const dxViewRules: CommandRules = {
  DX_DEFINE_SHADERRESOURCE_VIEW: defines('DX_DEFINE_SHADERRESOURCE_VIEW'),
  DX_DEFINE_RENDERTARGET_VIEW: defines('DX_DEFINE_RENDERTARGET_VIEW'),
  DX_DEFINE_DEPTHSTENCIL_VIEW: defines('DX_DEFINE_DEPTHSTENCIL_VIEW'),
  DX_DEFINE_DEPTHSTENCIL_VIEW_V2: defines('DX_DEFINE_DEPTHSTENCIL_VIEW_V2'),
  DX_DEFINE_UA_VIEW: defines('DX_DEFINE_UA_VIEW'),
  // It changes the view's entry in the table.
  DX_SET_STRUCTURE_COUNT: {
    apply({ uaViewId }, scope) {
      useKnownView(scope, SVGA_COTABLE.UAVIEW, uaViewId, 'read');
      scope.define(SVGA_COTABLE.UAVIEW, uaViewId);
    },
  },
};
