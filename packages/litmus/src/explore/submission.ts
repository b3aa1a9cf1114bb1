import { commandBytes, CommandWriter } from '@cg/svga-protocol';
import { haveSameShape } from '../program/check-operands.js';
import type { CopyCommand, SubmittedCommand } from '../program/statement.js';
import type { LiveSurface, World } from './world.js';

/** SURFACE_COPY can name only six faces; other images need the DX command. */
const FACES = 6;

/** A command with its header, and one box. */
const MAX_COMMAND_BYTES = 128;

/**
 * The commands of a submission as bytes for the driver. @returns undefined if an object is gone, or does not fit
 */
export function encodeSubmission(
  world: World,
  commands: readonly SubmittedCommand[],
): Uint8Array | undefined {
  const writer = new CommandWriter(new Uint8Array(commands.length * MAX_COMMAND_BYTES));
  for (const command of commands) {
    const written =
      command.kind === 'copy' ? writeCopy(world, writer, command) : writeSwitch(world, writer, command);
    if (!written) {
      return undefined;
    }
  }
  return writer.bytes;
}

function writeSwitch(
  { surfaces, buffers }: World,
  writer: CommandWriter,
  command: Extract<SubmittedCommand, { kind: 'switch' }>,
): boolean {
  const surface = surfaces.get(command.surface);
  const buffer = buffers.get(command.buffer);
  if (surface === undefined || buffer === undefined || surface.statement.plain) {
    return false;
  }
  const { checked } = surface;
  if (checked.layout.backingBytes > buffer.content.bytes) {
    return false;
  }
  writer.write('BIND_GB_SURFACE', { sid: surface.handle, mobid: buffer.handle });
  return true;
}

function writeCopy({ surfaces }: World, writer: CommandWriter, command: CopyCommand): boolean {
  const from = surfaces.get(command.from);
  const to = surfaces.get(command.to);
  if (from === undefined || to === undefined || from === to || !haveSameShape(from.statement, to.statement)) {
    return false;
  }
  return command.part === undefined
    ? writeWholeCopy(writer, from, to)
    : writeBoxCopy(writer, from, to, command.part);
}

/** Copies all of a surface to one of the same shape. */
function writeWholeCopy(writer: CommandWriter, from: LiveSurface, to: LiveSurface): boolean {
  writer.write('WHOLE_SURFACE_COPY', { srcSid: from.handle, destSid: to.handle });
  return true;
}

/** The commands that copy all of a surface. */
export function wholeCopy(from: LiveSurface, to: LiveSurface): Uint8Array {
  const writer = new CommandWriter(new Uint8Array(commandBytes('WHOLE_SURFACE_COPY')));
  writeWholeCopy(writer, from, to);
  return writer.bytes;
}

function writeBoxCopy(
  writer: CommandWriter,
  from: LiveSurface,
  to: LiveSurface,
  { subresource, box }: NonNullable<CopyCommand['part']>,
): boolean {
  const { layout } = from.checked;
  if (subresource >= layout.subresourceCount) {
    return false;
  }
  const { x, y, z, width: w, height: h, depth: d } = box;
  const copied = { x, y, z, w, h, d, srcx: x, srcy: y, srcz: z };
  const mips = layout.mips.length;
  const face = Math.floor(subresource / mips);
  if (face >= FACES) {
    const images = { srcSubResource: subresource, dstSubResource: subresource };
    writer.write('DX_PRED_COPY_REGION', { srcSid: from.handle, dstSid: to.handle, ...images, ...copied });
    return true;
  }
  const mip = subresource % mips;
  const images = { srcFace: face, srcMipmap: mip, destFace: face, destMipmap: mip };
  writer.write('SURFACE_COPY', { srcSid: from.handle, destSid: to.handle, ...images, boxes: [copied] });
  return true;
}
