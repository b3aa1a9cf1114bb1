import { dxSlots, SVGA3D_DX_MAX_RENDER_TARGETS } from '@cg/svga-protocol';
import type { CommandFields } from '@cg/svga-protocol';
import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import {
  AT,
  CONSTANT,
  MAX_VIEWPORTS,
  PART,
  SCISSOR_WORDS,
  STREAM_TARGET,
  VERTEX_BUFFER,
  VIEWPORT_WORDS,
} from '../objects/dx-state.js';
import type { DxState } from '../objects/dx-state.js';
import type { CommandFamily } from './command-family.js';

function stateOf(objects: DeviceObjects): DxState {
  return objects.currentDxContext().state;
}

/** @throws SvgaDeviceError EINVAL if the run of slots leaves its group */
function checkSlots(what: string, first: number, count: number, most: number): void {
  if (first + count > most) {
    throw new SvgaDeviceError('EINVAL', `no such ${what}`, { first, count, most });
  }
}

/** @returns SVGA3dShaderType less 1 @throws SvgaDeviceError EINVAL */
function stageOf(type: number): number {
  if (type < 1 || type > dxSlots.shaders.length) {
    throw new SvgaDeviceError('EINVAL', 'no such shader type', { type });
  }
  return type - 1;
}

function setConstantBuffer(
  objects: DeviceObjects,
  { slot, type, sid, offsetInBytes, sizeInBytes }: CommandFields<'DX_SET_SINGLE_CONSTANT_BUFFER'>,
): void {
  const state = stateOf(objects);
  const stage = stageOf(type);
  const group = dxSlots.constantBuffers[stage];
  checkSlots('constant buffer', slot, 1, group.count);
  const at = AT.CONSTANTS[stage] + slot * CONSTANT.WORDS;
  state.setId(group, slot, sid, 1 << stage);
  state.set(at + CONSTANT.OFFSET, offsetInBytes, 1 << stage);
  state.set(at + CONSTANT.SIZE, sizeInBytes, 1 << stage);
}

type ConstantOffset = CommandFields<'DX_SET_VS_CONSTANT_BUFFER_OFFSET'>;

function setConstantOffset(type: number): (objects: DeviceObjects, fields: ConstantOffset) => void {
  const stage = stageOf(type);
  return (objects, { slot, offsetInBytes }) => {
    checkSlots('constant buffer', slot, 1, dxSlots.constantBuffers[stage].count);
    const at = AT.CONSTANTS[stage] + slot * CONSTANT.WORDS;
    stateOf(objects).set(at + CONSTANT.OFFSET, offsetInBytes, 1 << stage);
  };
}

function setShaderResources(
  objects: DeviceObjects,
  { startView, type, shaderResourceViewIds: ids }: CommandFields<'DX_SET_SHADER_RESOURCES'>,
): void {
  const state = stateOf(objects);
  const stage = stageOf(type);
  const group = dxSlots.shaderResources[stage];
  checkSlots('shader resource', startView, ids.length, group.count);
  ids.forEach((id, i) => state.setId(group, startView + i, id, 1 << stage));
}

function setSamplers(
  objects: DeviceObjects,
  { startSampler, type, samplerIds: ids }: CommandFields<'DX_SET_SAMPLERS'>,
): void {
  const state = stateOf(objects);
  const stage = stageOf(type);
  const group = dxSlots.samplers[stage];
  checkSlots('sampler', startSampler, ids.length, group.count);
  ids.forEach((id, i) => state.setId(group, startSampler + i, id, 1 << stage));
}

/** Of commands that state no size, a buffer ends with its surface. */
const WHOLE = 0xffff_ffff;

interface VertexBuffers {
  readonly startBuffer: number;
  readonly buffers: readonly (VertexRange & { readonly sid: number })[];
}

function setVertexBuffers(objects: DeviceObjects, { startBuffer, buffers }: VertexBuffers): void {
  const state = stateOf(objects);
  checkSlots('vertex buffer', startBuffer, buffers.length, dxSlots.vertexBuffers.count);
  buffers.forEach(({ sid, ...range }, i) => {
    state.setId(dxSlots.vertexBuffers, startBuffer + i, sid, PART.VERTEX_BUFFERS);
    setVertexRange(state, startBuffer + i, range);
  });
}

