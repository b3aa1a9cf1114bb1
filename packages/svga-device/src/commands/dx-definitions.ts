import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import {
  blendStateEntry,
  depthStencilStateEntry,
  depthStencilViewEntry,
  dxShaderEntry,
  elementLayoutEntry,
  queryEntry,
  rasterizerStateEntry,
  renderTargetViewEntry,
  samplerEntry,
  shaderResourceViewEntry,
  streamOutputEntry,
  SVGA_COTABLE,
  uaViewEntry,
  SVGA3D_INVALID_ID,
} from '@cg/svga-protocol';
import type { CommandFields, FieldTypes, Struct, StructValues } from '@cg/svga-protocol';
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

/** Views of surfaces that exist: what they show must be there from the start. */
function defineView<F extends FieldTypes>(
  objects: DeviceObjects,
  type: number,
  id: number,
  entry: Struct<F>,
  values: StructValues<F> & { readonly sid: number },
): void {
  objects.surface(values.sid);
  objects.coTable(type).write(id, entry, values);
}

function destroyView(objects: DeviceObjects, type: number, id: number): void {
  objects.coTable(type).fill(id, 0xff); // sid SVGA3D_INVALID_ID
}

function destroyState(objects: DeviceObjects, type: number, id: number): void {
  objects.coTable(type).fill(id, 0);
}

function defineElementLayout(objects: DeviceObjects, fields: CommandFields<'DX_DEFINE_ELEMENTLAYOUT'>): void {
  const { elementLayoutId: elid, descs } = fields;
  if (descs.length > MAX_ELEMENTS) {
    throw new SvgaDeviceError('EINVAL', 'too many elements', { elid, elements: descs.length });
  }
  const padded = [...descs, ...Array.from({ length: MAX_ELEMENTS - descs.length }, () => noElement)];
  const values = { elid, numDescs: descs.length, descs: padded };
  objects.coTable(SVGA_COTABLE.ELEMENTLAYOUT).write(elid, elementLayoutEntry, values);
}

const noMob = { mobid: SVGA3D_INVALID_ID, offsetInBytes: 0, usesMob: 0 };
const noDeclarations = Array.from({ length: 64 }, () => {
  return { outputSlot: 0, registerIndex: 0, registerMask: 0, stream: 0 };
});

function defineQuery(objects: DeviceObjects, fields: CommandFields<'DX_DEFINE_QUERY'>): void {
  const { queryId, type, flags } = fields;
  const values = { type, state: QUERY_STATE_INITIAL, flags, mobid: SVGA3D_INVALID_ID, offset: 0 };
  objects.coTable(SVGA_COTABLE.DXQUERY).write(queryId, queryEntry, values);
}

/** Changes fields of a query's entry. */
function changeQuery(objects: DeviceObjects, id: number, change: { mobid?: number; offset?: number }): void {
  if (change.mobid !== undefined && change.mobid !== SVGA3D_INVALID_ID) {
    objects.mob(change.mobid);
  }
  const table = objects.coTable(SVGA_COTABLE.DXQUERY);
  table.write(id, queryEntry, { ...table.read(id, queryEntry), ...change });
}

function defineShader(objects: DeviceObjects, fields: CommandFields<'DX_DEFINE_SHADER'>): void {
  const { shaderId, type, sizeInBytes } = fields;
  const values = { type, sizeInBytes, offsetInBytes: 0, mobid: SVGA3D_INVALID_ID };
  objects.coTable(SVGA_COTABLE.DXSHADER).write(shaderId, dxShaderEntry, values);
}

/** DX_BIND_SHADER names its context itself. */
function bindShader(objects: DeviceObjects, fields: CommandFields<'DX_BIND_SHADER'>): void {
  const { cid, shid, mobid, offsetInBytes } = fields;
  if (mobid !== SVGA3D_INVALID_ID) {
    objects.mob(mobid);
  }
  const table = objects.dxContext(cid).tables[SVGA_COTABLE.DXSHADER];
  table.write(shid, dxShaderEntry, { ...table.read(shid, dxShaderEntry), mobid, offsetInBytes });
}

/** Views of the DX context that the command buffer names. */
const viewCommands: CommandFamily = {
  DX_DEFINE_SHADERRESOURCE_VIEW: (objects, fields) => {
    defineView(objects, SVGA_COTABLE.SRVIEW, fields.shaderResourceViewId, shaderResourceViewEntry, fields);
  },
  DX_DESTROY_SHADERRESOURCE_VIEW: (objects, fields) => {
    destroyView(objects, SVGA_COTABLE.SRVIEW, fields.shaderResourceViewId);
  },
  DX_DEFINE_RENDERTARGET_VIEW: (objects, fields) => {
    defineView(objects, SVGA_COTABLE.RTVIEW, fields.renderTargetViewId, renderTargetViewEntry, fields);
  },
  DX_DESTROY_RENDERTARGET_VIEW: (objects, fields) => {
    destroyView(objects, SVGA_COTABLE.RTVIEW, fields.renderTargetViewId);
  },
  DX_DEFINE_DEPTHSTENCIL_VIEW: (objects, fields) => {
    defineView(objects, SVGA_COTABLE.DSVIEW, fields.depthStencilViewId, depthStencilViewEntry, fields);
  },
  DX_DEFINE_DEPTHSTENCIL_VIEW_V2: (objects, fields) => {
    defineView(objects, SVGA_COTABLE.DSVIEW, fields.depthStencilViewId, depthStencilViewEntry, fields);
  },
  DX_DESTROY_DEPTHSTENCIL_VIEW: (objects, fields) => {
    destroyView(objects, SVGA_COTABLE.DSVIEW, fields.depthStencilViewId);
  },
  DX_DEFINE_UA_VIEW: (objects, fields) => {
    const values = { ...fields, structureCount: 0 };
    defineView(objects, SVGA_COTABLE.UAVIEW, fields.uaViewId, uaViewEntry, values);
  },
  DX_DESTROY_UA_VIEW: (objects, { uaViewId }) => destroyView(objects, SVGA_COTABLE.UAVIEW, uaViewId),
  DX_SET_STRUCTURE_COUNT: (objects, { uaViewId, structureCount }) => {
    const table = objects.coTable(SVGA_COTABLE.UAVIEW);
    table.write(uaViewId, uaViewEntry, { ...table.read(uaViewId, uaViewEntry), structureCount });
  },
};

