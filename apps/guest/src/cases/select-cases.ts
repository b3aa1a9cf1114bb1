import type { GuestCase } from '@cg/machine/guest-cases';
import { GuestError } from '../guest-error.js';
import type { KernelFlavour } from '../boot/guest-files.js';

/** The kernel that a case was recorded with, and whether its device had DX contexts. */
export interface Variant {
  readonly flavour: KernelFlavour;
  readonly dx: boolean;
}

/** Cases that one guest can run. */
export interface CaseGroup extends Variant {
  readonly cases: readonly GuestCase[];
}

/** The selected cases: a number of the requested variant, or all, or those with given ids, each on its own variant. */
export type CaseChoice = { readonly count: number } | 'all' | { readonly ids: readonly number[] };

/** @throws GuestError for an id that no case has */
export function selectCases(cases: readonly GuestCase[], choice: CaseChoice, asked: Variant): CaseGroup[] {
  if (choice === 'all') {
    return groupByVariant(cases);
  }
  if ('ids' in choice) {
    const chosen = choice.ids.map((id) => {
      const found = cases.find((guestCase) => guestCase.id === id);
      if (found === undefined) {
        throw new GuestError(`there is no case ${id}`, `they are numbered from 0 to ${cases.length - 1}`);
      }
      return found;
    });
    return groupByVariant(chosen);
  }
  const fitting = cases.filter(({ kernel, dx }) => kernel === asked.flavour && dx === asked.dx);
  if (fitting.length === 0) {
    throw new GuestError(
      `no case was recorded with kernel ${asked.flavour} and ${asked.dx ? '' : 'no '}DX contexts`,
    );
  }
  const count = Math.min(choice.count, fitting.length);
  // Spread out, as neighbours are similar.
  const spread = Array.from({ length: count }, (_, i) => fitting[Math.floor((i * fitting.length) / count)]);
  return [{ ...asked, cases: spread }];
}

function groupByVariant(cases: readonly GuestCase[]): CaseGroup[] {
  const groups = new Map<string, { flavour: KernelFlavour; dx: boolean; cases: GuestCase[] }>();
  for (const guestCase of cases) {
    const { kernel: flavour, dx } = guestCase;
    const key = `${flavour} ${dx}`;
    const group = groups.get(key) ?? { flavour, dx, cases: [] };
    group.cases.push(guestCase);
    groups.set(key, group);
  }
  return [...groups.values()];
}
