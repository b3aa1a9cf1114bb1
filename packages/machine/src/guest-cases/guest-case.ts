/** Subresource, x, y, z, width, height, depth. */
export type CaseBox = readonly [number, number, number, number, number, number, number];

/** A byte range of a mapping: offset and length. */
export type ByteRange = readonly [offset: number, length: number];

/** A step of a program up to its submission, and the commands that a kernel sent for it. */
export interface GuestStep {
  /** Loads, before the stores. */
  readonly r?: readonly ByteRange[];
  readonly w?: readonly ByteRange[];
  /** Unmapped and mapped again between the stores and the submission. */
  readonly remap?: 1;
  /** The surface is the destination of the submitted copy, not its source. */
  readonly gpuWrite?: 1;
  /** The update commands of the submission, before the copy. */
  readonly boxes: readonly CaseBox[];
  /** The read-back commands during the loads and stores; recorded only if they matter. */
  readonly before?: readonly string[];
}

/** The surface of a case; `flags` 1 is a cube. */
export interface CaseSurface {
  readonly fmt: number;
  readonly w: number;
  readonly h: number;
  readonly d?: number;
  readonly mips?: number;
  readonly array?: number;
  readonly flags?: number;
}

/** A recorded program: it maps a coherent surface, and in each step writes to it and submits a copy. */
export interface GuestCase {
  readonly id: number;
  readonly name: string;
  /** Debian's kernel: 686-pae has 64-bit page-table entries, 686 has 32-bit ones. */
  readonly kernel: '686-pae' | '686';
  /** The device had DX contexts. */
  readonly dx: boolean;
  readonly surface: CaseSurface;
  /** Bytes of the surface. */
  readonly backing: number;
  readonly steps: readonly GuestStep[];
}

const CUBE = 1;

/** A case's surface in the terms of `@cg/surface-layout` and of the driver. */
export function surfaceOf({ surface: { fmt, w, h, d = 1, mips = 1, array = 0, flags = 0 } }: GuestCase) {
  const cube = (flags & CUBE) !== 0;
  const layers = cube ? 6 : Math.max(array, 1);
  return { format: fmt, width: w, height: h, depth: d, mipLevels: mips, layers, cube };
}
