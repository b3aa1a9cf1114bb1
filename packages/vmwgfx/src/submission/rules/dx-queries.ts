import { SVGA3D_INVALID_ID, SVGA_COTABLE } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { BufferObject } from '../../memory/buffer-object.js';
import type { DxContext } from '../../resource/contexts/dx-context.js';
import { QueryMemory, type Query } from '../../resource/contexts/query-memory.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRules } from './command-rule.js';

/** Size of the state before a result: SVGADXQueryResultUnion of svga3d_dx.h by SVGA3dQueryType. */
const STATE_BYTES = 4;
const resultBytes: readonly number[] = [4, 8, 12, 88, 4, 16, 4, 8, 16, 16, 16, 16, 4, 4, 4, 4];

function knownQuery({ queries }: DxContext, id: number): Query {
  const query = queries.get(id);
  if (query === undefined) {
    throw new VmwgfxError('ENOENT', `the context has no query ${id}`, { id });
  }
  return query;
}

/** The context's query memory: one buffer object per context. @throws VmwgfxError EINVAL */
function useMemory(scope: CommandScope, object: BufferObject): QueryMemory {
  const { dx } = scope;
  const { queryMemory } = dx;
  if (queryMemory !== undefined) {
    if (queryMemory.backing !== object) {
      throw new VmwgfxError('EINVAL', 'the results of a context go to one buffer object');
    }
    return queryMemory;
  }
  for (const { value: resident } of object.resources.overlapping(0, object.bytes)) {
    if (resident instanceof QueryMemory) {
      throw new VmwgfxError('EINVAL', 'the results of another context go to the buffer object');
    }
  }
  const memory = new QueryMemory(dx.tables[SVGA_COTABLE.DXQUERY], object);
  const held = scope.changes.reserve(object);
  memory.attach(held, 0);
  dx.queryMemory = memory;
  scope.changes.change(() => {
    dx.queryMemory = undefined;
    memory.refused();
    memory.detach(held);
  });
  return memory;
}

/** Gives a query a place in the context's memory. @throws VmwgfxError EINVAL, ENOENT */
function place(scope: CommandScope, id: number, handle: number, offset: number): void {
  const { dx } = scope;
  const query = knownQuery(dx, id);
  const object = scope.handles.buffer(handle);
  checkPlace(query, object, offset);
  const memory = useMemory(scope, object);
  scope.changes.need(memory, false);
  scope.define(SVGA_COTABLE.DXQUERY, id);
  scope.put(dx.queries, id, { ...query, bound: true, offset });
  scope.effects.refused.push(() => memory.refused());
  scope.effects.translations.push(() => ({ mobid: object.mobId() }));
}

function checkPlace({ type }: Query, object: BufferObject, offset: number): void {
  if (offset + STATE_BYTES + resultBytes[type] > object.bytes) {
    throw new VmwgfxError('EINVAL', `a result at ${offset} leaves the buffer object`, { offset });
  }
}

/**
 * Uses a query that has a place for its result, which is or may be written.
 * @throws VmwgfxError EINVAL, ENOENT
 */
function useQuery(scope: CommandScope, id: number, isAnswered: boolean): void {
  const { dx } = scope;
  const { bound, offset, type } = knownQuery(dx, id);
  scope.name(SVGA_COTABLE.DXQUERY, id);
  const { queryMemory } = dx;
  const object = queryMemory?.backing;
  if (!bound || queryMemory === undefined || object === undefined) {
    throw new VmwgfxError('EINVAL', `query ${id} has no place for its result`, { id });
  }
  scope.changes.need(queryMemory, isAnswered);
  if (isAnswered) {
    scope.range(object, offset, offset + STATE_BYTES + resultBytes[type], true);
  }
}

/** Queries of DX contexts. */
export const dxQueryRules: CommandRules = {
  DX_DEFINE_QUERY: {
    apply({ queryId, type }, scope) {
      if (resultBytes[type] === undefined || scope.dx.queries.has(queryId)) {
        throw new VmwgfxError('EINVAL', `no query ${queryId} of type ${type} can be defined`, {
          id: queryId,
        });
      }
      scope.define(SVGA_COTABLE.DXQUERY, queryId);
      scope.put(scope.dx.queries, queryId, { type, bound: false, offset: 0 });
    },
  },
  DX_DESTROY_QUERY: {
    apply({ queryId }, scope) {
      knownQuery(scope.dx, queryId);
      scope.undefine(SVGA_COTABLE.DXQUERY, queryId);
      scope.put(scope.dx.queries, queryId, undefined);
    },
  },
  DX_BIND_QUERY: {
    apply: ({ queryId, mobid }, scope) => place(scope, queryId, mobid, knownQuery(scope.dx, queryId).offset),
  },
  DX_MOVE_QUERY: {
    apply: ({ queryId, mobid, mobOffset }, scope) => place(scope, queryId, mobid, mobOffset),
  },
  DX_SET_QUERY_OFFSET: {
    apply({ queryId, mobOffset }, scope) {
      const query = knownQuery(scope.dx, queryId);
      const object = scope.dx.queryMemory?.backing;
      if (object !== undefined) {
        checkPlace(query, object, mobOffset);
      }
      scope.define(SVGA_COTABLE.DXQUERY, queryId);
      scope.put(scope.dx.queries, queryId, { ...query, offset: mobOffset });
    },
  },
  DX_BEGIN_QUERY: { apply: ({ queryId }, scope) => useQuery(scope, queryId, false) },
  DX_END_QUERY: { apply: ({ queryId }, scope) => useQuery(scope, queryId, true) },
  DX_READBACK_QUERY: { apply: ({ queryId }, scope) => useQuery(scope, queryId, true) },
  DX_SET_PREDICATION: {
    apply({ queryId }, scope) {
      if (queryId === SVGA3D_INVALID_ID) {
        void scope.dx;
        return;
      }
      useQuery(scope, queryId, false);
    },
  },
};
