import type { ScreenRect } from '@cg/svga-device';

/** Rectangles beyond which they are drawn as one. */
const MOST = 16;

/** The rectangle around two. */
function around(a: ScreenRect, b: ScreenRect): ScreenRect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const w = Math.max(a.x + a.w, b.x + b.w) - x;
  const h = Math.max(a.y + a.h, b.y + b.h) - y;
  return { x, y, w, h };
}

/** The part that two rectangles share; undefined for none. */
export function shared(a: ScreenRect, b: ScreenRect): ScreenRect | undefined {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const w = Math.min(a.x + a.w, b.x + b.w) - x;
  const h = Math.min(a.y + a.h, b.y + b.h) - y;
  return w > 0 && h > 0 ? { x, y, w, h } : undefined;
}

const area = ({ w, h }: ScreenRect): number => w * h;

/** The rectangles of a screen that are to be drawn: few, and not much more than was damaged. */
export class Damage {
  #rects: ScreenRect[] = [];

  add(rect: ScreenRect): void {
    let added = rect;
    // Where one rectangle around two is no more work than both, it takes their place; it may then reach others.
    for (let i = 0; i < this.#rects.length;) {
      const both = around(this.#rects[i], added);
      if (area(both) <= area(this.#rects[i]) + area(added)) {
        this.#rects.splice(i, 1);
        added = both;
        i = 0;
      } else {
        i++;
      }
    }
    this.#rects.push(added);
    if (this.#rects.length > MOST) {
      this.#rects = [this.#rects.reduce(around)];
    }
  }

  /** The rectangles, which are then no longer damaged. */
  take(): readonly ScreenRect[] {
    const rects = this.#rects;
    this.#rects = [];
    return rects;
  }
}
