import type { SlotGroup } from '../state/context-slots.js';
import type { BoxFields, Condition, Extent, Images, Use } from './command-effect.js';

/*
 * Helpers for the effect table. Names of fields follow the structures that they come from: those of a command's only
 * image or box are bare, those of one of two begin with its name (`prefixed` of families/structures.ts).
 */

function fieldOf(prefix: string, name: string): string {
  return prefix === '' ? name : prefix + name.charAt(0).toUpperCase() + name.slice(1);
}

/** SVGA3dSurfaceImageId. */
export function image(prefix = ''): Images {
  return { face: fieldOf(prefix, 'face'), mipmap: fieldOf(prefix, 'mipmap') };
}

/** A subresource, by a field or a number. */
export function subresource(field: number | string): Images {
  return { subresource: field };
}

/** SVGA3dBox; the box of the destination of an SVGA3dCopyBox. */
export function box(prefix = ''): BoxFields {
  const named = (name: string): string => fieldOf(prefix, name);
  return { x: named('x'), y: named('y'), z: named('z'), w: named('w'), h: named('h'), d: named('d') };
}

/** The box of the source of an SVGA3dCopyBox. */
export const sourceBox: BoxFields = { ...box(), x: 'srcx', y: 'srcy', z: 'srcz' };

/** The same of an SVGA3dCopyRect. */
export const sourceRect: BoxFields = { ...sourceBox, z: 0, d: 1 };

/** SVGA3dRect. */
export const rect: BoxFields = { ...box(), z: 0, d: 1 };

/** Bytes of a buffer. */
export function run(x: string, w: number | string): Extent {
  return { images: subresource(0), box: { x, y: 0, z: 0, w, h: 1, d: 1 } };
}

/** Rows of a texture's box in a buffer, by the prefix of the buffer's fields and the texture's. */
export function pitchedRows(buffer: string, textureBox: string, texture: string): Extent {
  const [offset, pitch, slicePitch] = ['offset', 'pitch', 'slicePitch'].map((name) => fieldOf(buffer, name));
  return { images: subresource(0), rows: { offset, pitch, slicePitch, box: box(textureBox), texture } };
}

export function reads(extent: Extent = {}, when?: Condition): Use {
  return { action: 'read', extent, ...(when && { when }) };
}

export function writes(extent: Extent = {}, when?: Condition): Use {
  return { action: 'write', extent, ...(when && { when }) };
}

export function uploads(extent: Extent = {}, when?: Condition): Use {
  return { action: 'upload', extent, ...(when && { when }) };
}

export function readsBack(extent: Extent = {}, when?: Condition): Use {
  return { action: 'readBack', extent, ...(when && { when }) };
}

export function invalidates(extent: Extent = {}): Use {
  return { action: 'invalidate', extent };
}

/** Sets the object in a slot of a group, or several objects in consecutive slots. */
export function sets(
  groups: SlotGroup | readonly SlotGroup[],
  start: number | string = 0,
  type?: string,
): Use {
  return { action: 'set', slot: { groups, start, ...(type !== undefined && { type }) } };
}
