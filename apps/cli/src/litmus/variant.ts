import { allPosted, postedVariants } from '@cg/litmus';
import { type MachineOptions } from '@cg/machine';

/** Every part as the posted patches have it. */
const ALL_POSTED = 'posted';

/** What `--variant` takes: the errata whose part can be replaced, or all of them. */
export const variantNames: readonly string[] = [ALL_POSTED, ...postedVariants.map(({ id }) => id)];

/** How the machines of a variant are made; as ever where there is none. */
export function configureVariant(name: string | undefined): {
  configure?: (base: MachineOptions) => MachineOptions;
} {
  if (name === ALL_POSTED) {
    return { configure: allPosted };
  }
  const variant = postedVariants.find(({ id }) => id === name);
  return variant === undefined ? {} : { configure: (base) => variant.machineOptions(base) };
}
