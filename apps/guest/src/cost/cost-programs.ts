import { GuestError } from '../guest-error.js';

/** A program of the experiment: a scene of gltest, and what it stands for. */
export interface CostProgram {
  readonly scene: string;
  readonly kind: string;
}

/** The programs of the experiment, each of another kind. */
const costPrograms: readonly CostProgram[] = [
  { scene: 'texquad', kind: 'sub-image uploads' },
  { scene: 'persist', kind: 'a persistent buffer rewritten between draws' },
  { scene: 'many', kind: 'many draws' },
  { scene: 'stream', kind: 'streaming vertices' },
  { scene: 'readback', kind: 'read-backs' },
  { scene: 'terminal', kind: 'a window with text that scrolls' },
];

/**
 * The programs of these names; all if there are none.
 * @throws GuestError for another name
 */
export function chooseCostPrograms(names: readonly string[]): CostProgram[] {
  const unknown = names.find((name) => costPrograms.every(({ scene }) => scene !== name));
  if (unknown !== undefined) {
    const known = costPrograms.map(({ scene }) => scene).join(' ');
    throw new GuestError(`${unknown}: no such program of the experiment`, `programs: ${known}`);
  }
  return costPrograms.filter(({ scene }) => names.length === 0 || names.includes(scene));
}

/** The program whose speed is compared with that of llvmpipe in the guest. */
export const RIVAL_SCENE = 'many';
