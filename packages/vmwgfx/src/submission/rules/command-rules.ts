import type { CommandName } from '@cg/svga-protocol';
import type { CommandRule, CommandRules } from './command-rule.js';
import { copyRules } from './copies.js';
import { dxBindingRules } from './dx-bindings.js';
import { dxQueryRules } from './dx-queries.js';
import { dxShaderRules } from './dx-shaders.js';
import { dxViewRules } from './dx-views.js';
import { legacyRules } from './legacy-contexts.js';
import { plainRules } from './plain-commands.js';
import { dmaRules } from './surface-dma.js';
import { userRule, type UserRule } from './user-rules.js';

/** Every command that a user may send. */
const rules: CommandRules = {
  ...plainRules,
  ...copyRules,
  ...dmaRules,
  ...dxViewRules,
  ...dxBindingRules,
  ...dxShaderRules,
  ...dxQueryRules,
  ...legacyRules,
};

/** The names of the commands that a user may send. */
export const userCommandNames = Object.keys(rules) as readonly CommandName[];

const completed: ReadonlyMap<CommandName, UserRule> = new Map(
  userCommandNames.map((name) => [name, userRule(name, rules[name] as CommandRule)]),
);

/** The rule of a command; undefined if users may not send it. */
export function ruleOf(name: CommandName): UserRule | undefined {
  return completed.get(name);
}
