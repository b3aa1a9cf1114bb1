import { boxRows } from '@cg/surface-layout';
import type { CopiedBox, Renderer, RenderImage, RenderSurface } from '@cg/svga-device';

/** Milliseconds until an answer. */
const LATE = 3;

interface Kept {
  readonly bytes: Uint8Array;
  /** Subresources of which the device's bytes are newer, or the renderer's. */
  readonly stale: Set<number>;
  readonly owed: Set<number>;
}

/**
 * A renderer that copies between surfaces on bytes of its own, and answers some milliseconds later. The device's bytes
 * of what it has written are overwritten until then, so that a device that does not ask is found out.
 */
export class LateCopies implements Renderer {
  readonly #kept = new Map<RenderSurface, Kept>();
  /** Copies that it has made, and answers that came late. */
  copies = 0;
  late = 0;

  clear(): boolean {
    return false;
  }

  copy(source: RenderImage, target: RenderImage, boxes: readonly CopiedBox[]): boolean {
    const [from, to] = [this.#current(source), this.#current(target)];
    if (
      source.surface.layout.format.id !== target.surface.layout.format.id ||
      source.surface === target.surface
    ) {
      return false;
    }
    for (const { from: origin, to: box } of boxes) {
      const { width, height, depth } = box;
      const rows = boxRows(target.surface.layout, target.subresource, box);
      const read = boxRows(source.surface.layout, source.subresource, { ...origin, width, height, depth });
      for (let image = 0; image < rows.images; image++) {
        for (let row = 0; row < rows.rows; row++) {
          const at = read.offset + image * read.imageStride + row * read.rowStride;
          to.bytes.set(
            from.bytes.subarray(at, at + rows.rowBytes),
            rows.offset + image * rows.imageStride + row * rows.rowStride,
          );
        }
      }
    }
    this.copies++;
    to.owed.add(target.subresource);
    const [start, end] = range(target.surface, target.subresource);
    target.surface.ownImage?.fill(0xa5, start, end);
    return true;
  }

  imageWritten(surface: RenderSurface, subresource?: number): void {
    const kept = this.#kept.get(surface);
    if (kept === undefined) {
      return;
    }
    for (let each = 0; each < surface.layout.subresourceCount; each++) {
      if (subresource === undefined || subresource === each) {
        kept.stale.add(each);
        kept.owed.delete(each);
      }
    }
  }

  imageNeeded(surface: RenderSurface, subresource: number): Promise<void> | undefined {
    if (this.#kept.get(surface)?.owed.has(subresource) !== true) {
      return undefined;
    }
    this.late++;
    return new Promise((resolve) => {
      setTimeout(() => {
        const kept = this.#kept.get(surface);
        if (kept?.owed.delete(subresource) === true) {
          const [start, end] = range(surface, subresource);
          surface.ownImage?.set(kept.bytes.subarray(start, end), start);
        }
        resolve();
      }, LATE);
    });
  }

  surfaceDropped(surface: RenderSurface): void {
    this.#kept.delete(surface);
  }

  reset(): void {
    this.#kept.clear();
  }

  /** Its bytes of a surface, with those of the device where these are newer. */
  #current({ surface, subresource }: RenderImage): Kept {
    let kept = this.#kept.get(surface);
    if (kept === undefined) {
      const { bytes, subresourceCount } = surface.layout;
      const stale = new Set(Array.from({ length: subresourceCount }, (_, i) => i));
      kept = { bytes: new Uint8Array(bytes), stale, owed: new Set() };
      this.#kept.set(surface, kept);
    }
    if (kept.stale.delete(subresource)) {
      const [start, end] = range(surface, subresource);
      kept.bytes.set(surface.ownImage?.subarray(start, end) ?? new Uint8Array(end - start), start);
    }
    return kept;
  }
}

function range({ layout }: RenderSurface, subresource: number): [start: number, end: number] {
  const start = layout.offsetOf(subresource);
  return [start, start + layout.mipOf(subresource).bytes];
}
