import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import {
  commandNames,
  coTableEntries,
  dxShaderEntry,
  effectsOf,
  elementLayoutEntry,
  queryEntry,
  streamOutputEntry,
  SVGA_COTABLE,
  uaViewEntry,
  SVGA3D_INVALID_ID,
} from '@cg/svga-protocol';
import type { Action, CommandFields, CommandName, Reference } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';

/** SVGADXQueryState of svga3d_dx.h: a query that was never begun. */
const QUERY_STATE_INITIAL = 0;

/** SVGA3D_DX_MAX elements of an input layout. */
const MAX_ELEMENTS = 32;

const noElement = {
  inputSlot: 0,
  alignedByteOffset: 0,
  format: 0,
  inputSlotClass: 0,
  instanceDataStepRate: 0,
  inputRegister: 0,
};

function defineElementLayout(objects: DeviceObjects, fields: CommandFields<'DX_DEFINE_ELEMENTLAYOUT'>): void {
  const { elementLayoutId: elid, descs } = fields;
  if (descs.length > MAX_ELEMENTS) {
    throw new SvgaDeviceError('EINVAL', 'too many elements', { elid, elements: descs.length });
  }
  const padded = [...descs, ...Array.from({ length: MAX_ELEMENTS - descs.length }, () => noElement)];
  const values = { elid, numDescs: descs.length, descs: padded };
  objects.coTable(SVGA_COTABLE.ELEMENTLAYOUT).write(elid, elementLayoutEntry, values, objects.images);
}

const noMob = { mobid: SVGA3D_INVALID_ID, offsetInBytes: 0, usesMob: 0 };
const noDeclarations = Array.from({ length: 64 }, () => {
  return { outputSlot: 0, registerIndex: 0, registerMask: 0, stream: 0 };
});

/** Initial values of fields that the defining commands lack. */
const initially: Partial<Record<CommandName, Readonly<Record<string, unknown>>>> = {
  DX_DEFINE_UA_VIEW: { structureCount: 0 },
  DX_DEFINE_RASTERIZER_STATE: { forcedSampleCount: 0 },
  DX_DEFINE_STREAMOUTPUT: { ...noMob, numOutputStreamStrides: 0 },
  DX_DEFINE_STREAMOUTPUT_WITH_MOB: { ...noMob, decl: noDeclarations, usesMob: 1 },
  DX_DEFINE_QUERY: { state: QUERY_STATE_INITIAL, mobid: SVGA3D_INVALID_ID, offset: 0 },
  DX_DEFINE_SHADER: { offsetInBytes: 0, mobid: SVGA3D_INVALID_ID },
};

type AnyFields = Readonly<Record<string, number>>;
type AnyExecutor = (objects: DeviceObjects, fields: AnyFields) => void;

/** Implementations of the commands with a given action on objects of a DX context, by name. */
function commandsThat(
  action: Action,
  make: (name: CommandName, object: Reference) => AnyExecutor,
): CommandFamily {
  const entries = commandNames.flatMap((name) => {
    const object = effectsOf(name).references.find(
      ({ coTable, uses }) => coTable !== undefined && uses[0].action === action,
    );
    return object === undefined ? [] : [[name, make(name, object)] as const];
  });
  return Object.fromEntries(entries) as CommandFamily;
}

/** Writes an entry with the command's fields. The surface of a view must exist. */
const defines = commandsThat('define', (name, { coTable = 0, field = '', isView }) => (objects, fields) => {
  if (isView === true) {
    objects.surface(fields.sid);
  }
  objects
    .coTable(coTable)
    .write(
      fields[field],
      coTableEntries[coTable],
      { ...initially[name], ...fields } as never,
      objects.images,
    );
  objects.forgetQuery(coTable, fields[field]);
});

/** Clears an entry: the surface of a view is SVGA3D_INVALID_ID then. */
const destroys = commandsThat('destroy', (_, { coTable = 0, field = '', isView }) => (objects, fields) => {
  objects.coTable(coTable).fill(fields[field], isView === true ? 0xff : 0, objects.images);
  objects.forgetQuery(coTable, fields[field]);
});

/** Changes fields of a query's entry. */
function changeQuery(objects: DeviceObjects, id: number, change: { mobid?: number; offset?: number }): void {
  if (change.mobid !== undefined && change.mobid !== SVGA3D_INVALID_ID) {
    objects.mob(change.mobid);
  }
  const table = objects.coTable(SVGA_COTABLE.DXQUERY);
  table.write(id, queryEntry, { ...table.read(id, queryEntry), ...change }, objects.images);
}

/** DX_BIND_SHADER has a context field of its own. */
function bindShader(objects: DeviceObjects, fields: CommandFields<'DX_BIND_SHADER'>): void {
  const { cid, shid, mobid, offsetInBytes } = fields;
  if (mobid !== SVGA3D_INVALID_ID) {
    objects.mob(mobid);
  }
  const table = objects.dxContext(cid).tables[SVGA_COTABLE.DXSHADER];
  const entry = { ...table.read(shid, dxShaderEntry), mobid, offsetInBytes };
  table.write(shid, dxShaderEntry, entry, objects.images);
  table.forget(shid, objects.images);
}

/** Changes to entries, and definitions that need more than the command's fields. */
const others: CommandFamily = {
  DX_DEFINE_ELEMENTLAYOUT: defineElementLayout,
  DX_SET_STRUCTURE_COUNT: (objects, { uaViewId, structureCount }) => {
    const table = objects.coTable(SVGA_COTABLE.UAVIEW);
    const entry = { ...table.read(uaViewId, uaViewEntry), structureCount };
    table.write(uaViewId, uaViewEntry, entry, objects.images);
  },
  DX_BIND_STREAMOUTPUT: (objects, { soid, mobid, offsetInBytes }) => {
    objects.mob(mobid);
    const table = objects.coTable(SVGA_COTABLE.STREAMOUTPUT);
    const entry = { ...table.read(soid, streamOutputEntry), mobid, offsetInBytes };
    table.write(soid, streamOutputEntry, entry, objects.images);
  },
  DX_BIND_QUERY: (objects, { queryId, mobid }) => changeQuery(objects, queryId, { mobid }),
  DX_SET_QUERY_OFFSET: (objects, { queryId, mobOffset }) =>
    changeQuery(objects, queryId, { offset: mobOffset }),
  DX_MOVE_QUERY: (objects, { queryId, mobid, mobOffset }) => {
    changeQuery(objects, queryId, { mobid, offset: mobOffset });
  },
  DX_BIND_SHADER: bindShader,
};

/** Commands for objects of the command buffer's DX context, which write to its COTables. */
export const dxDefinitionCommands: CommandFamily = { ...defines, ...destroys, ...others };
