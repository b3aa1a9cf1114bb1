import { SvgaDeviceError } from '../errors.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import type { CommandFields } from '@cg/svga-protocol';
import { Struct, viewOf, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import { COST } from '../objects/work-budget.js';
import { alphaCursor, MASK_DEPTHS, maskCursor } from '../screen/cursor-image.js';
import type { CommandFamily } from './command-family.js';

/** SVGAGBCursorType of svga_reg.h. */
const SVGA_GB_CURSOR = { COLOR: 0, ALPHA: 1 } as const;

/** SVGAGBCursorHeader of svga_reg.h, with the fields of its larger union member. */
const cursorHeader = new Struct({
  type: 'u32',
  hotspotX: 'u32',
  hotspotY: 'u32',
  width: 'u32',
  height: 'u32',
  andMaskDepth: 'u32',
  xorMaskDepth: 'u32',
  sizeInBytes: 'u32',
});

interface Shape {
  readonly width: number;
  readonly height: number;
  readonly hotspotX: number;
  readonly hotspotY: number;
}

function checkShape(objects: DeviceObjects, { width, height }: Shape): void {
  const { maxCursorSize } = objects.limits;
  if (width === 0 || height === 0 || width > maxCursorSize || height > maxCursorSize) {
    throw new SvgaDeviceError('EINVAL', 'not a size of a cursor', { width, height, maxCursorSize });
  }
  objects.budget.charge(0, height);
  objects.budget.chargeEach(width * height, COST.PIXEL);
}

function defineAlpha(objects: DeviceObjects, shape: Shape, pixels: Uint8Array): void {
  checkShape(objects, shape);
  objects.pointer.image = alphaCursor(shape, pixels);
  objects.displays.pointerDefined();
}

type Masks = Pick<CommandFields<'DEFINE_CURSOR'>, 'andMask' | 'andMaskDepth' | 'xorMask' | 'xorMaskDepth'>;

function checkDepths({ andMaskDepth, xorMaskDepth }: Pick<Masks, 'andMaskDepth' | 'xorMaskDepth'>): void {
  if (!MASK_DEPTHS.includes(andMaskDepth) || !MASK_DEPTHS.includes(xorMaskDepth)) {
    throw new SvgaDeviceError('EINVAL', 'not a depth of a cursor mask', { andMaskDepth, xorMaskDepth });
  }
}

function defineMasks(objects: DeviceObjects, shape: Shape, masks: Masks): void {
  const { andMask, andMaskDepth, xorMask, xorMaskDepth } = masks;
  checkDepths(masks);
  checkShape(objects, shape);
  const and = { mask: andMask, depth: andMaskDepth };
  objects.pointer.image = maskCursor(shape, and, { mask: xorMask, depth: xorMaskDepth });
  objects.displays.pointerDefined();
}

/** Bytes of a mask: rows of whole dwords. */
function maskBytes({ width, height }: Shape, depth: number): number {
  return 4 * Math.ceil((width * depth) / 32) * height;
}

/**
 * A write of SVGA_REG_CURSOR_MOBID: reads the cursor from the MOB; SVGA3D_INVALID_ID leaves the cursor as it is, and
 * does not hide it.
 * @throws SvgaDeviceError ENOENT, EINVAL, EFAULT
 */
export function defineCursorByMob(objects: DeviceObjects, mobid: number): void {
  if (mobid === SVGA3D_INVALID_ID) {
    return;
  }
  const mob = objects.mob(mobid);
  const { bytes } = cursorHeader;
  const take = (at: number, length: number): Uint8Array => {
    if (at + length > mob.bytes) {
      throw new SvgaDeviceError('EFAULT', 'cursor leaves its MOB', {
        mobid,
        end: at + length,
        bytes: mob.bytes,
      });
    }
    const taken = new Uint8Array(length);
    objects.cursor.aim(mob).readFrom(at, taken, 0, length);
    return taken;
  };
  const header = cursorHeader.read(viewOf(take(0, bytes)), 0);
  if (header.type === SVGA_GB_CURSOR.ALPHA) {
    checkShape(objects, header);
    const { width, height, hotspotX, hotspotY } = header;
    defineAlpha(objects, { width, height, hotspotX, hotspotY }, take(bytes, 4 * width * height));
  } else if (header.type === SVGA_GB_CURSOR.COLOR) {
    checkShape(objects, header);
    checkDepths(header);
    const { andMaskDepth, xorMaskDepth } = header;
    const andBytes = maskBytes(header, andMaskDepth);
    const andMask = take(bytes, andBytes);
    const xorMask = take(bytes + andBytes, maskBytes(header, xorMaskDepth));
    defineMasks(objects, header, { andMask, andMaskDepth, xorMask, xorMaskDepth });
  } else {
    throw new SvgaDeviceError('EINVAL', 'not a type of cursor', { type: header.type });
  }
}

/** The image of the mouse pointer. */
export const cursorCommands: CommandFamily = {
  DEFINE_CURSOR: (objects, fields) => defineMasks(objects, fields, fields),
  DEFINE_ALPHA_CURSOR: (objects, fields) => defineAlpha(objects, fields, fields.pixels),
};
