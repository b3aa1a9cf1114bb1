import type { SurfaceFormat } from '@cg/surface-layout';

/** What a renderer can do with surfaces of a format. */
export interface FormatCaps {
  /** Views of it can be sampled, or of buffers loaded. */
  readonly sample: boolean;
  /** It can be a colour target. */
  readonly color: boolean;
  /** Colour targets can be blended. */
  readonly blend: boolean;
  readonly depth: boolean;
  /** Elements of vertex buffers. */
  readonly vertex: boolean;
  /** Surfaces of 4 samples. */
  readonly multisample: boolean;
}

/** What a renderer can do; the device's capabilities follow. */
export interface RendererCaps {
  readonly maxTextureSize: number;
  readonly maxVolumeSize: number;
  readonly maxLayers: number;
  /** Surfaces of 4 samples, where the format's capabilities say so. */
  readonly multisample4: boolean;
  format(format: SurfaceFormat): FormatCaps;
}
