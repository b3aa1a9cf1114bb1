export { SvgaProtocolError } from './errors.js';
export type { SvgaProtocolErrorCode } from './errors.js';

export { SVGA3D_DEVCAP } from './registers/device-caps.js';
export type { DeviceCapabilityName } from './registers/device-caps.js';
export {
  SVGA_CAP,
  SVGA_CAP2,
  SVGA_FIFO,
  SVGA_FIFO_CAP,
  SVGA_GMR,
  SVGA_ID,
  SVGA_ID_INVALID,
  SVGA_IRQFLAG,
  SVGA_PORT,
  SVGA_REG,
  SVGA_REG_ENABLE,
} from './registers/registers.js';

export { idTypes, SVGA3D_INVALID_ID } from './structures/header-types.js';
export type { HeaderType, IdType } from './structures/header-types.js';
export { Struct, arrayOf, padding, viewOf } from './structures/struct.js';
export type { FieldArray, FieldOffsets, FieldType, FieldTypes, StructValues } from './structures/struct.js';
export type { Tail, TailPart, TailValues } from './structures/tail.js';
export { readU32 } from './structures/words.js';

export {
  SVGA_COTABLE,
  blendStateEntry,
  coTableEntries,
  coTableEntryBytes,
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
  uaViewEntry,
} from './objects/cotable-entries.js';
export {
  SVGA_OTABLE,
  contextEntry,
  dxContextEntry,
  mobEntry,
  objectTableEntryBytes,
  screenTargetEntry,
  shaderEntry,
  surfaceEntry,
} from './objects/object-table-entries.js';
export { idDescriptions } from './objects/object-kinds.js';
export type { IdDescription, ObjectKind } from './objects/object-kinds.js';
export {
  SVGA3D_MAX_SAMPLES,
  SVGA3D_MAX_SURFACE_FACES,
  SVGA3D_MOBFMT,
  SVGA3D_SURFACE,
} from './objects/surface-types.js';

export { boxOf } from './commands/command-box.js';
export type { CommandBox } from './commands/command-box.js';
export type { CommandDefinition } from './commands/command-definition.js';
export { hasLimitedFields, levelAvailable, levelNeeded } from './commands/command-levels.js';
export type { Need } from './commands/command-levels.js';
export {
  commandBytes,
  commandNameOf,
  commandNames,
  commandOffsets,
  commandTable,
  definitionOf,
} from './commands/command-table.js';
export type { CommandFields, CommandName, CommandOffsets } from './commands/command-table.js';
export { LEVEL, levelNames } from './commands/levels.js';
export type { Level } from './commands/levels.js';

export type {
  Action,
  BoxFields,
  Condition,
  Extent,
  Images,
  PipelineEffect,
  SlotPlace,
  Use,
} from './effects/command-effect.js';
export { effectsOf, forEachReference, takesPlace } from './effects/command-effects.js';
export type { Effects, Reference, ReferenceVisitor } from './effects/command-effects.js';
export { boxIn, forEachTouched, runOfRows, subresourceIn } from './effects/touched-boxes.js';
export type { TouchVisitor } from './effects/touched-boxes.js';

export {
  dxSlots,
  emptySlot,
  groupOf,
  legacySlots,
  SVGA3D_DX_MAX_RENDER_TARGETS,
  SVGA3D_DX_MAX_SAMPLERS,
  SVGA3D_NUM_SHADERTYPE,
  SVGA3D_TS_BIND_TEXTURE,
} from './state/context-slots.js';
export {
  SVGA3D_BLENDEQ,
  SVGA3D_BLENDOP,
  SVGA3D_COMPARISON,
  SVGA3D_CULL,
  SVGA3D_FILLMODE,
  SVGA3D_FILTER,
  SVGA3D_INPUT,
  SVGA3D_PRIMITIVE,
  SVGA3D_QUERYTYPE,
  SVGA3D_RESOURCE,
  SVGA3D_STENCILOP,
  SVGA3D_TEX_ADDRESS,
} from './state/pipeline-values.js';
export type { SlotContent, SlotFields, SlotGroup, Stage, StateCommand } from './state/context-slots.js';

export {
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_MAX_QUEUED_PER_CONTEXT,
  SVGA_CB_MAX_SIZE,
  SVGA_CB_MAX_SIZE_4MB,
  SVGA_CB_STATUS,
  commandBufferHeader,
  readCommandBufferHeader,
  writeCommandBufferHeader,
  writeCommandBufferStatus,
} from './stream/command-buffer-header.js';
export type { CommandBufferHeader, CommandBufferHeaderFields } from './stream/command-buffer-header.js';
export { decodeCommands, decodedCommand } from './stream/command-decoder.js';
export type { CommandFrame, DecodedCommand, KnownCommand, UnknownCommand } from './stream/command-decoder.js';
export { CommandReader } from './stream/command-reader.js';
export { CommandWriter, encodeCommand } from './stream/command-writer.js';

export { fieldTexts, formatCommand } from './text/command-text.js';
export { valueName } from './text/value-names.js';
