import type { SurfaceBox } from '@cg/surface-layout';

/** What of a subresource's bytes the texture does not have yet. */
const DIRTY = { NOTHING: 0, ALL: 1, BOXES: 2 } as const;
/** Boxes of a subresource that wait for their upload, where what lies between them is not the device's. */
const MOST_BOXES = 8;

/** Which content of each subresource of a texture is newer: the device's bytes, or what the GPU has. */
export class TextureContent {
  readonly #dirty: Uint8Array;
  readonly #boxes = new Map<number, readonly SurfaceBox[]>();
  /** Subresources of which the texture does not have all bytes. */
  dirtyCount: number;
  readonly #newer: Uint8Array;
  /** Subresources of which the GPU's content is newer. */
  newerCount = 0;
  /** Change whenever the content does, on either side. */
  readonly #versions: Uint32Array;

  constructor(readonly count: number) {
    this.#dirty = new Uint8Array(count).fill(DIRTY.ALL);
    this.#newer = new Uint8Array(count);
    this.#versions = new Uint32Array(count);
    this.dirtyCount = count;
  }

  /** The GPU writes all of a subresource: nothing has to be uploaded. */
  replace(subresource: number): void {
    this.#clean(subresource);
  }

  /** The device's bytes are freed; the GPU has all of them. */
  allFreed(): void {
    this.#newer.fill(1);
    this.newerCount = this.count;
  }

  /** Whether a box may be written where the GPU's content around it is newer. */
  hasRoom(subresource: number): boolean {
    return (this.#boxes.get(subresource)?.length ?? 0) < MOST_BOXES;
  }

  /** The device's bytes have changed, of all subresources. */
  allWritten(): void {
    this.#dirty.fill(DIRTY.ALL);
    this.dirtyCount = this.count;
    this.#boxes.clear();
    this.#newer.fill(0);
    this.newerCount = 0;
    for (let each = 0; each < this.count; each++) {
      this.#versions[each]++;
    }
  }

  /** The device's bytes have changed. Of a subresource that is newer on the GPU, those around the box mean nothing. */
  written(subresource: number, box: SurfaceBox | undefined): void {
    this.#versions[subresource]++;
    if (box === undefined) {
      this.#setNewer(subresource, 0);
      this.#boxes.delete(subresource);
      this.#setDirty(subresource, DIRTY.ALL);
    } else if (this.#dirty[subresource] !== DIRTY.ALL) {
      const others = this.#boxes.get(subresource) ?? [];
      const all = this.isNewer(subresource) ? joined(others, box) : [others.reduce(hull, box)];
      this.#boxes.set(subresource, all);
      this.#setDirty(subresource, DIRTY.BOXES);
    }
  }

  /** The GPU has changed a subresource. */
  changed(subresource: number): void {
    this.#versions[subresource]++;
    this.#setNewer(subresource, 1);
  }

  isNewer(subresource: number): boolean {
    return this.#newer[subresource] !== 0;
  }

  version(subresource: number): number {
    return this.#versions[subresource];
  }

  /** The device's bytes are as the GPU has them. */
  fetched(subresource: number): void {
    this.#setNewer(subresource, 0);
  }

  isDirty(subresource: number): boolean {
    return this.#dirty[subresource] !== DIRTY.NOTHING;
  }

  /** What has to be uploaded of a dirty subresource, which is then clean; undefined is all of it. */
  takeDirty(subresource: number): readonly SurfaceBox[] | undefined {
    const boxes = this.#dirty[subresource] === DIRTY.BOXES ? this.#boxes.get(subresource) : undefined;
    this.#clean(subresource);
    return boxes;
  }

  #clean(subresource: number): void {
    this.#boxes.delete(subresource);
    this.#setDirty(subresource, DIRTY.NOTHING);
  }

  allClean(): void {
    this.#dirty.fill(DIRTY.NOTHING);
    this.#boxes.clear();
    this.dirtyCount = 0;
  }

  #setDirty(subresource: number, state: number): void {
    const before = this.#dirty[subresource] === DIRTY.NOTHING ? 0 : 1;
    this.#dirty[subresource] = state;
    this.dirtyCount += (state === DIRTY.NOTHING ? 0 : 1) - before;
  }

  #setNewer(subresource: number, state: 0 | 1): void {
    this.newerCount += state - this.#newer[subresource];
    this.#newer[subresource] = state;
  }
}

function joined(boxes: readonly SurfaceBox[], box: SurfaceBox): readonly SurfaceBox[] {
  return boxes.some((other) => contains(other, box)) ? boxes : [...boxes, box];
}

function contains(a: SurfaceBox, b: SurfaceBox): boolean {
  const all = hull(a, b);
  return all.width === a.width && all.height === a.height && all.depth === a.depth;
}

function hull(a: SurfaceBox, b: SurfaceBox): SurfaceBox {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const z = Math.min(a.z, b.z);
  return {
    x,
    y,
    z,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
    depth: Math.max(a.z + a.depth, b.z + b.depth) - z,
  };
}
