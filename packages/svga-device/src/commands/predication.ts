import { dxSlots, SVGA3D_INVALID_ID } from '@cg/svga-protocol';
import type { DeviceObjects } from '../objects/device-objects.js';
import { AT } from '../objects/dx-state.js';
import type { CommandFamily } from './command-family.js';

/** Commands that take place only if the predicate allows it: draws, clears through views, and predicated copies. */
const PREDICATED = /^DX_(DRAW|CLEAR_|PRED_)/;

/** Whether the predicate of the current commands' DX context forbids them; one without a result does not. */
function isForbidden(objects: DeviceObjects): boolean {
  const context = objects.dxContextId === undefined ? undefined : objects.dxContexts.get(objects.dxContextId);
  const state = context?.ownState;
  const query = state?.id(dxSlots.predication) ?? SVGA3D_INVALID_ID;
  if (state === undefined || query === SVGA3D_INVALID_ID) {
    return false;
  }
  return context?.queries?.result(query) === (state.words[AT.PREDICATE_VALUE] !== 0);
}

type AnyExecutor = (objects: DeviceObjects, fields: unknown) => void;

/** The same commands; those that a predicate applies to follow it. */
export function predicated(commands: CommandFamily): CommandFamily {
  const entries = Object.entries(commands).map(([name, execute]) => {
    const inner = execute as AnyExecutor;
    const outer: AnyExecutor = (objects, fields) => {
      if (!isForbidden(objects)) {
        inner(objects, fields);
      }
    };
    return [name, PREDICATED.test(name) ? outer : execute];
  });
  return Object.fromEntries(entries) as CommandFamily;
}