/** State objects, queries and shaders of the DX context that the command buffer names, by definition. */
const stateCommands: CommandFamily = {
  DX_DEFINE_ELEMENTLAYOUT: defineElementLayout,
  DX_DESTROY_ELEMENTLAYOUT: (objects, { elementLayoutId }) => {
    destroyState(objects, SVGA_COTABLE.ELEMENTLAYOUT, elementLayoutId);
  },
  DX_DEFINE_BLEND_STATE: (objects, fields) => {
    objects.coTable(SVGA_COTABLE.BLENDSTATE).write(fields.blendId, blendStateEntry, fields);
  },
  DX_DESTROY_BLEND_STATE: (objects, { blendId }) => destroyState(objects, SVGA_COTABLE.BLENDSTATE, blendId),
  DX_DEFINE_DEPTHSTENCIL_STATE: (objects, fields) => {
    objects.coTable(SVGA_COTABLE.DEPTHSTENCIL).write(fields.depthStencilId, depthStencilStateEntry, fields);
  },
  DX_DESTROY_DEPTHSTENCIL_STATE: (objects, { depthStencilId }) => {
    destroyState(objects, SVGA_COTABLE.DEPTHSTENCIL, depthStencilId);
  },
  DX_DEFINE_RASTERIZER_STATE: (objects, fields) => {
    const values = { ...fields, forcedSampleCount: 0 };
    objects.coTable(SVGA_COTABLE.RASTERIZERSTATE).write(fields.rasterizerId, rasterizerStateEntry, values);
  },
  DX_DEFINE_RASTERIZER_STATE_V2: (objects, fields) => {
    objects.coTable(SVGA_COTABLE.RASTERIZERSTATE).write(fields.rasterizerId, rasterizerStateEntry, fields);
  },
  DX_DESTROY_RASTERIZER_STATE: (objects, { rasterizerId }) => {
    destroyState(objects, SVGA_COTABLE.RASTERIZERSTATE, rasterizerId);
  },
  DX_DEFINE_SAMPLER_STATE: (objects, fields) => {
    objects.coTable(SVGA_COTABLE.SAMPLER).write(fields.samplerId, samplerEntry, fields);
  },
  DX_DESTROY_SAMPLER_STATE: (objects, { samplerId }) =>
    destroyState(objects, SVGA_COTABLE.SAMPLER, samplerId),
  DX_DEFINE_STREAMOUTPUT: (objects, fields) => {
    const values = { ...fields, ...noMob, numOutputStreamStrides: 0 };
    objects.coTable(SVGA_COTABLE.STREAMOUTPUT).write(fields.soid, streamOutputEntry, values);
  },
  DX_DEFINE_STREAMOUTPUT_WITH_MOB: (objects, fields) => {
    const values = { ...fields, ...noMob, decl: noDeclarations, usesMob: 1 };
    objects.coTable(SVGA_COTABLE.STREAMOUTPUT).write(fields.soid, streamOutputEntry, values);
  },
  DX_BIND_STREAMOUTPUT: (objects, { soid, mobid, offsetInBytes }) => {
    objects.mob(mobid);
    const table = objects.coTable(SVGA_COTABLE.STREAMOUTPUT);
    table.write(soid, streamOutputEntry, { ...table.read(soid, streamOutputEntry), mobid, offsetInBytes });
  },
  DX_DESTROY_STREAMOUTPUT: (objects, { soid }) => destroyState(objects, SVGA_COTABLE.STREAMOUTPUT, soid),
  DX_DEFINE_QUERY: defineQuery,
  DX_DESTROY_QUERY: (objects, { queryId }) => destroyState(objects, SVGA_COTABLE.DXQUERY, queryId),
  DX_BIND_QUERY: (objects, { queryId, mobid }) => changeQuery(objects, queryId, { mobid }),
  DX_SET_QUERY_OFFSET: (objects, { queryId, mobOffset }) =>
    changeQuery(objects, queryId, { offset: mobOffset }),
  DX_MOVE_QUERY: (objects, { queryId, mobid, mobOffset }) => {
    changeQuery(objects, queryId, { mobid, offset: mobOffset });
  },
  DX_DEFINE_SHADER: defineShader,
  DX_DESTROY_SHADER: (objects, { shaderId }) => destroyState(objects, SVGA_COTABLE.DXSHADER, shaderId),
  DX_BIND_SHADER: bindShader,
};

/** What DX_DEFINE_* and DX_DESTROY_* write to COTables. */
export const dxDefinitionCommands: CommandFamily = { ...viewCommands, ...stateCommands };
