/** A rectangle of pixels. */
export interface ScreenRect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Clips a rectangle to a screen: vmwgfx may send one that extends beyond it. */
export function clip(rect: ScreenRect, width: number, height: number): ScreenRect {
  const x = Math.min(rect.x, width);
  const y = Math.min(rect.y, height);
  return { x, y, w: Math.min(rect.w, width - x), h: Math.min(rect.h, height - y) };
}
