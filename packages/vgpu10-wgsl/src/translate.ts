import type { Binding } from './bindings.js';
import { drawLayout, type DrawLayout } from './draw-constants.js';
import type { PipelineKey, Shaders } from './key.js';
import { link } from './module/linkage.js';
import { pixelModule } from './module/pixel-module.js';
import { vertexModule } from './module/vertex-module.js';
import { stageInterface } from './stage/stage-interface.js';

/** A module of WGSL, and what its code uses. */
export interface TranslatedModule {
  readonly code: string;
  readonly bindings: readonly Binding[];
}

/** The shaders of a pipeline in WGSL. */
export interface Translation {
  /** Entry point `main`. With a geometry shader it is run for each corner that it may emit, see {@link GeometryDraw}. */
  readonly vertex: TranslatedModule;
  /** Entry point `main`. */
  readonly pixel: TranslatedModule | undefined;
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
  const pixel = shaders.pixel && stageInterface('pixel', shaders.pixel);
  const layout = drawLayout(key);
  const context = { key, layout };
  const linkage = link(vertex, pixel, key);
  const first = vertexModule(context, vertex, linkage);
  const second = pixel && pixelModule(context, pixel, linkage);
  return {
    vertex: { code: first.text, bindings: first.module.bindings.list },
    pixel: second && { code: second.text, bindings: second.module.bindings.list },
    draw: layout,
  };
}
