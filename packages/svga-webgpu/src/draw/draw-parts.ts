import type { PrimitiveTopology } from '@cg/vgpu10';

/** Primitives of instances of a draw. */
export interface DrawPart {
  readonly firstPrimitive: number;
  /** Of each instance. */
  readonly primitives: number;
  readonly firstInstance: number;
  readonly instances: number;
  /** The number of the first primitive, as shaders see it. */
  readonly number: number;
}

/** Where the primitives of an instance can be parted. */
export interface Cuts {
  /** With the first primitive of an instance. */
  begin(): void;
  /** The first place for a part to begin at `wanted`, which is after the place before, or later. */
  next(wanted: number): number;
  /** The number of the primitive there, as shaders see it. */
  readonly number: number;
}

/** Parts begin at multiples of so many primitives. */
export class EvenCuts implements Cuts {
  number = 0;

  constructor(readonly unit: number) {}

  begin(): void {
    this.number = 0;
  }

  next(wanted: number): number {
    this.number = this.unit * Math.ceil(wanted / this.unit);
    return this.number;
  }
}

/** Vertices, or indices, of a draw call. */
export interface VertexRange {
  readonly first: number;
  readonly count: number;
}

/**
 * A draw as parts that draw the same, one after another.
 * @param primitives of an instance
 * @param parts how many equal ones the draw should have: asked before each, as the GPU's time may change it
 */
export function* drawParts(
  primitives: number,
  cuts: Cuts,
  instances: number,
  parts: () => number,
): Generator<DrawPart> {
  for (let firstInstance = 0; firstInstance < instances;) {
    const together = Math.min(Math.max(1, Math.floor(instances / parts())), instances - firstInstance);
    cuts.begin();
    for (let firstPrimitive = 0; firstPrimitive < primitives;) {
      const partsOfEach = together > 1 ? 1 : Math.ceil(parts() / instances);
      const { number } = cuts;
      const wanted = firstPrimitive + Math.ceil(primitives / partsOfEach);
      const next = wanted < primitives ? Math.min(cuts.next(wanted), primitives) : primitives;
      const some = next - firstPrimitive;
      yield { firstPrimitive, primitives: some, firstInstance, instances: together, number };
      firstPrimitive = next;
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
export function rangeOf(
  topology: PrimitiveTopology,
  { firstPrimitive, primitives }: Pick<DrawPart, 'firstPrimitive' | 'primitives'>,
): VertexRange {
  const [corners, step] = VERTICES[topology] ?? [0, 0];
  return { first: step * firstPrimitive, count: step * (primitives - 1) + corners };
}
