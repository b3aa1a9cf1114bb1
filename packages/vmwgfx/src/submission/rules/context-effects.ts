import {
  definitionOf,
  effectsOf,
  SVGA3D_INVALID_ID,
  type CommandName,
  type Reference,
} from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { CommandScope } from '../command-scope.js';
import type { SurfaceEffect } from '../effects.js';
import { slotsSetBy, type Act } from './slot-settings.js';

type Fields = Readonly<Record<string, unknown>>;

/** @throws VmwgfxError ENOENT if the context has no such view */
export function useKnownView(scope: CommandScope, type: number, id: number, effect: SurfaceEffect): void {
  const view = scope.view(type, id);
  if (view === undefined) {
    throw new VmwgfxError('ENOENT', 'the command needs a view', { id });
  }
  scope.useView(view, effect);
}

/** Empties the slots with the view before the command; the view is dropped once the command is final. */
function destroyView(scope: CommandScope, type: number, id: number): void {
  const view = scope.view(type, id);
  scope.undefine(type, id);
  if (view === undefined) {
    throw new VmwgfxError('ENOENT', 'a view without an id cannot be destroyed', { id });
  }
  scope.unbindAll(view);
  scope.put(scope.viewsOf(type), id, undefined, () => view.releaseSurface());
}

/** The surfaces that the elements of a part name: read, and named by their ids when the command is sent. */
function readEach(part: string, field: string): Act {
  return (fields, scope) => {
    const elements = fields[part] as readonly Readonly<Record<string, number>>[];
    const surfaces = elements.map((element) => {
      const surface = scope.surface(element[field]);
      if (surface !== undefined) {
        scope.use(surface, 'read');
      }
      return surface;
    });
    scope.effects.translations.push(() => ({
      [part]: elements.map((element, i) => ({ ...element, [field]: surfaces[i]?.id ?? SVGA3D_INVALID_ID })),
    }));
  };
}

/** An object in a table of the context, named by a field of the body. */
function tableAct(name: CommandName, { coTable, isView, field, uses }: Reference): Act {
  const type = coTable as number;
  const on = (act: (scope: CommandScope, id: number) => void): Act => {
    return (fields, scope) => act(scope, fields[field as string] as number);
  };
  const actions = new Set(uses.map(({ action }) => action));
  if (actions.has('define') && isView !== true) {
    return on((scope, id) => void scope.define(type, id));
  }
  if (actions.has('destroy')) {
    return on((scope, id) => (isView === true ? destroyView(scope, type, id) : scope.undefine(type, id)));
  }
  if (isView === true && (actions.has('write') || actions.has('read'))) {
    const effect = actions.has('write') ? 'write' : 'read';
    return on((scope, id) => useKnownView(scope, type, id, effect));
  }
  throw new TypeError(`${name} needs a rule for its ${field}`);
}

function actOf(name: CommandName, reference: Reference): readonly Act[] {
  const { kind, coTable, part, field, uses } = reference;
  const [{ action }] = uses;
  if (action === 'set') {
    return [slotsSetBy(name, reference)];
  }
  if (coTable !== undefined) {
    return [tableAct(name, reference)];
  }
  if (kind === 'surface') {
    // Surfaces that the body names are looked up for every command alike.
    return part === undefined ? [] : [readEach(part, field as string)];
  }
  if (kind === 'context' && action === 'use') {
    return [];
  }
  throw new TypeError(`${name} needs a rule for its ${field}`);
}

/**
 * A command's effect on its context, as derived from the protocol's description.
 * @returns undefined for a command without a context
 */
export function contextEffectOf(
  name: CommandName,
): ((fields: never, scope: CommandScope) => void) | undefined {
  const { references, pipeline } = effectsOf(name);
  const { dx } = definitionOf(name);
  const namesItsObjects = references.some(({ coTable }) => coTable !== undefined);
  const namesNothing = dx && references.length === 0;
  if (pipeline === undefined && !namesItsObjects && !namesNothing) {
    return undefined;
  }
  const acts = references.flatMap((reference) => actOf(name, reference));
  const stage = pipeline === 'draw' ? 'graphics' : pipeline === 'dispatch' ? 'compute' : undefined;
  return (fields: { readonly cid: number }, scope) => {
    const { state } = dx ? scope.dx : scope.legacy(fields.cid);
    for (const act of acts) {
      act(fields as unknown as Fields, scope, state);
    }
    if (stage !== undefined) {
      scope.draw(state, stage);
    }
  };
}
