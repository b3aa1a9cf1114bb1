import { bufferEnd } from '@cg/svga-device';
import type { Cuts } from './draw-parts.js';
import type { GeometryPlan } from './geometry-plan.js';
import { RESTART } from './primitive-list.js';

const RESTART_16 = 0xffff;

/** Indices of a draw, where the CPU has them. */
interface StripIndices {
  readonly indices: Uint16Array | Uint32Array;
  /** Ends a strip. */
  readonly restart: number;
}

/** The indices of a strip from its first one on, which are whole and within their buffer unless they are listed. */
export function stripIndices({ list, indices, count }: GeometryPlan, firstVertex: number): StripIndices {
  if (list !== undefined) {
    return { indices: list, restart: RESTART };
  }
  const { surface, offset, indexBytes } = indices!;
  const Numbers = indexBytes === 2 ? Uint16Array : Uint32Array;
  const restart = indexBytes === 2 ? RESTART_16 : RESTART;
  const image = surface.ownImage;
  const start = offset + firstVertex * indexBytes;
  const end = start + count * indexBytes;
  if (image === undefined || end > bufferEnd(indices!)) {
    return { indices: new Numbers(0), restart };
  }
  const bytes = image.byteOffset % indexBytes === 0 ? image.subarray(start, end) : image.slice(start, end);
  return { indices: new Numbers(bytes.buffer as ArrayBuffer, bytes.byteOffset, count), restart };
}

/**
 * Where a strip that has indices can be parted. A primitive begins at each of them but for the last ones, though not
 * all of these are complete. Of triangles every other one of a run turns the other way round, so that a part begins
 * where one turns as the first of a strip does.
 */
export class StripCuts implements Cuts {
  /** Complete primitives before the place. */
  number = 0;
  #place = 0;
  /** Indices before the place, since a strip began. */
  #run = 0;
  /** The first restart at the place or later, as far as is known. */
  #restart = -1;

  /** @param corners of a primitive */
  constructor(
    readonly strip: StripIndices,
    readonly corners: number,
  ) {}

  begin(): void {
    this.number = 0;
    this.#place = 0;
    this.#run = 0;
    this.#restart = -1;
  }

  next(wanted: number): number {
    while (this.#place < wanted || !this.#turnsAsFirst()) {
      this.#step();
    }
    return this.#place;
  }

  #turnsAsFirst(): boolean {
    return this.corners < 3 || this.#run % 2 === 0 || this.#nextRestart() === this.#place;
  }

  #nextRestart(): number {
    const { indices, restart } = this.strip;
    if (this.#restart < this.#place) {
      const found = indices.indexOf(restart, this.#place);
      this.#restart = found < 0 ? Infinity : found;
    }
    return this.#restart;
  }

  #step(): void {
    const restart = this.#nextRestart();
    if (restart === this.#place) {
      this.#run = 0;
    } else {
      this.#run++;
      this.number += restart < this.#place + this.corners ? 0 : 1;
    }
    this.#place++;
  }
}
