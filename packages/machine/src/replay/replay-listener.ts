import type { SurfaceLayout } from '@cg/surface-layout';
import type { ScreenTargetImage } from '@cg/svga-device';
import type { ReplayReport } from './report.js';

/** A surface of a replay. */
export interface ReplayedSurface {
  readonly name: string;
  readonly layout: SurfaceLayout;
  /** The device's id of it now: eviction changes it. SVGA3D_INVALID_ID while the device does not have it. */
  deviceId(): number;
  /** Its first page in the device's mapping, where its buffer object starts; undefined if no CPU maps it. */
  readonly firstPage: number | undefined;
}

/** What a replay reports as it goes on. With `Machine.listen`, in between the machine's events. */
export interface ReplayListener {
  /** The surfaces exist, the traced one is the first. */
  readonly onSurfaces?: (surfaces: readonly ReplayedSurface[]) => void;
  /** A frame begins. The submission after the last frame belongs to that. */
  readonly onFrame?: (frame: number) => void;
  /** A CPU has stored bytes of the traced surface. */
  readonly onStore?: (cpu: string, offset: number, bytes: number) => void;
  /** After each frame, with the number done. */
  readonly onFrameDone?: (done: number) => void;
  /** After the last frame. */
  readonly onReport?: (report: ReplayReport) => void;
  /** After the report, with the pixels of a screen that shows the surface, which are not counted in it. */
  readonly onScreen?: (image: ScreenTargetImage) => void;
}
