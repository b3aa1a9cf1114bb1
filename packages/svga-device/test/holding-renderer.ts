import type { SurfaceBox } from '@cg/surface-layout';
import type { ClearValue, Renderer, RenderSurface, RenderView } from '../src/index.js';
import { clearRun, copyBox } from '../src/contract/image-bytes.js';
import { TexelCodec } from '../src/texels/texel-codec.js';

interface Held {
  readonly bytes: Uint8Array;
  readonly newer: Set<number>;
  readonly boxes: { readonly subresource: number; readonly box: SurfaceBox }[];
}

/** A renderer that takes every clear and every box into bytes of its own, and counts what is read back. */
export class HoldingRenderer implements Renderer {
  readonly #held = new Map<RenderSurface, Held>();
  readBacks = 0;

  clear({ surface, format, slices, subresources }: RenderView, value: ClearValue): boolean {
    const held = this.#of(surface);
    subresources.forEach((each) => this.#bring(surface, each));
    slices.forEach(({ offset, texels }) => {
      clearRun(held.bytes, offset, texels, TexelCodec.of(format, true), value);
    });
    subresources.forEach((each) => held.newer.add(each));
    return true;
  }

  copy(): boolean {
    return false;
  }

  takesBox(): boolean {
    return true;
  }

  imageWritten(surface: RenderSurface, subresource?: number, box?: SurfaceBox): void {
    const held = this.#held.get(surface);
    if (held !== undefined && subresource !== undefined && box !== undefined && held.newer.has(subresource)) {
      held.boxes.push({ subresource, box });
    } else if (subresource !== undefined) {
      held?.newer.delete(subresource);
    } else {
      held?.newer.clear();
    }
  }

  imageNeeded(surface: RenderSurface, subresource: number): undefined {
    const held = this.#held.get(surface);
    if (held?.newer.has(subresource) === true) {
      this.readBacks++;
      this.#bring(surface, subresource);
      held.newer.delete(subresource);
      copyBox({ surface, subresource }, wholeOf(surface, subresource), held.bytes, surface.ownImage!);
    }
  }

  surfaceDropped(surface: RenderSurface): void {
    this.#held.delete(surface);
  }

  reset(): void {
    this.#held.clear();
  }

  /** Takes all of a surface, and frees the device's bytes. @returns whether they were */
  hold(surface: RenderSurface): boolean {
    const { newer } = this.#of(surface);
    const all = Array.from({ length: surface.layout.subresourceCount }, (_, i) => i);
    all.forEach((each) => this.#bring(surface, each));
    const isFreed = surface.freeImage?.() === true;
    if (isFreed) {
      all.forEach((each) => newer.add(each));
    }
    return isFreed;
  }

  /** Loses what it has. */
  lose(): void {
    const lost = [...this.#held].filter(([, { newer }]) => newer.size > 0);
    this.#held.clear();
    lost.forEach(([surface]) => surface.imageLost?.());
  }

  #of(surface: RenderSurface): Held {
    let held = this.#held.get(surface);
    if (held === undefined) {
      held = { bytes: new Uint8Array(surface.layout.bytes), newer: new Set(), boxes: [] };
      this.#held.set(surface, held);
    }
    return held;
  }

  #bring(surface: RenderSurface, subresource: number): void {
    const { bytes, newer, boxes } = this.#of(surface);
    const own = surface.ownImage ?? new Uint8Array(surface.layout.bytes);
    const written = boxes.filter((each) => each.subresource === subresource).map(({ box }) => box);
    boxes.splice(0, Infinity, ...boxes.filter((each) => each.subresource !== subresource));
    for (const box of newer.has(subresource) ? written : [wholeOf(surface, subresource)]) {
      copyBox({ surface, subresource }, box, own, bytes);
    }
  }
}

function wholeOf({ layout }: RenderSurface, subresource: number): SurfaceBox {
  const { width, height, depth } = layout.mipOf(subresource);
  return { x: 0, y: 0, z: 0, width, height, depth };
}
