import type { SurfaceFormat } from '@cg/surface-layout';
import type { FormatCaps, RendererCaps } from '@cg/svga-device';
import { texelFormats } from '@cg/vgpu10-wgsl';
import { nameOf, type FormatTable } from './formats/format-table.js';

const vertexFormats: ReadonlySet<string> = new Set(texelFormats);

/** What a device can do with surfaces, from its features and limits. */
export function rendererCaps(limits: GPUSupportedLimits, formats: FormatTable): RendererCaps {
  return {
    maxTextureSize: limits.maxTextureDimension2D,
    maxVolumeSize: limits.maxTextureDimension3D,
    maxLayers: limits.maxTextureArrayLayers,
    multisample4: true,
    format: (format) => capsOf(format, formats),
  };
}

function capsOf(format: SurfaceFormat, formats: FormatTable): FormatCaps {
  const view = formats.abilities(format);
  const vertex = vertexFormats.has(nameOf(format));
  const isDepth = view?.storage.depth !== undefined;
  const color = view !== undefined && view.renders && !isDepth;
  const depth = view !== undefined && view.renders && isDepth;
  return {
    sample: view !== undefined,
    color,
    blend: color && view.storage.blends,
    depth,
    vertex,
    multisample: (color || depth) && view.storage.multisamples,
  };
}
