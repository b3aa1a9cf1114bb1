import { SvgaDeviceError } from '../errors.js';
import type { GuestBacking } from '../memory/guest-backing.js';
import { PAGE_SIZE } from '../memory/guest-memory.js';
import type { CoTable } from '../objects/co-table.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import type { CommandFields } from '@cg/svga-protocol';
import { SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';

type TableFields = CommandFields<'DX_SET_COTABLE'>;

function tableOf(objects: DeviceObjects, cid: number, type: number): CoTable {
  const table = objects.dxContext(cid).tables[type];
  if (table === undefined) {
    throw new SvgaDeviceError('EINVAL', 'no such COTable', { cid, type });
  }
  return table;
}

/** Number of entries that fit in a MOB, up to the limit. */
function capacityOf(objects: DeviceObjects, table: CoTable, mob: GuestBacking): number {
  return Math.min(Math.floor(mob.bytes / table.entryBytes), objects.limits.maxCoTableEntries);
}

/** @param written bytes of it that are written or read immediately */
function chargeNewTable({ budget }: DeviceObjects, bytes: number, written: number): void {
  budget.chargeEach(bytes - written, COST.FRESH_BYTE);
  budget.chargeEach(written, COST.FRESH_TABLE_BYTE);
}

/**
 * DX_SET_COTABLE: binds a table to a MOB whose first `validSizeInBytes` are valid entries; or, without one, removes
 * it. Its former entries are lost: a guest that needs them reads them back first.
 */
function setTable(objects: DeviceObjects, { cid, mobid, type, validSizeInBytes }: TableFields): void {
  const table = tableOf(objects, cid, type);
  if (mobid === SVGA3D_INVALID_ID) {
    table.drop(objects.images);
    return;
  }
  const mob = objects.mob(mobid);
  if (validSizeInBytes > mob.bytes) {
    throw new SvgaDeviceError('EINVAL', 'more is valid than the MOB has', { mobid, validSizeInBytes });
  }
  const capacity = capacityOf(objects, table, mob);
  const valid = Math.min(validSizeInBytes, capacity * table.entryBytes);
  chargeNewTable(objects, capacity * table.entryBytes, valid);
  objects.budget.charge(valid, 1 + Math.ceil(valid / PAGE_SIZE));
  table.resize(capacity, objects.images, (entries) => objects.cursor.aim(mob).readFrom(0, entries, 0, valid));
  table.mobId = mobid;
}

/** DX_GROW_COTABLE: moves a table to a larger MOB. Its entries stay, and are written there. */
function growTable(objects: DeviceObjects, { cid, mobid, type }: TableFields): void {
  const table = tableOf(objects, cid, type);
  const mob = objects.mob(mobid);
  const capacity = capacityOf(objects, table, mob);
  if (capacity < table.capacity) {
    throw new SvgaDeviceError('EINVAL', 'table does not grow', { type, capacity, before: table.capacity });
  }
  chargeNewTable(objects, capacity * table.entryBytes, capacity * table.entryBytes);
  objects.budget.charge(
    2 * capacity * table.entryBytes,
    1 + Math.ceil((capacity * table.entryBytes) / PAGE_SIZE),
  );
  const before = table.entries;
  table.resize(capacity, objects.images, (entries) => entries.set(before));
  table.mobId = mobid;
  objects.cursor.aim(mob).writeTo(0, table.entries, 0, table.entries.length);
}

/** Writes all entries into a MOB. */
function writeEntries(objects: DeviceObjects, table: CoTable, mobid: number): void {
  const mob = objects.mob(mobid);
  const { entries } = table;
  if (entries.length > mob.bytes) {
    throw new SvgaDeviceError('EFAULT', 'MOB is too small for the COTable', { mobid, bytes: mob.bytes });
  }
  objects.budget.charge(entries.length, 1 + Math.ceil(entries.length / PAGE_SIZE));
  objects.cursor.aim(mob).writeTo(0, entries, 0, entries.length);
}

function readbackTable(objects: DeviceObjects, { cid, type }: CommandFields<'DX_READBACK_COTABLE'>): void {
  const table = tableOf(objects, cid, type);
  if (table.mobId !== SVGA3D_INVALID_ID) {
    writeEntries(objects, table, table.mobId);
  }
}

/** The tables of DX contexts. */
export const coTableCommands: CommandFamily = {
  DX_SET_COTABLE: setTable,
  DX_GROW_COTABLE: growTable,
  DX_READBACK_COTABLE: readbackTable,
  DX_COPY_COTABLE_INTO_MOB: (objects, { cid, type, mobid }) => {
    writeEntries(objects, tableOf(objects, cid, type), mobid);
  },
};
