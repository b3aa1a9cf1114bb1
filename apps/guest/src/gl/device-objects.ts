import type { CommandName } from '@cg/svga-protocol';

type Counts = Readonly<Record<CommandName, number>>;

/** Commands that make objects of the device, and that destroy them. */
const LIVES: Readonly<Record<string, readonly [made: readonly CommandName[], gone: readonly CommandName[]]>> =
  {
    surfaces: [
      ['DEFINE_GB_SURFACE', 'DEFINE_GB_SURFACE_V2', 'DEFINE_GB_SURFACE_V3', 'DEFINE_GB_SURFACE_V4'],
      ['DESTROY_GB_SURFACE'],
    ],
    MOBs: [['DEFINE_GB_MOB', 'DEFINE_GB_MOB64'], ['DESTROY_GB_MOB']],
    contexts: [
      ['DEFINE_GB_CONTEXT', 'DX_DEFINE_CONTEXT'],
      ['DESTROY_GB_CONTEXT', 'DX_DESTROY_CONTEXT'],
    ],
    shaders: [['DEFINE_GB_SHADER'], ['DESTROY_GB_SHADER']],
    screens: [['DEFINE_GB_SCREENTARGET'], ['DESTROY_GB_SCREENTARGET']],
  };

/** The device's objects by kind, as far as a difference of two such counts is the growth between them. */
export type ObjectCounts = Readonly<Record<string, number>>;

/** @param commands successful commands by name (`DeviceStatistics.perCommand`) */
export function countObjects(commands: Counts): ObjectCounts {
  const sum = (names: readonly CommandName[]): number => names.reduce((n, name) => n + commands[name], 0);
  return Object.fromEntries(
    Object.entries(LIVES).map(([kind, [made, gone]]) => [kind, sum(made) - sum(gone)]),
  );
}

/** What there is more, or less, than before; kinds that have not changed are left out. */
export function growth(before: ObjectCounts, after: ObjectCounts): ObjectCounts {
  const grown = Object.entries(after).map(([kind, count]) => [kind, count - before[kind]] as const);
  return Object.fromEntries(grown.filter(([, count]) => count !== 0));
}
