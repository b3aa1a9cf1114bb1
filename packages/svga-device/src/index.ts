export { SvgaDevice } from './device.js';
export type { SvgaDeviceOptions } from './limits.js';
export type { SvgaHost } from './host.js';
export type { GuestMemory } from './memory/guest-memory.js';
export type { ScreenRect, ScreenTargetImage } from './screen/screen-target.js';
export type { CursorImage } from './screen/cursor-image.js';
export type { PointerState } from './screen/pointer.js';
export type { DeviceStatistics } from './statistics.js';
export { boxOf } from './commands/subresources.js';
export type { CommandBox } from './commands/subresources.js';
export { SvgaDeviceError } from './errors.js';
export type { SvgaDeviceErrorCode } from './errors.js';

export {
  commandBytes,
  commandNameOf,
  commandNames,
  commandOffsets,
  commandTable,
} from './protocol/command-table.js';
export type { CommandFields, CommandName, CommandOffsets } from './protocol/command-table.js';
export type { CommandDefinition } from './protocol/command-definition.js';
export { levelAvailable, levelNeeded } from './protocol/command-levels.js';
export type { Need } from './protocol/command-levels.js';
export { LEVEL, levelNames } from './protocol/levels.js';
export type { Level } from './protocol/levels.js';
export { CommandWriter, encodeCommand } from './protocol/command-writer.js';
export { CommandReader } from './protocol/command-reader.js';
export { decodeCommands, decodedCommand } from './protocol/command-decoder.js';
export type {
  CommandFrame,
  DecodedCommand,
  KnownCommand,
  UnknownCommand,
} from './protocol/command-decoder.js';
export { fieldTexts, formatCommand } from './protocol/command-text.js';
export { valueName } from './protocol/value-names.js';
export type { HeaderType } from './protocol/header-types.js';
export { arrayOf, padding, Struct } from './protocol/struct.js';
export type { FieldArray, FieldOffsets, FieldType, FieldTypes, StructValues } from './protocol/struct.js';
export type { Tail, TailPart, TailValues } from './protocol/tail.js';
export {
  commandBufferHeader,
  readCommandBufferHeader,
  SVGA_CB_CONTEXT,
  SVGA_CB_FLAG,
  SVGA_CB_HEADER_BYTES,
  SVGA_CB_MAX_QUEUED_PER_CONTEXT,
  SVGA_CB_MAX_SIZE,
  SVGA_CB_MAX_SIZE_4MB,
  SVGA_CB_STATUS,
  writeCommandBufferHeader,
} from './protocol/command-buffer-header.js';
export type { CommandBufferHeader, CommandBufferHeaderFields } from './protocol/command-buffer-header.js';
export {
  contextEntry,
  dxContextEntry,
  mobEntry,
  objectTableEntryBytes,
  screenTargetEntry,
  shaderEntry,
  surfaceEntry,
  SVGA_OTABLE,
} from './protocol/object-table-entries.js';
export {
  blendStateEntry,
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
  SVGA_COTABLE,
  uaViewEntry,
} from './protocol/cotable-entries.js';
export {
  SVGA3D_INVALID_ID,
  SVGA3D_MAX_SAMPLES,
  SVGA3D_MAX_SURFACE_FACES,
  SVGA3D_MOBFMT,
  SVGA3D_SURFACE,
} from './protocol/surface-types.js';

export {
  SVGA_CAP,
  SVGA_CAP2,
  SVGA_FIFO,
  SVGA_FIFO_CAP,
  SVGA_GMR,
  SVGA_ID,
  SVGA_IRQFLAG,
  SVGA_PORT,
  SVGA_REG,
  SVGA_REG_ENABLE,
} from './front/registers.js';
export { SVGA3D_DEVCAP } from './front/device-caps.js';
export type { DeviceCapabilityName } from './front/device-caps.js';
