import { SvgaDeviceError } from '../errors.js';
import { DxContext } from '../objects/contexts.js';
import type { Shader } from '../objects/contexts.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import type { CommandFields } from '@cg/svga-protocol';
import { contextEntry, dxContextEntry, shaderEntry, SVGA_OTABLE, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';
import { checkNewId } from './object-ids.js';

/** Checks the MOB of a binding: none, or one that exists. */
function checkMob(objects: DeviceObjects, mobid: number): void {
  if (mobid !== SVGA3D_INVALID_ID) {
    objects.mob(mobid);
  }
}

function defineContext(objects: DeviceObjects, { cid }: CommandFields<'DEFINE_GB_CONTEXT'>): void {
  checkNewId(objects.contexts, cid, objects.limits.maxContexts);
  objects.tables.write(SVGA_OTABLE.CONTEXT, cid, contextEntry, { cid, mobid: SVGA3D_INVALID_ID });
  objects.contexts.set(cid, { mobId: SVGA3D_INVALID_ID });
}

function knownContext(objects: DeviceObjects, cid: number): { mobId: number } {
  const context = objects.contexts.get(cid);
  if (context === undefined) {
    throw new SvgaDeviceError('ENOENT', 'no such context', { cid });
  }
  return context;
}

function destroyContext(objects: DeviceObjects, { cid }: CommandFields<'DESTROY_GB_CONTEXT'>): void {
  knownContext(objects, cid);
  objects.tables.clear(SVGA_OTABLE.CONTEXT, cid);
  objects.contexts.delete(cid);
}

function bindContext(objects: DeviceObjects, { cid, mobid }: CommandFields<'BIND_GB_CONTEXT'>): void {
  const context = knownContext(objects, cid);
  checkMob(objects, mobid);
  objects.tables.write(SVGA_OTABLE.CONTEXT, cid, contextEntry, { cid, mobid });
  context.mobId = mobid;
}

function defineDxContext(objects: DeviceObjects, { cid }: CommandFields<'DX_DEFINE_CONTEXT'>): void {
  checkNewId(objects.dxContexts, cid, objects.limits.maxContexts);
  objects.budget.chargeEach(4, COST.OBJECT); // for its twelve tables
  objects.tables.write(SVGA_OTABLE.DXCONTEXT, cid, dxContextEntry, { cid, mobid: SVGA3D_INVALID_ID });
  objects.dxContexts.set(cid, new DxContext());
}

function destroyDxContext(objects: DeviceObjects, { cid }: CommandFields<'DX_DESTROY_CONTEXT'>): void {
  const context = objects.dxContext(cid);
  objects.tables.clear(SVGA_OTABLE.DXCONTEXT, cid);
  context.drop(objects.images);
  objects.dxContexts.delete(cid);
}

function bindDxContext(objects: DeviceObjects, { cid, mobid }: CommandFields<'DX_BIND_CONTEXT'>): void {
  const context = objects.dxContext(cid);
  checkMob(objects, mobid);
  objects.tables.write(SVGA_OTABLE.DXCONTEXT, cid, dxContextEntry, { cid, mobid });
  context.mobId = mobid;
}

function knownShader(objects: DeviceObjects, shid: number): Shader {
  const shader = objects.shaders.get(shid);
  if (shader === undefined) {
    throw new SvgaDeviceError('ENOENT', 'no such shader', { shid });
  }
  return shader;
}

/** Writes the entry of a shader to the object table. */
export function writeShaderEntry(objects: DeviceObjects, shid: number, shader: Shader): void {
  const { type, sizeInBytes, offsetInBytes, mobId: mobid } = shader;
  objects.tables.write(SVGA_OTABLE.SHADER, shid, shaderEntry, { type, sizeInBytes, offsetInBytes, mobid });
}

function defineShader(objects: DeviceObjects, fields: CommandFields<'DEFINE_GB_SHADER'>): void {
  const { shid, type, sizeInBytes } = fields;
  checkNewId(objects.shaders, shid, objects.limits.maxShaders);
  const shader = { type, sizeInBytes, mobId: SVGA3D_INVALID_ID, offsetInBytes: 0 };
  writeShaderEntry(objects, shid, shader);
  objects.shaders.set(shid, shader);
}

function destroyShader(objects: DeviceObjects, { shid }: CommandFields<'DESTROY_GB_SHADER'>): void {
  knownShader(objects, shid);
  objects.tables.clear(SVGA_OTABLE.SHADER, shid);
  objects.shaders.delete(shid);
}

function bindShader(objects: DeviceObjects, fields: CommandFields<'BIND_GB_SHADER'>): void {
  const { shid, mobid, offsetInBytes } = fields;
  const shader = { ...knownShader(objects, shid), mobId: mobid, offsetInBytes };
  checkMob(objects, mobid);
  writeShaderEntry(objects, shid, shader);
  objects.shaders.set(shid, shader);
}

/**
 * Definition and binding of contexts and shaders. The device keeps the state of a DX context itself, so read-backs have
 * nothing to do. An invalidation permits losing it; here it is always lost.
 */
export const contextCommands: CommandFamily = {
  DEFINE_GB_CONTEXT: defineContext,
  DESTROY_GB_CONTEXT: destroyContext,
  BIND_GB_CONTEXT: bindContext,
  INVALIDATE_GB_CONTEXT: (objects, { cid }) => void knownContext(objects, cid),
  DX_DEFINE_CONTEXT: defineDxContext,
  DX_DESTROY_CONTEXT: destroyDxContext,
  DX_BIND_CONTEXT: bindDxContext,
  DX_INVALIDATE_CONTEXT: (objects, { cid }) => objects.dxContext(cid).ownState?.reset(),
  DEFINE_GB_SHADER: defineShader,
  DESTROY_GB_SHADER: destroyShader,
  BIND_GB_SHADER: bindShader,
};
