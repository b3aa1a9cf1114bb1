import type { OutputStrip } from '@cg/vgpu10-wgsl';

/** What a topology is made of, with or without adjacent vertices. */
export type PrimitiveKind = 'LINE' | 'POINT' | 'TRIANGLE';

/** Vertices of a primitive, without adjacent ones. */
export const CORNERS: Readonly<Record<PrimitiveKind, number>> = { POINT: 1, LINE: 2, TRIANGLE: 3 };

/** @param topology by the name of an input or an output of a geometry shader, or of WebGPU */
export function kindOf(topology: string): PrimitiveKind {
  const name = topology.toUpperCase();
  return name.startsWith('POINT') ? 'POINT' : name.startsWith('LINE') ? 'LINE' : 'TRIANGLE';
}

export function kindWith(corners: OutputStrip['corners']): PrimitiveKind {
  return corners === 1 ? 'POINT' : corners === 2 ? 'LINE' : 'TRIANGLE';
}
