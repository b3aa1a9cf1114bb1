import { SVGA3D_INVALID_ID, type CommandFields, legacySlots } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { LegacyContext } from '../../resource/contexts/legacy-context.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRules } from './command-rule.js';

/** SVGA3dClearFlag of svga3d_types.h. */
const SVGA3D_CLEAR = { COLOR: 1, DEPTH: 2, STENCIL: 4 } as const;
/** SVGA3dRenderTargetType of svga3d_types.h: from the third on they are colours. */
const SVGA3D_RT = { DEPTH: 0, STENCIL: 1, COLOR0: 2 } as const;

/** SVGA3dQueryResult of svga3d_types.h: its size, the state, the result. */
const QUERY_RESULT_BYTES = 12;

/** The render targets that a clear fills, by the flags of what it clears. */
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

type Named = { readonly surfaceId: number };

/** Surfaces that elements of a part of a command name, or none: read, and named by their ids when it is sent. */
function readEach<T extends Named>(scope: CommandScope, part: string, elements: readonly T[]): void {
  const surfaces = elements.map(({ surfaceId }) => {
    const surface = scope.surface(surfaceId);
    if (surface !== undefined) {
      scope.use(surface, 'read');
    }
    return surface;
  });
  scope.effects.translations.push(() => ({
    [part]: elements.map((element, i) => ({ ...element, surfaceId: surfaces[i]?.id ?? SVGA3D_INVALID_ID })),
  }));
}

type GbQueryFields = CommandFields<'END_GB_QUERY'>;

/** The result of a query comes to a buffer object. @throws VmwgfxError ENOENT, EINVAL where it leaves that */
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

/** A query whose result has a guest pointer: that is a handle, and the device is told of a MOB. */
const answerPointer =
  (sentAs: 'END_GB_QUERY' | 'WAIT_FOR_GB_QUERY') =>
  (
    { cid, guestResultGmrId: mobid, guestResultOffset: offset }: CommandFields<'END_QUERY'>,
    scope: CommandScope,
  ): void => {
    answer(scope, { cid, mobid, offset });
    scope.effects.sentAs = sentAs;
  };

/** Clears, draws and queries of contexts without DX. */
export const legacyDrawRules: CommandRules = {
  CLEAR: {
    surfaces: [],
    apply: ({ cid, clearFlag }, scope) => clear(scope, scope.legacy(cid), clearFlag),
  },
  DRAW_PRIMITIVES: {
    surfaces: [],
    apply({ cid, vertexDecls, ranges }, scope) {
      const { state } = scope.legacy(cid);
      readEach(scope, 'vertexDecls', vertexDecls);
      readEach(scope, 'ranges', ranges);
      scope.draw(state, 'graphics');
    },
  },
  DRAW: { surfaces: [], apply: ({ cid }, scope) => scope.draw(scope.legacy(cid).state, 'graphics') },
  DRAW_INDEXED: {
    surfaces: [{ field: 'indexBufferSid', effect: 'read' }],
    apply: ({ cid }, scope) => scope.draw(scope.legacy(cid).state, 'graphics'),
  },
  BEGIN_QUERY: {
    surfaces: [],
    apply({ cid }, scope) {
      scope.legacy(cid);
      scope.effects.sentAs = 'BEGIN_GB_QUERY';
    },
  },
  END_QUERY: { surfaces: [], apply: answerPointer('END_GB_QUERY') },
  WAIT_FOR_QUERY: { surfaces: [], apply: answerPointer('WAIT_FOR_GB_QUERY') },
  BEGIN_GB_QUERY: { surfaces: [], apply: ({ cid }, scope) => void scope.legacy(cid) },
  END_GB_QUERY: { surfaces: [], apply: (fields, scope) => answer(scope, fields) },
  WAIT_FOR_GB_QUERY: { surfaces: [], apply: (fields, scope) => answer(scope, fields) },
};