/** Where the elements of a vertex buffer are. */
interface VertexRange {
  readonly stride: number;
  readonly offset: number;
  readonly sizeInBytes?: number;
}

function setVertexRange(state: DxState, index: number, range: VertexRange): void {
  const { stride, offset, sizeInBytes = WHOLE } = range;
  const at = AT.VERTEX_BUFFERS + index * VERTEX_BUFFER.WORDS;
  state.set(at + VERTEX_BUFFER.STRIDE, stride, PART.VERTEX_BUFFERS);
  state.set(at + VERTEX_BUFFER.OFFSET, offset, PART.VERTEX_BUFFERS);
  state.set(at + VERTEX_BUFFER.SIZE, sizeInBytes, PART.VERTEX_BUFFERS);
}

function setVertexRanges(
  objects: DeviceObjects,
  { startBuffer, buffers }: CommandFields<'DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE'>,
): void {
  const state = stateOf(objects);
  checkSlots('vertex buffer', startBuffer, buffers.length, dxSlots.vertexBuffers.count);
  buffers.forEach((range, i) => setVertexRange(state, startBuffer + i, range));
}

interface IndexRange {
  readonly format: number;
  readonly offset: number;
  readonly sizeInBytes?: number;
}

function setIndexBuffer(
  objects: DeviceObjects,
  { sid, ...range }: IndexRange & { readonly sid: number },
): void {
  stateOf(objects).setId(dxSlots.indexBuffer, 0, sid, PART.INDEX_BUFFER);
  setIndexRange(objects, range);
}

function setIndexRange(objects: DeviceObjects, range: IndexRange): void {
  const { format, offset, sizeInBytes = WHOLE } = range;
  const state = stateOf(objects);
  state.set(AT.INDEX_FORMAT, format, PART.INDEX_BUFFER);
  state.set(AT.INDEX_OFFSET, offset, PART.INDEX_BUFFER);
  state.set(AT.INDEX_SIZE, sizeInBytes, PART.INDEX_BUFFER);
}

function setRenderTargets(
  objects: DeviceObjects,
  { depthStencilViewId, renderTargetViewIds: ids }: CommandFields<'DX_SET_RENDERTARGETS'>,
): void {
  const state = stateOf(objects);
  checkSlots('render target', 0, ids.length, SVGA3D_DX_MAX_RENDER_TARGETS);
  state.setIds(dxSlots.renderTargets, SVGA3D_DX_MAX_RENDER_TARGETS, ids, PART.TARGETS);
  state.setId(dxSlots.renderTargets, SVGA3D_DX_MAX_RENDER_TARGETS, depthStencilViewId, PART.TARGETS);
}

function setStreamTargets(objects: DeviceObjects, { targets }: CommandFields<'DX_SET_SOTARGETS'>): void {
  const state = stateOf(objects);
  const group = dxSlots.streamOutputTargets;
  checkSlots('stream output target', 0, targets.length, group.count);
  const sids = targets.map(({ sid }) => sid);
  state.setIds(group, group.count, sids, PART.STREAM_OUTPUT);
  targets.forEach(({ offset, sizeInBytes }, i) => {
    const at = AT.STREAM_TARGETS + i * STREAM_TARGET.WORDS;
    state.set(at + STREAM_TARGET.OFFSET, offset, PART.STREAM_OUTPUT);
    state.set(at + STREAM_TARGET.SIZE, sizeInBytes, PART.STREAM_OUTPUT);
  });
}

function setBlendState(
  objects: DeviceObjects,
  { blendId, blendFactor, sampleMask }: CommandFields<'DX_SET_BLEND_STATE'>,
): void {
  const state = stateOf(objects);
  state.setId(dxSlots.blendState, 0, blendId, PART.BLEND);
  blendFactor.forEach((value, i) => state.setFloat(AT.BLEND_FACTOR + i, value, PART.BLEND));
  state.set(AT.SAMPLE_MASK, sampleMask, PART.BLEND);
}

function setDepthStencilState(
  objects: DeviceObjects,
  { depthStencilId, stencilRef }: CommandFields<'DX_SET_DEPTHSTENCIL_STATE'>,
): void {
  const state = stateOf(objects);
  state.setId(dxSlots.depthStencilState, 0, depthStencilId, PART.DEPTH_STENCIL);
  state.set(AT.STENCIL_REFERENCE, stencilRef, PART.DEPTH_STENCIL);
}

