import { Struct } from './struct.js';
import type { FieldTypes, StructValues } from './struct.js';

/** One command: its id, its body, and what may follow the body. */
export interface CommandDefinition<F extends FieldTypes = FieldTypes, B extends FieldTypes = FieldTypes> {
  readonly id: number;
  /**
   * Bytes before the body: 8 for an SVGA3dCmdHeader (id, size of what follows), 4 for the id alone, as the
   * commands below 1000 and those of the device context have it.
   */
  readonly headerBytes: 4 | 8;
  readonly body: Struct<F>;
  /** Of a command whose body is followed by any number of boxes: one of them. */
  readonly box: Struct<B> | undefined;
  /** Belongs to the device context (SVGADeviceContextCmdId), whose ids are a set of their own. */
  readonly deviceContext: boolean;
  /** Exists only on a device with SVGA_CAP_DX. */
  readonly dx: boolean;
}

type NoBoxes = Readonly<Record<never, never>>;

function command<const F extends FieldTypes>(id: number, fields: F): CommandDefinition<F, NoBoxes> {
  return { id, headerBytes: 8, body: new Struct(fields), box: undefined, deviceContext: false, dx: false };
}

function dxCommand<const F extends FieldTypes>(id: number, fields: F): CommandDefinition<F, NoBoxes> {
  return { ...command(id, fields), dx: true };
}

function boxCommand<const F extends FieldTypes, const B extends FieldTypes>(
  id: number,
  fields: F,
  box: B,
): CommandDefinition<F, B> {
  return { ...command(id, fields), box: new Struct(box) };
}

function shortCommand<const F extends FieldTypes>(
  id: number,
  fields: F,
  deviceContext = false,
): CommandDefinition<F, NoBoxes> {
  return { ...command(id, fields), headerBytes: 4, deviceContext };
}

// SVGA3dBox, SVGA3dSurfaceImageId and SVGA3dSize of svga3d_types.h, spelled out in the commands that hold
// them.
const box = { x: 'u32', y: 'u32', z: 'u32', w: 'u32', h: 'u32', d: 'u32' } as const;
const image = { sid: 'u32', face: 'u32', mipmap: 'u32' } as const;
const size = { width: 'u32', height: 'u32', depth: 'u32' } as const;
const surface = {
  sid: 'u32',
  surfaceFlags: 'u32',
  format: 'u32',
  numMipLevels: 'u32',
  multisampleCount: 'u32',
  autogenFilter: 'u32',
  ...size,
} as const;

/**
 * The commands this package knows, under their names in Linux drivers/gpu/drm/vmwgfx/device_include without
 * the prefix SVGA_3D_CMD_, SVGA_CMD_ or (device context) SVGA_: svga_reg.h, svga3d_cmd.h and svga3d_dx.h.
 * Fields have the headers' names.
 */
export const commandTable = {
  FENCE: shortCommand(30, { fence: 'u32' }),
  SURFACE_COPY: boxCommand(
    1042,
    { srcSid: 'u32', srcFace: 'u32', srcMipmap: 'u32', destSid: 'u32', destFace: 'u32', destMipmap: 'u32' },
    { ...box, srcx: 'u32', srcy: 'u32', srcz: 'u32' },
  ),
  DESTROY_GB_MOB: command(1094, { mobid: 'u32' }),
  DEFINE_GB_SURFACE: command(1097, surface),
  DESTROY_GB_SURFACE: command(1098, { sid: 'u32' }),
  BIND_GB_SURFACE: command(1099, { sid: 'u32', mobid: 'u32' }),
  UPDATE_GB_IMAGE: command(1101, { ...image, ...box }),
  UPDATE_GB_SURFACE: command(1102, { sid: 'u32' }),
  READBACK_GB_IMAGE: command(1103, image),
  READBACK_GB_SURFACE: command(1104, { sid: 'u32' }),
  INVALIDATE_GB_SURFACE: command(1106, { sid: 'u32' }),
  SET_OTABLE_BASE64: command(1115, {
    type: 'u32',
    baseAddress: 'u64',
    sizeInBytes: 'u32',
    validSizeInBytes: 'u32',
    ptDepth: 'u32',
  }),
  DEFINE_GB_SURFACE_V2: command(1134, { ...surface, arraySize: 'u32', pad: 'pad32' }),
  DEFINE_GB_MOB64: command(1135, { mobid: 'u32', ptDepth: 'u32', base: 'u64', sizeInBytes: 'u32' }),
  DX_UPDATE_SUBRESOURCE: dxCommand(1182, { sid: 'u32', subResource: 'u32', ...box }),
  DX_READBACK_SUBRESOURCE: dxCommand(1183, { sid: 'u32', subResource: 'u32' }),
  DC_CMD_START_STOP_CONTEXT: shortCommand(1, { enable: 'u32', context: 'u32' }, true),
} as const;

/** A command's name in the table. */
export type CommandName = keyof typeof commandTable;

/** All names, in the order of the table. */
export const commandNames = Object.keys(commandTable) as readonly CommandName[];

/** The fields of a command; one that is followed by boxes has them in `boxes`. */
export type CommandFields<N extends CommandName> =
  (typeof commandTable)[N] extends CommandDefinition<infer F, infer B>
    ? StructValues<F> & (keyof B extends never ? unknown : { readonly boxes: readonly StructValues<B>[] })
    : never;

const contextCommands = new Map<number, CommandName>();
const deviceContextCommands = new Map<number, CommandName>();
for (const name of commandNames) {
  const { id, deviceContext } = commandTable[name];
  (deviceContext ? deviceContextCommands : contextCommands).set(id, name);
}

/** Which command an id is, in the device context or in an ordinary one. */
export function commandNameOf(id: number, deviceContext: boolean): CommandName | undefined {
  return (deviceContext ? deviceContextCommands : contextCommands).get(id);
}

/** The table entry without the type of its fields, for code that treats every command alike. */
export function definitionOf(name: CommandName): CommandDefinition {
  return commandTable[name] as unknown as CommandDefinition;
}

/** Bytes of a command with its header, and with `boxes` boxes where it takes any. */
export function commandBytes(name: CommandName, boxes = 0): number {
  const { headerBytes, body, box } = definitionOf(name);
  return headerBytes + body.bytes + (box === undefined ? 0 : boxes * box.bytes);
}
