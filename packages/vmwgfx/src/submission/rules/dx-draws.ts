import type { Stage } from '@cg/svga-protocol';
import type { Surface } from '../../resource/surface.js';
import type { CommandScope } from '../command-scope.js';
import type { CommandRule, CommandRules } from './command-rule.js';
import { checkRun } from './extents.js';

const draw = {
  surfaces: [],
  apply: (_, scope) => scope.draw(scope.dx.state, 'graphics'),
} satisfies CommandRule;

/** A draw or dispatch whose arguments, so many dwords, are in a buffer. */
function indirect(stage: Stage, dwords: number) {
  return {
    surfaces: [{ field: 'argsBufferSid', effect: 'read' }] as const,
    inspect(
      { byteOffsetForArgs }: { readonly byteOffsetForArgs: number },
      [buffer]: readonly Surface[],
    ): void {
      checkRun(buffer, byteOffsetForArgs, dwords * 4);
    },
    apply: (_: unknown, scope: CommandScope): void => scope.draw(scope.dx.state, stage),
  };
}

/** Draws and dispatches: they use everything that is bound. */
export const dxDrawRules: CommandRules = {
  DX_DRAW: draw,
  DX_DRAW_INDEXED: draw,
  DX_DRAW_INSTANCED: draw,
  DX_DRAW_INDEXED_INSTANCED: draw,
  DX_DRAW_AUTO: draw,
  DX_DRAW_INDEXED_INSTANCED_INDIRECT: indirect('graphics', 5),
  DX_DRAW_INSTANCED_INDIRECT: indirect('graphics', 4),
  DX_DISPATCH: { surfaces: [], apply: (_, scope) => scope.draw(scope.dx.state, 'compute') },
  DX_DISPATCH_INDIRECT: indirect('compute', 3),
};
