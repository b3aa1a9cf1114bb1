import type { CommandName } from '@cg/svga-protocol';
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

/** The rule for a command; none where users may not send it. */
export function ruleOf(name: CommandName): CommandRule | undefined {
  return (rules as Readonly<Partial<Record<CommandName, CommandRule>>>)[name];
}
