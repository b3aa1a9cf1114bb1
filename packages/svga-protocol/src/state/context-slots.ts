import type { CommandFields, CommandName } from '../commands/command-table.js';
import { SVGA3D_INVALID_ID } from '../structures/header-types.js';

/** When the object of a slot is used. */
export type Stage = 'graphics' | 'compute';

/** The values of a slot besides its object; each slot has those of its commands. */
export interface SlotFields {
  readonly stride?: number;
  readonly offset?: number;
  readonly format?: number;
  /** Known after a command that has it (the _V2 ones). */
  readonly sizeInBytes?: number;
  readonly spliceIndex?: number;
  readonly face?: number;
  readonly mipmap?: number;
  readonly blendFactor?: readonly number[];
  readonly sampleMask?: number;
  readonly stencilRef?: number;
  readonly predicateValue?: number;
}

/** The content of a slot. */
export interface SlotContent extends SlotFields {
  /** Device id of a surface or legacy shader, or id in a table of the context. */
  readonly id: number;
}

/** A command that sets state. */
export interface StateCommand {
  readonly name: CommandName;
  readonly fields: CommandFields<CommandName>;
}

type ContentOf = (index: number) => SlotContent;

/** Slots of one kind, set by one kind of command. */
export interface SlotGroup {
  /** Number of the first slot; numbers continue across groups. */
  readonly first: number;
  readonly count: number;
  /** The effect of a draw or dispatch on their objects. */
  readonly effect: 'read' | 'write';
  readonly stage: Stage;
  /** One command sets all of them; otherwise one sets a single slot. */
  readonly whole: boolean;
  /** The command that sets the slot at an index of the group, or all. */
  command(index: number, contentOf: ContentOf, cid: number): StateCommand;
}

/** Limits of svga3d_limits.h and svga3d_dx.h. */
export const SVGA3D_NUM_SHADERTYPE = 6;
export const SVGA3D_DX_MAX_RENDER_TARGETS = 8;
const SVGA3D_DX_MAX_SRVIEWS = 128;
const SVGA3D_DX_MAX_CONSTBUFFERS = 14;
const SVGA3D_DX_MAX_VERTEXBUFFERS = 32;
const SVGA3D_DX_MAX_SOTARGETS = 4;
export const SVGA3D_DX_MAX_SAMPLERS = 16;
const SVGA3D_DX11_1_MAX_UAVIEWS = 64;
/** Depth, stencil and eight colours. */
const SVGA3D_RT_MAX = 10;
const SVGA3D_NUM_TEXTURE_UNITS = 32;
const SVGA3D_MAX_VERTEX_ARRAYS = 32;

/** SVGA3dTextureStateName. */
export const SVGA3D_TS_BIND_TEXTURE = 1;
/** SVGA3dShaderType of compute shaders. */
const COMPUTE = 6;

const nothing: SlotContent = { id: SVGA3D_INVALID_ID };

function stateCommand<N extends CommandName>(name: N, fields: CommandFields<N>): StateCommand {
  return { name, fields: fields as unknown as CommandFields<CommandName> };
}

const idsOf = (contentOf: ContentOf, count: number): number[] =>
  Array.from({ length: count }, (_, i) => contentOf(i).id);

let next = 0;
function group(slots: Omit<SlotGroup, 'first'>): SlotGroup {
  const first = next;
  next += slots.count;
  return { ...slots, first };
}

function perShaderType(make: (type: number, stage: Stage) => Omit<SlotGroup, 'first'>): SlotGroup[] {
  return Array.from({ length: SVGA3D_NUM_SHADERTYPE }, (_, i) =>
    group(make(i + 1, i + 1 === COMPUTE ? 'compute' : 'graphics')),
  );
}

/** A single slot, set by its own command and read by draws. */
function single(command: (contentOf: ContentOf) => StateCommand): SlotGroup {
  return group({
    count: 1,
    effect: 'read',
    stage: 'graphics',
    whole: false,
    command: (_, contentOf) => command(contentOf),
  });
}

/**
 * The state of a DX context that names objects: slots, and the commands that set them. The effects of a command
 * (`effectsOf`) map its fields to slots.
 */
