import { drawRow, type DrawLayout } from '../draw-constants.js';
import type { PipelineKey } from '../key.js';
import { Registers } from '../stage/registers.js';
import { StageBody, type StageHooks } from '../stage/stage-body.js';
import type { StageInterface } from '../stage/stage-interface.js';
import { Views } from '../stage/views.js';
import type { ModuleText } from './module-text.js';

const UNIFORM_BUFFERS = 12;

/** What the modules of a translation share. */
export interface TranslationContext {
  readonly key: PipelineKey;
  readonly layout: DrawLayout;
}

/** A stage whose instructions are translated. */
export interface TranslatedStage {
  readonly registers: Registers;
  /** Its functions; the first is called `<prefix><stage>_shader`. */
  readonly text: string;
  readonly call: string;
}

/**
 * * The slots of the constant buffers of a module's stages that are uniform buffers: as many as a shader stage may
 * have, but one for the draw. The others are storage buffers.
 */
export function uniformSlots(
  { key }: TranslationContext,
  stages: readonly StageInterface[],
): ReadonlySet<number>[] {
  let left = (key.maxUniformBuffersPerShaderStage ?? UNIFORM_BUFFERS) - 1;
  return stages.map(({ constants }) => {
    const slots = [...constants.keys()].slice(0, Math.max(0, left));
    left -= slots.length;
    return new Set(slots);
  });
}

/** Translates the instructions of a shader into a module. */
export function translateStage(
  { key, layout }: TranslationContext,
  module: ModuleText,
  shader: StageInterface,
  uniforms: ReadonlySet<number>,
  hooks: Pick<StageHooks, 'emit' | 'cut'> = {},
): TranslatedStage {
  const { stage } = shader;
  const prefix = stage === 'geometry' ? 'g_' : '';
  const registers = new Registers(module, shader, prefix, uniforms);
  const views = new Views(registers, key[stage] ?? {});
  const bufferRow = (slot: number): string => {
    const found = layout.buffers.find((buffer) => buffer.stage === stage && buffer.slot === slot);
    return drawRow(module, layout, found?.row ?? 0);
  };
  const call = `${stage}_shader`;
  const body = new StageBody(registers, views, { samples: key.samples ?? 1, bufferRow, ...hooks });
  return { registers, text: body.translate(call), call: `${call}();` };
}
