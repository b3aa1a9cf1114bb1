import type { FieldTypes } from '../../structures/struct.js';

/*
 * Structures in commands, expanded: the fields of the only box of a command are bare (x, y, z, w, h, d), those of one
 * box of two begin with the box's name (boxSrcX).
 */

/** SVGA3dBox of svga3d_types.h. */
export const box = { x: 'u32', y: 'u32', z: 'u32', w: 'u32', h: 'u32', d: 'u32' } as const;

/** SVGA3dSignedBox of svga3d_types.h. */
export const signedBox = { x: 'i32', y: 'i32', z: 'i32', w: 'i32', h: 'i32', d: 'i32' } as const;

/** SVGA3dCopyBox of svga3d_types.h: a box of the destination and the origin in the source. */
export const copyBox = { ...box, srcx: 'u32', srcy: 'u32', srcz: 'u32' } as const;

/** SVGA3dRect of svga3d_types.h. */
export const rect = { x: 'u32', y: 'u32', w: 'u32', h: 'u32' } as const;

/** SVGA3dCopyRect of svga3d_types.h. */
export const copyRect = { ...rect, srcx: 'u32', srcy: 'u32' } as const;

/** SVGASignedRect of svga_reg.h. */
export const signedRect = { left: 'i32', top: 'i32', right: 'i32', bottom: 'i32' } as const;

/** SVGA3dSize of svga3d_types.h. */
export const size = { width: 'u32', height: 'u32', depth: 'u32' } as const;

/** SVGA3dSurfaceImageId of svga3d_types.h. */
export const image = { sid: 'SVGA3dSurfaceId', face: 'u32', mipmap: 'u32' } as const;

/** SVGAGuestPtr of svga_reg.h. */
export const guestPtr = { gmrId: 'GmrId', offset: 'u32' } as const;

/** SVGAGuestImage of svga_reg.h. */
export const guestImage = { ...guestPtr, pitch: 'u32' } as const;

/** SVGA3dRGBAFloat of svga3d_types.h. */
export const rgbaFloat = { r: 'f32', g: 'f32', b: 'f32', a: 'f32' } as const;

/** The fields of a structure, prefixed with the name of its field. */
export type Prefixed<P extends string, F extends FieldTypes> = {
  readonly [K in keyof F & string as `${P}${Capitalize<K>}`]: F[K];
};

/** Expands a structure that a command has several of. */
export function prefixed<const P extends string, const F extends FieldTypes>(
  prefix: P,
  fields: F,
): Prefixed<P, F> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [
      prefix + name.charAt(0).toUpperCase() + name.slice(1),
      type,
    ]),
  ) as unknown as Prefixed<P, F>;
}
