import type { SurfaceBox } from '@cg/surface-layout';

/** What of a subresource's bytes the texture does not have yet. */
const DIRTY = { NOTHING: 0, ALL: 1, BOX: 2 } as const;

/** Which content of each subresource of a texture is newer: the device's bytes, or what the GPU has. */
export class TextureContent {
  readonly #dirty: Uint8Array;
  readonly #boxes = new Map<number, SurfaceBox>();
  /** Subresources of which the texture does not have all bytes. */
  dirtyCount: number;
  readonly #newer: Uint8Array;
  /** Subresources of which the GPU's content is newer. */
  newerCount = 0;
  /** Change whenever the content does, on either side. */
  readonly #versions: Uint32Array;
  readonly #replaced: Uint8Array;
  #replacedCount = 0;

  constructor(readonly count: number) {
    this.#dirty = new Uint8Array(count).fill(DIRTY.ALL);
    this.#newer = new Uint8Array(count);
    this.#versions = new Uint32Array(count);
    this.#replaced = new Uint8Array(count);
    this.dirtyCount = count;
  }

  /** Whether the GPU has written all of every subresource: of the device's bytes nothing is left. */
  get isReplaced(): boolean {
    return this.#replacedCount === this.count && this.newerCount === this.count;
  }

  /** The GPU writes all of a subresource: nothing has to be uploaded. */
  replace(subresource: number): void {
    this.#clean(subresource);
    this.#setReplaced(subresource, 1);
  }

  /** The device is about to have bytes that count. */
  keep(subresource: number): void {
    this.#setReplaced(subresource, 0);
  }

  /** The device's bytes have changed, of all subresources. */
  allWritten(): void {
    this.#dirty.fill(DIRTY.ALL);
    this.dirtyCount = this.count;
    this.#boxes.clear();
    this.#newer.fill(0);
    this.newerCount = 0;
    this.#replaced.fill(0);
    this.#replacedCount = 0;
    for (let each = 0; each < this.count; each++) {
      this.#versions[each]++;
    }
  }

  /** The device's bytes have changed. */
  written(subresource: number, box: SurfaceBox | undefined): void {
    this.#versions[subresource]++;
    this.#setReplaced(subresource, 0);
    if (box === undefined) {
      this.#setNewer(subresource, 0);
      this.#boxes.delete(subresource);
      this.#setDirty(subresource, DIRTY.ALL);
    } else if (this.#dirty[subresource] !== DIRTY.ALL) {
      const other = this.#boxes.get(subresource);
      this.#boxes.set(subresource, other === undefined ? box : hull(other, box));
      this.#setDirty(subresource, DIRTY.BOX);
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
  takeDirty(subresource: number): SurfaceBox | undefined {
    const box = this.#dirty[subresource] === DIRTY.BOX ? this.#boxes.get(subresource) : undefined;
    this.#clean(subresource);
    return box;
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

  #setReplaced(subresource: number, state: 0 | 1): void {
    this.#replacedCount += state - this.#replaced[subresource];
    this.#replaced[subresource] = state;
  }

  #setNewer(subresource: number, state: 0 | 1): void {
    this.newerCount += state - this.#newer[subresource];
    this.#newer[subresource] = state;
  }
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
