import type { PrimitiveTopology } from '@cg/vgpu10';

/** Primitives of instances of a draw. */
export interface DrawPart {
  readonly firstPrimitive: number;
  /** Of each instance. */
  readonly primitives: number;
  readonly firstInstance: number;
  readonly instances: number;
}

/** Vertices, or indices, of a draw call. */
export interface VertexRange {
  readonly first: number;
  readonly count: number;
}

/**
 * A draw as parts that draw the same, one after another.
 * @param primitives of an instance
 * @param unit parts of an instance begin at multiples of so many primitives
 * @param parts how many equal ones the draw should have: asked before each, as the GPU's time may change it
 */
export function* drawParts(
  primitives: number,
  unit: number,
  instances: number,
  parts: () => number,
): Generator<DrawPart> {
  for (let firstInstance = 0; firstInstance < instances;) {
    const together = Math.min(Math.max(1, Math.floor(instances / parts())), instances - firstInstance);
    for (let firstPrimitive = 0; firstPrimitive < primitives;) {
      const partsOfEach = together > 1 ? 1 : Math.ceil(parts() / instances);
      const share = unit * Math.ceil(primitives / partsOfEach / unit);
      const some = Math.min(share, primitives - firstPrimitive);
      yield { firstPrimitive, primitives: some, firstInstance, instances: together };
      firstPrimitive += some;
    }
    firstInstance += together;
  }
}

/** Vertices of a primitive, and of the next one that are its own. */
const VERTICES: Partial<Record<PrimitiveTopology, readonly [corners: number, step: number]>> = {
  POINTLIST: [1, 1],
  LINELIST: [2, 2],
  LINESTRIP: [2, 1],
  TRIANGLELIST: [3, 3],
  TRIANGLESTRIP: [3, 1],
};

/** The vertices of a part, of a topology that WebGPU has. */
export function rangeOf(topology: PrimitiveTopology, { firstPrimitive, primitives }: DrawPart): VertexRange {
  const [corners, step] = VERTICES[topology] ?? [0, 0];
  return { first: step * firstPrimitive, count: step * (primitives - 1) + corners };
}
