import { SvgaDeviceError } from '../errors.js';
import { GuestBacking } from '../memory/guest-backing.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import type { CommandFields } from '@cg/svga-protocol';
import {
  contextEntry,
  dxContextEntry,
  mobEntry,
  objectTableEntryBytes,
  SVGA_OTABLE,
} from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';
import { writeShaderEntry } from './contexts.js';
import { writeScreenEntry } from './screens.js';
import { writeSurfaceEntry } from './surfaces.js';
import { checkNewId } from './object-ids.js';

type TableFields = CommandFields<'SET_OTABLE_BASE64'>;

function newTable(objects: DeviceObjects, fields: TableFields): GuestBacking | undefined {
  const { type, baseAddress, sizeInBytes, validSizeInBytes, ptDepth } = fields;
  const lastType = objects.limits.dx ? SVGA_OTABLE.DXCONTEXT : SVGA_OTABLE.SCREENTARGET;
  if (type > lastType || validSizeInBytes > sizeInBytes) {
    throw new SvgaDeviceError('EINVAL', 'not an object table', { type, sizeInBytes, validSizeInBytes });
  }
  return sizeInBytes === 0 ? undefined : new GuestBacking(objects.memory, ptDepth, baseAddress, sizeInBytes);
}

/**
 * SET_OTABLE_BASE64: sets the place of an object table, or removes it if the size is 0. Objects of its type whose
 * entries lie within `validSizeInBytes`, the part that the guest promises to have moved, stay; the others are
 * dropped.
 */
function setObjectTable(objects: DeviceObjects, fields: TableFields): void {
  const { type, validSizeInBytes } = fields;
  const backing = newTable(objects, fields);
  objects.budget.chargeEach(objects.count(type), COST.LOOK);
  objects.dropObjects(type, Math.floor(validSizeInBytes / objectTableEntryBytes[type]));
  objects.tables.set(type, backing);
}

/** GROW_OTABLE: moves a table to a larger place. All objects stay, and the device writes their entries there. */
function growObjectTable(objects: DeviceObjects, fields: TableFields): void {
  const { type, sizeInBytes } = fields;
  const backing = newTable(objects, fields);
  const before = objects.tables.backing(type);
  if (backing === undefined || backing.bytes < (before?.bytes ?? 0)) {
    throw new SvgaDeviceError('EINVAL', 'table does not grow', { type, sizeInBytes });
  }
  chargeEntries(objects, type);
  objects.tables.set(type, backing);
  writeEntries(objects, type);
}

/** Charges for the entries of all objects of a type, independent of the table's size. */
function chargeEntries(objects: DeviceObjects, type: number): void {
  const each = COST.ENTRY + COST.ENTRY_BYTE * objectTableEntryBytes[type];
  objects.budget.chargeEach(objects.count(type), each);
}

/** Writes the entry of every object of a type to its table. */
function writeEntries(objects: DeviceObjects, type: number): void {
  const { tables } = objects;
  switch (type) {
    case SVGA_OTABLE.MOB:
      for (const [id, mob] of objects.mobs) {
        writeMobEntry(objects, id, mob);
      }
      break;
    case SVGA_OTABLE.SURFACE:
      for (const { definition, mobId } of objects.surfaces.values()) {
        writeSurfaceEntry(objects, definition, mobId);
      }
      break;
    case SVGA_OTABLE.CONTEXT:
      objects.contexts.forEach(({ mobId }, cid) =>
        tables.write(type, cid, contextEntry, { cid, mobid: mobId }),
      );
      break;
    case SVGA_OTABLE.SHADER:
      objects.shaders.forEach((shader, id) => writeShaderEntry(objects, id, shader));
      break;
    case SVGA_OTABLE.SCREENTARGET:
      objects.screens.forEach((screen) => writeScreenEntry(objects, screen));
      break;
    case SVGA_OTABLE.DXCONTEXT:
      objects.dxContexts.forEach(({ mobId }, cid) => {
        tables.write(type, cid, dxContextEntry, { cid, mobid: mobId });
      });
      break;
  }
}

