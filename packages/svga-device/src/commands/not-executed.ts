import { commandNames, effectsOf } from '@cg/svga-protocol';
import type { CommandName } from '@cg/svga-protocol';

/** Commands outside the pipeline that this device accepts without effect. */
const withoutEffect: ReadonlySet<string> = new Set<CommandName>([
  // Contexts and shaders in the host's memory.
  'CONTEXT_DEFINE',
  'CONTEXT_DESTROY',
  'SHADER_DEFINE',
  'SHADER_DESTROY',
  // Shaders, structure counts and hints only matter to a renderer.
  'DX_BIND_ALL_SHADER',
  'DX_COND_BIND_ALL_SHADER',
  'DX_COPY_STRUCTURE_COUNT',
  'DX_HINT',
  'LOGICOPS_BITBLT',
  'LOGICOPS_TRANSBLT',
  'LOGICOPS_STRETCHBLT',
  'LOGICOPS_COLORFILL',
  'LOGICOPS_ALPHABLEND',
  'LOGICOPS_CLEARTYPEBLEND',
  'ACTIVATE_SURFACE',
  'DEACTIVATE_SURFACE',
  // The display of devices without screen targets.
  'PRESENT',
  'PRESENT_READBACK',
  'FRONT_ROP_FILL',
  'ESCAPE',
]);

/**
 * Whether a command is accepted without being executed, by its index in `commandNames`: commands for a renderer, and
 * some others.
 */
export const isNotExecuted: readonly boolean[] = commandNames.map(
  (name) => effectsOf(name).pipeline !== undefined || withoutEffect.has(name),
);
