import type { Surface } from './surface.js';

/** Surfaces by id, with a count of changes: what was looked up holds as long as the count stays. */
export class SurfaceMap extends Map<number, Surface> {
  changes = 0;

  override set(id: number, surface: Surface): this {
    this.changes++;
    return super.set(id, surface);
  }

  override delete(id: number): boolean {
    this.changes++;
    return super.delete(id);
  }

  override clear(): void {
    this.changes++;
    super.clear();
  }
}