export const dxSlots = {
  /** The last one is for a depth-stencil view. */
  renderTargets: group({
    count: SVGA3D_DX_MAX_RENDER_TARGETS + 1,
    effect: 'write',
    stage: 'graphics',
    whole: true,
    command: (_, contentOf) =>
      stateCommand('DX_SET_RENDERTARGETS', {
        depthStencilViewId: contentOf(SVGA3D_DX_MAX_RENDER_TARGETS).id,
        renderTargetViewIds: idsOf(contentOf, SVGA3D_DX_MAX_RENDER_TARGETS),
      }),
  }),
  /** By SVGA3dShaderType, less 1. */
  shaders: perShaderType((type, stage) => ({
    count: 1,
    effect: 'read',
    stage,
    whole: false,
    command: (_, contentOf) => stateCommand('DX_SET_SHADER', { shaderId: contentOf(0).id, type }),
  })),
  /** By SVGA3dShaderType, less 1. */
  shaderResources: perShaderType((type, stage) => ({
    count: SVGA3D_DX_MAX_SRVIEWS,
    effect: 'read',
    stage,
    whole: false,
    command: (index, contentOf) =>
      stateCommand('DX_SET_SHADER_RESOURCES', {
        startView: index,
        type,
        shaderResourceViewIds: [contentOf(index).id],
      }),
  })),
  /** By SVGA3dShaderType, less 1. */
  constantBuffers: perShaderType((type, stage) => ({
    count: SVGA3D_DX_MAX_CONSTBUFFERS,
    effect: 'read',
    stage,
    whole: false,
    command: (slot, contentOf) => {
      const { id: sid, offset: offsetInBytes = 0, sizeInBytes = 0 } = contentOf(slot);
      return stateCommand('DX_SET_SINGLE_CONSTANT_BUFFER', { slot, type, sid, offsetInBytes, sizeInBytes });
    },
  })),
  vertexBuffers: group({
    count: SVGA3D_DX_MAX_VERTEXBUFFERS,
    effect: 'read',
    stage: 'graphics',
    whole: false,
    command: (startBuffer, contentOf) => {
      const { id: sid, stride = 0, offset = 0, sizeInBytes } = contentOf(startBuffer);
      return sizeInBytes === undefined
        ? stateCommand('DX_SET_VERTEX_BUFFERS', { startBuffer, buffers: [{ sid, stride, offset }] })
        : stateCommand('DX_SET_VERTEX_BUFFERS_V2', {
            startBuffer,
            buffers: [{ sid, stride, offset, sizeInBytes }],
          });
    },
  }),
  indexBuffer: group({
    count: 1,
    effect: 'read',
    stage: 'graphics',
    whole: false,
    command: (_, contentOf) => {
      const { id: sid, format = 0, offset = 0, sizeInBytes } = contentOf(0);
      return sizeInBytes === undefined
        ? stateCommand('DX_SET_INDEX_BUFFER', { sid, format, offset })
        : stateCommand('DX_SET_INDEX_BUFFER_V2', { sid, format, offset, sizeInBytes });
    },
  }),
  streamOutputTargets: group({
    count: SVGA3D_DX_MAX_SOTARGETS,
    effect: 'write',
    stage: 'graphics',
    whole: true,
    command: (_, contentOf) =>
      stateCommand('DX_SET_SOTARGETS', {
        targets: Array.from({ length: SVGA3D_DX_MAX_SOTARGETS }, (__, i) => {
          const { id: sid, offset = 0, sizeInBytes = 0 } = contentOf(i);
          return { sid, offset, sizeInBytes };
        }),
      }),
  }),
  streamOutput: group({
    count: 1,
    effect: 'read',
    stage: 'graphics',
    whole: false,
    command: (_, contentOf) => stateCommand('DX_SET_STREAMOUTPUT', { soid: contentOf(0).id }),
  }),
  uaViews: group({
    count: SVGA3D_DX11_1_MAX_UAVIEWS,
    effect: 'write',
    stage: 'graphics',
    whole: true,
    command: (_, contentOf) =>
      stateCommand('DX_SET_UA_VIEWS', {
        uavSpliceIndex: contentOf(0).spliceIndex ?? 0,
        uaViewIds: idsOf(contentOf, SVGA3D_DX11_1_MAX_UAVIEWS),
      }),
  }),
  computeUaViews: group({
    count: SVGA3D_DX11_1_MAX_UAVIEWS,
    effect: 'write',
    stage: 'compute',
    whole: false,
    command: (startIndex, contentOf) =>
      stateCommand('DX_SET_CS_UA_VIEWS', { startIndex, uaViewIds: [contentOf(startIndex).id] }),
  }),
  /** By SVGA3dShaderType, less 1. */
  samplers: perShaderType((type, stage) => ({
    count: SVGA3D_DX_MAX_SAMPLERS,
    effect: 'read',
    stage,
    whole: false,
    command: (startSampler, contentOf) =>
      stateCommand('DX_SET_SAMPLERS', { startSampler, type, samplerIds: [contentOf(startSampler).id] }),
  })),
  inputLayout: single((contentOf) =>
    stateCommand('DX_SET_INPUT_LAYOUT', { elementLayoutId: contentOf(0).id }),
  ),
  rasterizerState: single((contentOf) =>
    stateCommand('DX_SET_RASTERIZER_STATE', { rasterizerId: contentOf(0).id }),
  ),
  blendState: single((contentOf) => {
    const { id: blendId, blendFactor = [1, 1, 1, 1], sampleMask = 0xffff_ffff } = contentOf(0);
    return stateCommand('DX_SET_BLEND_STATE', { blendId, blendFactor, sampleMask });
  }),
  depthStencilState: single((contentOf) => {
    const { id: depthStencilId, stencilRef = 0 } = contentOf(0);
    return stateCommand('DX_SET_DEPTHSTENCIL_STATE', { depthStencilId, stencilRef });
  }),
  predication: single((contentOf) => {
    const { id: queryId, predicateValue = 0 } = contentOf(0);
    return stateCommand('DX_SET_PREDICATION', { queryId, predicateValue });
  }),
} as const;