/** READBACK_OTABLE: writes the device's state to the table. */
function readbackObjectTable(objects: DeviceObjects, { type }: CommandFields<'READBACK_OTABLE'>): void {
  if (objects.tables.backing(type) === undefined) {
    throw new SvgaDeviceError('ENOENT', 'no such object table', { type });
  }
  chargeEntries(objects, type);
  writeEntries(objects, type);
}

function writeMobEntry(objects: DeviceObjects, id: number, mob: GuestBacking): void {
  objects.tables.write(SVGA_OTABLE.MOB, id, mobEntry, {
    ptDepth: mob.format,
    sizeInBytes: mob.bytes,
    base: mob.base,
  });
}

function setMob(objects: DeviceObjects, fields: CommandFields<'DEFINE_GB_MOB64'>): void {
  const { mobid, ptDepth, base, sizeInBytes } = fields;
  if (sizeInBytes > objects.limits.maxMobBytes) {
    throw new SvgaDeviceError('ENOMEM', 'MOB is too large', { mobid, sizeInBytes });
  }
  const mob = new GuestBacking(objects.memory, ptDepth, base, sizeInBytes);
  writeMobEntry(objects, mobid, mob);
  objects.mobs.set(mobid, mob);
}

function defineMob(objects: DeviceObjects, fields: CommandFields<'DEFINE_GB_MOB64'>): void {
  checkNewId(objects.mobs, fields.mobid, objects.limits.maxMobs);
  setMob(objects, fields);
}

/** Gives a MOB other pages; bindings to it stay. */
function redefineMob(objects: DeviceObjects, fields: CommandFields<'REDEFINE_GB_MOB64'>): void {
  objects.mob(fields.mobid);
  setMob(objects, fields);
}

/** Bindings of surfaces to the MOB's id stay. */
function destroyMob(objects: DeviceObjects, { mobid }: CommandFields<'DESTROY_GB_MOB'>): void {
  objects.mob(mobid);
  objects.tables.clear(SVGA_OTABLE.MOB, mobid);
  objects.mobs.delete(mobid);
}

/** Writes a `bytes`-byte number into a MOB. */
function writeFence(objects: DeviceObjects, mobid: number, at: number, value: number, bytes: 4 | 8): void {
  const mob = objects.mob(mobid);
  if (at + bytes > mob.bytes) {
    throw new SvgaDeviceError('EFAULT', 'fence is outside its MOB', { mobid, at, bytes: mob.bytes });
  }
  const number = new DataView(new ArrayBuffer(8));
  number.setUint32(0, value % 2 ** 32, true);
  number.setUint32(4, Math.floor(value / 2 ** 32), true);
  objects.cursor.aim(mob).writeTo(at, new Uint8Array(number.buffer), 0, bytes);
}

/** Object tables and MOBs. */
export const mobCommands: CommandFamily = {
  SET_OTABLE_BASE: setObjectTable,
  SET_OTABLE_BASE64: setObjectTable,
  GROW_OTABLE: growObjectTable,
  READBACK_OTABLE: readbackObjectTable,
  DEFINE_GB_MOB: defineMob,
  DEFINE_GB_MOB64: defineMob,
  REDEFINE_GB_MOB64: redefineMob,
  DESTROY_GB_MOB: destroyMob,
  // Page lists are read for each transfer, so a changed mapping takes effect anyway.
  UPDATE_GB_MOB_MAPPING: (objects, { mobid }) => void objects.mob(mobid),
  GB_MOB_FENCE: (objects, { value, mobId, mobOffset }) => writeFence(objects, mobId, mobOffset, value, 4),
  DX_MOB_FENCE_64: (objects, { value, mobId, mobOffset }) => writeFence(objects, mobId, mobOffset, value, 8),
};
