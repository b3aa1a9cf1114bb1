import type { SurfaceLayout } from '@cg/surface-layout';

/** A surface as the recorder needs it; the name identifies it. */
export interface NamedSurface {
  readonly name: string;
  readonly layout: SurfaceLayout;
}

/** A surface in a buffer object. */
export interface PlacedSurface extends NamedSurface {
  /** Its first byte there. */
  readonly offset: number;
}

/** Where surfaces are now, on the device and in memory. */
export interface SurfaceDirectory {
  /** The surface with an id on the device. */
  ofId(sid: number): NamedSurface | undefined;
  /**
   * The surfaces in a buffer object, by its first page in the device's mapping. The same array as before where nothing
   * has changed saves time.
   */
  inObject(object: number): readonly PlacedSurface[];
}
