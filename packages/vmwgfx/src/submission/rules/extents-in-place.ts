import { boxRows, emptyRows, type SurfaceBox } from '@cg/surface-layout';
import {
  definitionOf,
  type BoxFields,
  type CommandName,
  type CommandReader,
  type Images,
} from '@cg/svga-protocol';
import type { Surface } from '../../resource/surface.js';
import { subresourceOf, type CheckedExtent } from './extents.js';

type Struct = ReturnType<typeof definitionOf>['body'];

/**
 * A checked extent as offsets of 32-bit fields: commands that a program sends by the thousand are checked where they
 * are, without an object of their fields. A constant `c` is -1 - c.
 */
export interface ExtentInPlace {
  readonly operand: number;
  /** From the body; the field of the mip is -1 if `face` is that of a subresource. */
  readonly face: number;
  readonly mipmap: number;
  /** From the body, or from each element of the tail; undefined for the whole image. */
  readonly box: readonly number[] | undefined;
  /** Bytes of an element of the tail with a box; 0 if the box is in the body. */
  readonly elementBytes: number;
  /** Where the tail begins, from the body. */
  readonly tailAt: number;
}

/** The extents as offsets; undefined if one cannot be checked so. */
export function extentsInPlace(
  name: CommandName,
  extents: readonly CheckedExtent[],
): ExtentInPlace[] | undefined {
  const placed = extents.map((extent) => extentInPlace(name, extent));
  return placed.includes(undefined) ? undefined : (placed as ExtentInPlace[]);
}

function extentInPlace(name: CommandName, checked: CheckedExtent): ExtentInPlace | undefined {
  const { body, tail } = definitionOf(name);
  const { images, box, part, rows } = checked.extent;
  const tails = Object.entries(tail);
  if (images === undefined || rows !== undefined || checked.isConditional) {
    return undefined;
  }
  const [face, mipmap] = imageAt(body, images);
  const inTail = part !== undefined;
  const struct = inTail ? tails[0]?.[1].struct : body;
  if (face === undefined || mipmap === undefined || (inTail && (tails.length > 1 || tails[0][0] !== part))) {
    return undefined;
  }
  const boxAt = box === undefined || struct === undefined ? undefined : boxOffsets(struct, box);
  if (box !== undefined && boxAt === undefined) {
    return undefined;
  }
  const elementBytes = inTail ? (struct?.bytes ?? 0) : 0;
  return { operand: checked.operand, face, mipmap, box: boxAt, elementBytes, tailAt: body.bytes };
}

function imageAt(body: Struct, images: Images): readonly [number | undefined, number | undefined] {
  if ('face' in images) {
    return [offsetOf(body, images.face), offsetOf(body, images.mipmap)];
  }
  // A constant subresource is a run of a buffer.
  return [typeof images.subresource === 'number' ? undefined : offsetOf(body, images.subresource), -1];
}

function boxOffsets(struct: Struct, { x, y, z, w, h, d }: BoxFields): readonly number[] | undefined {
  const offsets = [x, y, z, w, h, d].map((field) =>
    typeof field === 'number' ? -1 - field : offsetOf(struct, field),
  );
  return offsets.includes(undefined) ? undefined : (offsets as number[]);
}

/** The offset of a field of 32 bits without a sign. */
function offsetOf({ fields }: Struct, name: number | string): number | undefined {
  const field = fields.find((each) => each.name === name);
  return field?.scalar === 'u32' && field.length === 1 ? field.offset : undefined;
}

type MutableBox = { -readonly [K in keyof SurfaceBox]: SurfaceBox[K] };

/** Filled in for each box. */
const scratchBox: MutableBox = { x: 0, y: 0, z: 0, width: 0, height: 0, depth: 0 };
const scratchRows = emptyRows();

/**
 * As `checkExtents`, for the reader's command.
 * @param surfaces the surfaces of the operands, from `first` on
 */
export function checkExtentsInPlace(
  extents: readonly ExtentInPlace[],
  reader: CommandReader,
  surfaces: readonly Surface[],
  first: number,
): void {
  for (const { operand, face, mipmap, box, elementBytes, tailAt } of extents) {
    const surface = surfaces[first + operand];
    const { layout } = surface;
    const subresource =
      mipmap < 0 ? reader.u32(face) : subresourceOf(surface, reader.u32(face), reader.u32(mipmap));
    if (box === undefined) {
      layout.offsetOf(subresource);
    } else if (elementBytes === 0) {
      boxRows(layout, subresource, readBox(reader, 0, box), scratchRows);
    } else {
      const end = reader.bodyBytes;
      for (let at = tailAt; at < end; at += elementBytes) {
        boxRows(layout, subresource, readBox(reader, at, box), scratchRows);
      }
    }
  }
}

function readBox(reader: CommandReader, from: number, at: readonly number[]): SurfaceBox {
  scratchBox.x = read(reader, from, at[0]);
  scratchBox.y = read(reader, from, at[1]);
  scratchBox.z = read(reader, from, at[2]);
  scratchBox.width = read(reader, from, at[3]);
  scratchBox.height = read(reader, from, at[4]);
  scratchBox.depth = read(reader, from, at[5]);
  return scratchBox;
}

function read(reader: CommandReader, from: number, at: number): number {
  return at < 0 ? -1 - at : reader.u32(from + at);
}
