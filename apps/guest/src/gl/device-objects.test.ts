import { commandNames, type CommandName } from '@cg/svga-protocol';
import { expect, it } from 'vitest';
import { countObjects, growth } from './device-objects.js';

const none = Object.fromEntries(commandNames.map((name) => [name, 0])) as Record<CommandName, number>;

it('grow by what is made, and not yet destroyed; kinds that are as before are left out', () => {
  const before = countObjects({
    ...none,
    DEFINE_GB_SURFACE_V2: 3,
    DESTROY_GB_SURFACE: 1,
    DEFINE_GB_MOB64: 4,
  });
  const after = countObjects({
    ...none,
    DEFINE_GB_SURFACE_V2: 5,
    DEFINE_GB_SURFACE_V4: 2,
    DESTROY_GB_SURFACE: 4,
    DEFINE_GB_MOB64: 9,
    DESTROY_GB_MOB: 5,
    DX_DEFINE_CONTEXT: 1,
  });
  expect(growth(before, after)).toEqual({ surfaces: 1, contexts: 1 });
  expect(growth(after, after)).toEqual({});
});
