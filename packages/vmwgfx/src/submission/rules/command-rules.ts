import { commandTable, type CommandName } from '@cg/svga-device';
import type { CommandRule, CommandRules } from './command-rule.js';
import { copyRules } from './copies.js';
import { dxCopyRules } from './dx-copies.js';
import { dxBindingRules } from './dx-bindings.js';
import { dxDrawRules } from './dx-draws.js';
import { dxQueryRules } from './dx-queries.js';
import { dxShaderRules } from './dx-shaders.js';
import { dxStateRules } from './dx-states.js';
import { dxViewRules } from './dx-views.js';
import { legacyDrawRules } from './legacy-draws.js';
import { legacyStateRules } from './legacy-state.js';
import { dmaRules } from './surface-dma.js';
import { transferRules } from './transfers.js';

/** Every command that a user may send: which resources it reads and writes, and what of it is to be verified. */
const rules: CommandRules = {
  ...copyRules,
  ...transferRules,
  ...dmaRules,
  ...dxCopyRules,
  ...dxViewRules,
  ...dxStateRules,
  ...dxBindingRules,
  ...dxDrawRules,
  ...dxShaderRules,
  ...dxQueryRules,
  ...legacyStateRules,
  ...legacyDrawRules,
};

/** The names of the commands that a user may send. */
export const userCommandNames = Object.keys(rules) as readonly CommandName[];

/** The rule for a command; none where a user may not send it to such a device. */
export function ruleOf(name: CommandName, hasDx: boolean): CommandRule | undefined {
  if (commandTable[name].dx && !hasDx) {
    return undefined;
  }
  return (rules as Readonly<Partial<Record<CommandName, CommandRule>>>)[name];
}
