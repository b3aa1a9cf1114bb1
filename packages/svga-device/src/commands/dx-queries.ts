import { queryEntry, SVGA_COTABLE, SVGA3D_INVALID_ID, SVGA3D_QUERYTYPE, viewOf } from '@cg/svga-protocol';
import type { CommandFields } from '@cg/svga-protocol';
import { SvgaDeviceError } from '../errors.js';
import type { DxContext } from '../objects/contexts.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { CommandWait } from '../renderer/command-wait.js';
import { ContextQueries } from '../renderer/context-queries.js';
import type { DrawingRenderer, QueryResult } from '../renderer/renderer.js';
import type { CommandFamily } from './command-family.js';

/** SVGA3D_QUERYSTATE_SUCCEEDED and _FAILED of svga3d_types.h. */
const SUCCEEDED = 1;
const FAILED = 2;

/** The bytes of each number of a result, by SVGA3D_QUERYTYPE; it lies right behind the state of four bytes. */
const resultBytes: Partial<Readonly<Record<number, readonly number[]>>> = {
  [SVGA3D_QUERYTYPE.OCCLUSION]: [4],
  [SVGA3D_QUERYTYPE.TIMESTAMP]: [8],
  [SVGA3D_QUERYTYPE.TIMESTAMPDISJOINT]: [8, 4],
  [SVGA3D_QUERYTYPE.PIPELINESTATS]: Array.from({ length: 11 }, () => 8),
  [SVGA3D_QUERYTYPE.OCCLUSIONPREDICATE]: [4],
  [SVGA3D_QUERYTYPE.STREAMOUTPUTSTATS]: [8, 8],
  [SVGA3D_QUERYTYPE.STREAMOVERFLOWPREDICATE]: [4],
  [SVGA3D_QUERYTYPE.OCCLUSION64]: [8],
};
const MAX_U32 = 0xffff_ffff;
const TWO_32 = 2 ** 32;

/** The queries of the current commands' DX context. */
function queriesOf(context: DxContext, renderer: DrawingRenderer): ContextQueries {
  context.queries ??= new ContextQueries(renderer);
  return context.queries;
}

function begin(objects: DeviceObjects, { queryId }: CommandFields<'DX_BEGIN_QUERY'>): void {
  const { type } = objects.coTable(SVGA_COTABLE.DXQUERY).read(queryId, queryEntry);
  if (objects.drawing !== undefined) {
    queriesOf(objects.currentDxContext(), objects.drawing).begin(queryId, type);
  }
}

/** The state, and the result if there is one, as they lie in the MOB. */
function encoded(type: number, result: QueryResult): Uint8Array {
  const sizes = result === undefined ? [] : (resultBytes[type] ?? []);
  const bytes = new Uint8Array(4 + sizes.reduce((sum, size) => sum + size, 0));
  const view = viewOf(bytes);
  view.setUint32(0, sizes.length === 0 ? FAILED : SUCCEEDED, true);
  let at = 4;
  sizes.forEach((size, i) => {
    const value = Math.max(Math.floor(result?.[i] ?? 0), 0);
    if (size === 4) {
      view.setUint32(at, Math.min(value, MAX_U32), true);
    } else {
      view.setUint32(at, value % TWO_32, true);
      view.setUint32(at + 4, Math.floor(value / TWO_32), true);
    }
    at += size;
  });
  return bytes;
}

interface Ended {
  readonly queryId: number;
  readonly type: number;
  readonly mobid: number;
  readonly offset: number;
}

function write(objects: DeviceObjects, { type, mobid, offset }: Ended, result: QueryResult): void {
  const bytes = encoded(type, result);
  checkPlace(objects, mobid, offset, bytes.length);
  objects.cursor.aim(objects.mob(mobid)).writeTo(offset, bytes, 0, bytes.length);
}

function checkPlace(objects: DeviceObjects, mobid: number, at: number, length: number): void {
  const mob = objects.mob(mobid);
  if (at + length > mob.bytes) {
    throw new SvgaDeviceError('EFAULT', 'query result is outside its MOB', { mobid, at, bytes: mob.bytes });
  }
}

function answer(objects: DeviceObjects, queries: ContextQueries, ended: Ended, result: QueryResult): void {
  if (result !== undefined) {
    queries.setResult(
      ended.queryId,
      result.some((value) => value !== 0),
    );
  }
  if (ended.mobid !== SVGA3D_INVALID_ID) {
    write(objects, ended, result);
  }
}

function isAnswer(result: PromiseLike<QueryResult> | QueryResult): result is PromiseLike<QueryResult> {
  return result !== undefined && 'then' in result;
}

/** The result is in the MOB when the command is done: guests wait for a fence, and then read it. */
function end(objects: DeviceObjects, { queryId }: CommandFields<'DX_END_QUERY'>): void {
  const { type, mobid, offset } = objects.coTable(SVGA_COTABLE.DXQUERY).read(queryId, queryEntry);
  if (mobid !== SVGA3D_INVALID_ID) {
    checkPlace(objects, mobid, offset, encoded(type, [0, 0]).length);
  }
  if (objects.drawing === undefined) {
    return;
  }
  const queries = queriesOf(objects.currentDxContext(), objects.drawing);
  const ended = { queryId, type, mobid, offset };
  const isPoint = type === SVGA3D_QUERYTYPE.TIMESTAMP || type === SVGA3D_QUERYTYPE.TIMESTAMPDISJOINT;
  const result = queries.end(queryId, type, isPoint);
  if (!isAnswer(result)) {
    answer(objects, queries, ended, result);
    return;
  }
  let known: QueryResult;
  const told = result.then((value) => {
    known = value;
  });
  throw new CommandWait(told, () => answer(objects, queries, ended, known));
}

/** Queries of DX contexts, which the renderer counts. Results are written as a query ends: read-backs do nothing. */
export const dxQueryCommands: CommandFamily = {
  DX_BEGIN_QUERY: begin,
  DX_END_QUERY: end,
  DX_READBACK_QUERY: (objects, { queryId }) => {
    objects.coTable(SVGA_COTABLE.DXQUERY).read(queryId, queryEntry);
  },
  DX_READBACK_ALL_QUERY: (objects, { cid }) => void objects.dxContext(cid),
};