/** The same for contexts without DX. */
export const legacySlots = {
  /** By SVGA3dRenderTargetType. */
  renderTargets: group({
    count: SVGA3D_RT_MAX,
    effect: 'write',
    stage: 'graphics',
    whole: false,
    command: (type, contentOf, cid) => {
      const { id: sid, face = 0, mipmap = 0 } = contentOf(type);
      return stateCommand('SETRENDERTARGET', { cid, type, sid, face, mipmap });
    },
  }),
  textures: group({
    count: SVGA3D_NUM_TEXTURE_UNITS,
    effect: 'read',
    stage: 'graphics',
    whole: false,
    command: (stage, contentOf, cid) => {
      const states = [{ stage, name: SVGA3D_TS_BIND_TEXTURE, value: contentOf(stage).id }];
      return stateCommand('SETTEXTURESTATE', { cid, states });
    },
  }),
  /** By SVGA3dShaderType, less 1. */
  shaders: perShaderType((type, stage) => ({
    count: 1,
    effect: 'read',
    stage,
    whole: false,
    command: (_, contentOf, cid) => stateCommand('SET_SHADER', { cid, type, shid: contentOf(0).id }),
  })),
  vertexStreams: group({
    count: SVGA3D_MAX_VERTEX_ARRAYS,
    effect: 'read',
    stage: 'graphics',
    whole: true,
    command: (_, contentOf, cid) => {
      const streams = Array.from({ length: SVGA3D_MAX_VERTEX_ARRAYS }, (__, i) => {
        const { id: sid, stride = 0, offset = 0 } = contentOf(i);
        return { sid, stride, offset };
      });
      return stateCommand('SET_VERTEX_STREAMS', { cid, numStreams: streams.length, streams });
    },
  }),
} as const;

const allGroups: readonly SlotGroup[] = [...Object.values(dxSlots), ...Object.values(legacySlots)].flat();
const groupBySlot: readonly SlotGroup[] = allGroups.flatMap((slots) =>
  Array.from({ length: slots.count }, () => slots),
);

/** The group that a slot is in. */
export function groupOf(slot: number): SlotGroup {
  return groupBySlot[slot];
}

/** The content of an empty slot. */
export function emptySlot(): SlotContent {
  return nothing;
}
