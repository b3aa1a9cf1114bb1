/** Where llvmpipe runs tests of piglit: in the same guest, or on this machine itself. */
export const referencePlaces = ['guest', 'host'] as const;
export type ReferencePlace = (typeof referencePlaces)[number];
