import type { Binding } from './bindings.js';
import { drawLayout, type DrawLayout } from './draw-constants.js';
import type { PipelineKey, Shaders } from './key.js';
import { geometryModule, type GeometryDraw } from './module/geometry-module.js';
import { link } from './module/linkage.js';
import type { ModuleText } from './module/module-text.js';
import { pixelModule } from './module/pixel-module.js';
import { geometryStreamModule, vertexStreamModule, type StreamPass } from './module/stream-output-module.js';
import { vertexModule } from './module/vertex-module.js';
import { stageInterface } from './stage/stage-interface.js';

/** A module of WGSL, and what its code uses. */
export interface TranslatedModule {
  readonly code: string;
  readonly bindings: readonly Binding[];
}

/** The shaders of a pipeline in WGSL. */
export interface Translation {
  /**
   * Entry point `main`. With a geometry shader it runs for each corner that may be given out, see {@link
   * GeometryDraw}.
   */
  readonly vertex: TranslatedModule;
  /** Entry point `main`. */
  readonly pixel: TranslatedModule | undefined;
  /** How draws are made with a geometry shader. */
  readonly geometry: GeometryDraw | undefined;
  /** Compute passes that write the stream output, if the key has one. */
  readonly streamOutput: (TranslatedModule & { readonly passes: readonly StreamPass[] }) | undefined;
  /** Where the constants of a draw lie. */
  readonly draw: DrawLayout;
}

/**
 * Translates shaders to WGSL. The text depends on nothing but the arguments; its size and the time are in proportion to
 * the instructions.
 * @throws TranslateError for what is invalid, too large, or not expressible in WGSL, with the place of the instruction
 */
export function translate(shaders: Shaders, key: PipelineKey): Translation {
  const vertex = stageInterface('vertex', shaders.vertex);
  const geometry = shaders.geometry && stageInterface('geometry', shaders.geometry);
  const pixel = shaders.pixel && stageInterface('pixel', shaders.pixel);
  const linkage = link(geometry ?? vertex, pixel, key);
  const context = { key, layout: drawLayout(key, linkage.builtinPrimitiveId) };
  const ofGeometry = geometry && geometryModule(context, vertex, geometry, linkage);
  const first = ofGeometry ?? vertexModule(context, vertex, linkage);
  const second = pixel && pixelModule(context, pixel, linkage);
  const streams =
    key.streamOutput === undefined
      ? undefined
      : geometry === undefined
        ? vertexStreamModule(context, vertex)
        : geometryStreamModule(context, vertex, geometry);
  return {
    vertex: moduleOf(first),
    pixel: second && moduleOf(second),
    geometry: ofGeometry?.draw,
    streamOutput: streams && { ...moduleOf(streams), passes: streams.passes },
    draw: context.layout,
  };
}

function moduleOf({
  text,
  module,
}: {
  readonly text: string;
  readonly module: ModuleText;
}): TranslatedModule {
  return { code: text, bindings: module.bindings.list };
}
