import { SVGA3D_INVALID_ID, type CommandFields, legacySlots } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { LegacyContext } from '../../resource/contexts/legacy-context.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRules } from './command-rule.js';
import { subresourceOf } from './extents.js';
import { idOf, shaderTypeIndex } from './slot-settings.js';

/** SVGA3dClearFlag of svga3d_types.h. */
const SVGA3D_CLEAR = { COLOR: 1, DEPTH: 2, STENCIL: 4 } as const;
/** SVGA3dRenderTargetType of svga3d_types.h: colours from the third on. */
const SVGA3D_RT = { DEPTH: 0, STENCIL: 1, COLOR0: 2 } as const;

/** SVGA3dQueryResult of svga3d_types.h: its size, the state, the result. */
const QUERY_RESULT_BYTES = 12;

/** Uses the render targets that a clear with these flags fills. */
function clear(scope: CommandScope, { state }: LegacyContext, flags: number): void {
  const { first, count } = legacySlots.renderTargets;
  for (let type = 0; type < count; type++) {
    const flag =
      type === SVGA3D_RT.DEPTH
        ? SVGA3D_CLEAR.DEPTH
        : type === SVGA3D_RT.STENCIL
          ? SVGA3D_CLEAR.STENCIL
          : SVGA3D_CLEAR.COLOR;
    const binding = state.at(first + type);
    if (binding !== undefined && (flags & flag) !== 0) {
      scope.useBinding(binding, 'write');
    }
  }
}

type GbQueryFields = CommandFields<'END_GB_QUERY'>;

/** A query's result is written to a buffer object. @throws VmwgfxError ENOENT, EINVAL if it is not all inside */
function answer(scope: CommandScope, { cid, mobid, offset }: Omit<GbQueryFields, 'type'>): void {
  scope.legacy(cid);
  const object = scope.handles.buffer(mobid);
  const end = offset + QUERY_RESULT_BYTES;
  if (end > object.bytes) {
    throw new VmwgfxError('EINVAL', `a result at ${offset} leaves the buffer object`, { offset });
  }
  scope.range(object, offset, end, true);
  scope.effects.translations.push(() => ({ mobid: object.mobId(), offset }));
}

/** A query with a guest pointer for its result: the user's is a handle, the device gets a MOB. */
const answerPointer =
  (sentAs: 'END_GB_QUERY' | 'WAIT_FOR_GB_QUERY') =>
  (
    { cid, guestResultGmrId: mobid, guestResultOffset: offset }: CommandFields<'END_QUERY'>,
    scope: CommandScope,
  ): void => {
    answer(scope, { cid, mobid, offset });
    scope.effects.sentAs = sentAs;
  };

/** Contexts without DX, which commands name in their `cid`: everything but state, draws and surfaces in slots. */
export const legacyRules: CommandRules = {
  SETRENDERTARGET: {
    check({ sid, face, mipmap }, scope) {
      const target = scope.surface(sid);
      if (target !== undefined) {
        subresourceOf(target, face, mipmap);
      }
    },
  },
  SET_SHADER: {
    apply({ cid, type, shid }, scope) {
      const { state } = scope.legacy(cid);
      const group = legacySlots.shaders[shaderTypeIndex(type)];
      const target = shid === SVGA3D_INVALID_ID ? undefined : scope.handles.shader(shid);
      if (target !== undefined) {
        if (target.type !== type) {
          throw new VmwgfxError('EINVAL', `shader ${shid} is of another type`, { handle: shid });
        }
        scope.changes.need(target, false);
      }
      scope.bind(state, group, 0, [{ target }]);
      scope.effects.translations.push(() => ({ shid: idOf({ target }) }));
    },
  },
  CLEAR: { apply: ({ cid, clearFlag }, scope) => clear(scope, scope.legacy(cid), clearFlag) },
  BEGIN_QUERY: {
    apply({ cid }, scope) {
      scope.legacy(cid);
      scope.effects.sentAs = 'BEGIN_GB_QUERY';
    },
  },
  END_QUERY: { apply: answerPointer('END_GB_QUERY') },
  WAIT_FOR_QUERY: { apply: answerPointer('WAIT_FOR_GB_QUERY') },
  END_GB_QUERY: { apply: (fields, scope) => answer(scope, fields) },
  WAIT_FOR_GB_QUERY: { apply: (fields, scope) => answer(scope, fields) },
};