function setViewports(objects: DeviceObjects, { viewports }: CommandFields<'DX_SET_VIEWPORTS'>): void {
  const state = stateOf(objects);
  checkSlots('viewport', 0, viewports.length, MAX_VIEWPORTS);
  state.set(AT.VIEWPORT_COUNT, viewports.length, PART.VIEWPORTS);
  viewports.forEach(({ x, y, width, height, minDepth, maxDepth }, i) => {
    const at = AT.VIEWPORTS + i * VIEWPORT_WORDS;
    const values = [x, y, width, height, minDepth, maxDepth];
    values.forEach((value, each) => state.setFloat(at + each, value, PART.VIEWPORTS));
  });
}

function setScissors(objects: DeviceObjects, { rects }: CommandFields<'DX_SET_SCISSORRECTS'>): void {
  const state = stateOf(objects);
  checkSlots('scissor rectangle', 0, rects.length, MAX_VIEWPORTS);
  state.set(AT.SCISSOR_COUNT, rects.length, PART.SCISSORS);
  rects.forEach(({ left, top, right, bottom }, i) => {
    const at = AT.SCISSORS + i * SCISSOR_WORDS;
    [left, top, right, bottom].forEach((value, each) => state.set(at + each, value, PART.SCISSORS));
  });
}

function setPredication(
  objects: DeviceObjects,
  { queryId, predicateValue }: CommandFields<'DX_SET_PREDICATION'>,
): void {
  const state = stateOf(objects);
  state.setId(dxSlots.predication, 0, queryId, 0);
  state.set(AT.PREDICATE_VALUE, predicateValue, 0);
}

/**
 * State of DX contexts. A binding is an id, looked up when a draw uses it; SVGA3D_INVALID_ID empties a slot.
 */
export const dxBindingCommands: CommandFamily = {
  DX_SET_SINGLE_CONSTANT_BUFFER: setConstantBuffer,
  DX_SET_VS_CONSTANT_BUFFER_OFFSET: setConstantOffset(1),
  DX_SET_PS_CONSTANT_BUFFER_OFFSET: setConstantOffset(2),
  DX_SET_GS_CONSTANT_BUFFER_OFFSET: setConstantOffset(3),
  DX_SET_SHADER_RESOURCES: setShaderResources,
  DX_SET_SHADER: (objects, { shaderId, type }) => {
    const stage = stageOf(type);
    stateOf(objects).setId(dxSlots.shaders[stage], 0, shaderId, 1 << stage);
  },
  DX_SET_SAMPLERS: setSamplers,
  DX_SET_INPUT_LAYOUT: (objects, { elementLayoutId }) => {
    stateOf(objects).setId(dxSlots.inputLayout, 0, elementLayoutId, PART.INPUT_LAYOUT);
  },
  DX_SET_VERTEX_BUFFERS: setVertexBuffers,
  DX_SET_VERTEX_BUFFERS_V2: setVertexBuffers,
  DX_SET_VERTEX_BUFFERS_OFFSET_AND_SIZE: setVertexRanges,
  DX_SET_INDEX_BUFFER: setIndexBuffer,
  DX_SET_INDEX_BUFFER_V2: setIndexBuffer,
  DX_SET_INDEX_BUFFER_OFFSET_AND_SIZE: setIndexRange,
  DX_SET_TOPOLOGY: (objects, { topology }) => {
    stateOf(objects).set(AT.TOPOLOGY, topology, PART.TOPOLOGY);
  },
  DX_SET_RENDERTARGETS: setRenderTargets,
  DX_SET_BLEND_STATE: setBlendState,
  DX_SET_DEPTHSTENCIL_STATE: setDepthStencilState,
  DX_SET_RASTERIZER_STATE: (objects, { rasterizerId }) => {
    stateOf(objects).setId(dxSlots.rasterizerState, 0, rasterizerId, PART.RASTERIZER);
  },
  DX_SET_SOTARGETS: setStreamTargets,
  DX_SET_STREAMOUTPUT: (objects, { soid }) => {
    stateOf(objects).setId(dxSlots.streamOutput, 0, soid, PART.STREAM_OUTPUT);
  },
  DX_SET_VIEWPORTS: setViewports,
  DX_SET_SCISSORRECTS: setScissors,
  DX_SET_PREDICATION: setPredication,
};
