/** How SVGA_REG_BITS_PER_PIXEL lays out a pixel of the legacy framebuffer. */
interface PixelLayout {
  readonly bytes: number;
  /** SVGA_REG_DEPTH: the bits that hold colour. */
  readonly depth: number;
  /** SVGA_REG_RED_MASK, _GREEN_MASK and _BLUE_MASK; 0 for indices of the palette. */
  readonly masks: readonly [red: number, green: number, blue: number];
}

const TRUE_COLOUR = [0xff_0000, 0xff00, 0xff] as const;

const layouts: ReadonlyMap<number, PixelLayout> = new Map<number, PixelLayout>([
  [8, { bytes: 1, depth: 8, masks: [0, 0, 0] }],
  [15, { bytes: 2, depth: 15, masks: [0x7c00, 0x3e0, 0x1f] }],
  [16, { bytes: 2, depth: 16, masks: [0xf800, 0x7e0, 0x1f] }],
  [24, { bytes: 3, depth: 24, masks: TRUE_COLOUR }],
  [32, { bytes: 4, depth: 24, masks: TRUE_COLOUR }],
]);

/** The layout for a value of BITS_PER_PIXEL; undefined for depths that the device does not have. */
export function pixelLayout(bitsPerPixel: number): PixelLayout | undefined {
  return layouts.get(bitsPerPixel);
}

/** A mode of the legacy framebuffer, which begins at the start of VRAM. */
export interface DisplayMode {
  readonly width: number;
  readonly height: number;
  readonly bitsPerPixel: number;
  /** Bytes from a row to the next. */
  readonly pitch: number;
}

/** Bytes of a row of pixels, in whole dwords. */
export function leastPitch(width: number, bitsPerPixel: number): number {
  return 4 * Math.ceil((width * (pixelLayout(bitsPerPixel)?.bytes ?? 0)) / 4);
}

/** Whether a mode has pixels, and all of them lie in VRAM. */
export function isMode(
  { width, height, bitsPerPixel, pitch }: DisplayMode,
  { maxScreenSize, vramBytes }: { readonly maxScreenSize: number; readonly vramBytes: number },
): boolean {
  const bytes = pixelLayout(bitsPerPixel)?.bytes;
  const isSize = width > 0 && height > 0 && width <= maxScreenSize && height <= maxScreenSize;
  return isSize && bytes !== undefined && pitch >= width * bytes && pitch * height <= vramBytes;
}

export function isSameMode(a: DisplayMode | undefined, b: DisplayMode | undefined): boolean {
  return (
    a?.width === b?.width &&
    a?.height === b?.height &&
    a?.bitsPerPixel === b?.bitsPerPixel &&
    a?.pitch === b?.pitch
  );
}
