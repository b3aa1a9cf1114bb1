import type { SurfaceBox, SurfaceLayout } from '@cg/surface-layout';
import type { CommandFields, CommandName } from '../commands/command-table.js';
import type { BoxFields, Extent, Images, PitchedRows, Use } from './command-effect.js';
import { effectsOf, takesPlace } from './command-effects.js';

type Values = Readonly<Record<string, unknown>>;

/** Called for each part of a surface that a command touches. */
export type TouchVisitor = (sid: number, use: Use, subresource: number, box: SurfaceBox) => void;

function valueOf(values: Values, field: number | string): number {
  return typeof field === 'number' ? field : (values[field] as number);
}

/** The box in these fields. */
export function boxIn(values: Values, { x, y, z, w, h, d }: BoxFields): SurfaceBox {
  return {
    x: valueOf(values, x),
    y: valueOf(values, y),
    z: valueOf(values, z),
    width: valueOf(values, w),
    height: valueOf(values, h),
    depth: valueOf(values, d),
  };
}

/** The subresource in these fields, which the surface may not have. */
export function subresourceIn(values: Values, images: Images, layout: SurfaceLayout): number {
  return 'face' in images
    ? valueOf(values, images.face) * layout.mips.length + valueOf(values, images.mipmap)
    : valueOf(values, images.subresource);
}

/** A run of a buffer from the first byte of the first row to the last byte of the last. */
export function runOfRows(values: Values, rows: PitchedRows, { format }: SurfaceLayout): SurfaceBox {
  const { width, height, depth } = boxIn(values, rows.box);
  const rowBytes = Math.ceil(width / format.blockWidth) * format.bytesPerBlock;
  const high = Math.ceil(height / format.blockHeight);
  const x = valueOf(values, rows.offset);
  const pitch = valueOf(values, rows.pitch);
  const slicePitch = valueOf(values, rows.slicePitch);
  const bytes = (depth - 1) * slicePitch + (high - 1) * pitch + rowBytes;
  return { x, y: 0, z: 0, width: bytes, height: 1, depth: 1 };
}

function wholeImage(layout: SurfaceLayout, subresource: number): SurfaceBox | undefined {
  if (subresource >= layout.subresourceCount) {
    return undefined;
  }
  const { width, height, depth } = layout.mipOf(subresource);
  return { x: 0, y: 0, z: 0, width, height, depth };
}

function visitExtent(
  values: Values,
  { images, box, part, inverted, rows }: Extent,
  layout: SurfaceLayout,
  layoutOf: (sid: number) => SurfaceLayout | undefined,
  visit: (subresource: number, box: SurfaceBox) => void,
): void {
  const visitWhole = (subresource: number): void => {
    const all = wholeImage(layout, subresource);
    if (all !== undefined) {
      visit(subresource, all);
    }
  };
  if (images === undefined) {
    for (let i = 0; i < layout.subresourceCount; i++) {
      visitWhole(i);
    }
    return;
  }
  const subresource = subresourceIn(values, images, layout);
  const texture = rows === undefined ? undefined : layoutOf(values[rows.texture] as number);
  if (rows !== undefined && texture !== undefined) {
    visit(subresource, runOfRows(values, rows, texture));
  } else if (box === undefined || (inverted !== undefined && values[inverted] !== 0)) {
    visitWhole(subresource);
  } else if (part === undefined) {
    visit(subresource, boxIn(values, box));
  } else {
    for (const element of values[part] as readonly Values[]) {
      visit(subresource, boxIn(element, box));
    }
  }
}

/**
 * Calls back for each box of a surface that a command reads, writes, uploads, reads back or invalidates: in the order
 * of the command's effects, as an upper bound. Boxes are those of the command, inside the surface or not. Surfaces in
 * views and slots are not included, as only the context has them. @param layoutOf the layout of a surface; surfaces
 * without one are left out
 */
export function forEachTouched<N extends CommandName>(
  name: N,
  fields: CommandFields<N>,
  layoutOf: (sid: number) => SurfaceLayout | undefined,
  visit: TouchVisitor,
): void {
  const values = fields as Values;
  for (const { kind, part, field, uses } of effectsOf(name).references) {
    if (kind !== 'surface') {
      continue;
    }
    for (const holder of part === undefined ? [values] : (values[part] as readonly Values[])) {
      const sid = holder[field as string] as number;
      const layout = layoutOf(sid);
      for (const use of uses) {
        if (layout !== undefined && use.extent !== undefined && takesPlace(use, holder)) {
          visitExtent(values, use.extent, layout, layoutOf, (subresource, box) =>
            visit(sid, use, subresource, box),
          );
        }
      }
    }
  }
}
