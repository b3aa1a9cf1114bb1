import {
  commandNames,
  legacyDrawCommands,
  legacyStateCommands,
  dxDrawCommands,
  dxPipelineCommands,
  logicOpCommands,
} from '@cg/svga-protocol';
import type { CommandName } from '@cg/svga-protocol';

/**
 * Commands that are accepted, counted, and not executed: what needs shaders, what sets state for them, and
 * the display of devices without screen targets.
 */
const notExecuted: ReadonlySet<string> = new Set<string>([
  ...Object.keys(legacyStateCommands),
  ...Object.keys(legacyDrawCommands),
  ...Object.keys(dxPipelineCommands),
  ...Object.keys(dxDrawCommands),
  ...Object.keys(logicOpCommands),
  ...([
    'SET_GB_SHADERCONSTS_INLINE',
    'BEGIN_GB_QUERY',
    'END_GB_QUERY',
    'WAIT_FOR_GB_QUERY',
    'DX_BEGIN_QUERY',
    'DX_END_QUERY',
    'DX_READBACK_QUERY',
    'DX_READBACK_ALL_QUERY',
    'DX_SET_PREDICATION',
    'DX_BIND_ALL_SHADER',
    'DX_COND_BIND_ALL_SHADER',
    'DX_SET_SHADER_IFACE',
    'DX_BIND_SHADER_IFACE',
    'DX_COPY_STRUCTURE_COUNT',
    'DX_HINT',
    'ACTIVATE_SURFACE',
    'DEACTIVATE_SURFACE',
    'PRESENT',
    'PRESENT_READBACK',
    'UPDATE',
    'UPDATE_VERBOSE',
    'RECT_COPY',
    'RECT_ROP_COPY',
    'FRONT_ROP_FILL',
    'ESCAPE',
  ] satisfies CommandName[]),
]);

/** Whether a command is accepted without being executed, by its place in `commandNames`. */
export const isNotExecuted: readonly boolean[] = commandNames.map((name) => notExecuted.has(name));
