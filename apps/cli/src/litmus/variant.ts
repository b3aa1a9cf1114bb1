import { allPosted, postedVariants } from '@cg/litmus';
import { type MachineOptions } from '@cg/machine';

/** Every part as posted. */
const ALL_POSTED = 'posted';

/** Values of `--variant`: the errata whose part can be replaced, or all of them. */
export const variantNames: readonly string[] = [ALL_POSTED, ...postedVariants.map(({ id }) => id)];

/** The machine options of a variant; unchanged without one. */
export function configureVariant(name: string | undefined): {
  configure?: (base: MachineOptions) => MachineOptions;
} {
  if (name === ALL_POSTED) {
    return { configure: allPosted };
  }
  const variant = postedVariants.find(({ id }) => id === name);
  return variant === undefined ? {} : { configure: (base) => variant.machineOptions(base) };
}
