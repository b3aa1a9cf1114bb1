/** The bytes that buffers and textures of surfaces may have on the GPU together. */
export class GpuMemory {
  used = 0;
  /** Frees so many bytes of what the draw that is being recorded does not use, if it can. */
  evict: (bytes: number) => void = () => {};

  constructor(readonly most: number) {}

  /** Whether the next draws may not find room: what only the GPU has should be fetched, so that it can be freed. */
  get isTight(): boolean {
    return this.used > (3 / 4) * this.most;
  }

  /** Takes bytes. @returns false if there is no room for them */
  take(bytes: number): boolean {
    const missing = this.used + bytes - this.most;
    if (missing > 0) {
      this.evict(missing);
    }
    if (this.used + bytes > this.most) {
      return false;
    }
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}
