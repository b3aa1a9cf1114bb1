import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { queryEntry, SVGA_COTABLE, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';
import type { CommandFields } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';

/** SVGA3D_QUERYSTATE_FAILED of svga3d_types.h, as a dword. */
const FAILED = Uint8Array.of(2, 0, 0, 0);

/** Offset of the state in an SVGA3dQueryResult; a DX result begins with it. */
const STATE_OFFSET = 4;

/** Marks a query as failed: nothing was drawn to count, and the guest must not wait for ever. */
function fail(objects: DeviceObjects, mobid: number, at: number): void {
  const mob = objects.mob(mobid);
  if (at + FAILED.length > mob.bytes) {
    throw new SvgaDeviceError('EFAULT', 'query result is outside its MOB', { mobid, at, bytes: mob.bytes });
  }
  objects.cursor.aim(mob).writeTo(at, FAILED, 0, FAILED.length);
}

function endDxQuery(objects: DeviceObjects, { queryId }: CommandFields<'DX_END_QUERY'>): void {
  const { mobid, offset } = objects.coTable(SVGA_COTABLE.DXQUERY).read(queryId, queryEntry);
  if (mobid !== SVGA3D_INVALID_ID) {
    fail(objects, mobid, offset);
  }
}

/** Sets the one MOB, or none, for the results of all queries of a context; offsets stay. */
function bindAllQueries(objects: DeviceObjects, { cid, mobid }: CommandFields<'DX_BIND_ALL_QUERY'>): void {
  const table = objects.dxContext(cid).tables[SVGA_COTABLE.DXQUERY];
  if (mobid !== SVGA3D_INVALID_ID) {
    objects.mob(mobid);
  }
  objects.budget.chargeEach(table.capacity, COST.LOOK);
  table.setWord(queryEntry.offsets.mobid, mobid);
}

/** Bindings of query memory, and ends of queries, which are answered although they are not executed. */
export const queryCommands: CommandFamily = {
  WAIT_FOR_GB_QUERY: (objects, { mobid, offset }) => fail(objects, mobid, offset + STATE_OFFSET),
  DX_END_QUERY: endDxQuery,
  DX_BIND_ALL_QUERY: bindAllQueries,
};
