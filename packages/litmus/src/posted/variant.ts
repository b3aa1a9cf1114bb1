import { steps, type ReplaceableStep } from '@cg/vmwgfx/internal';
import type { MachineOptions } from '@cg/machine';

/** A machine with one part replaced by that of the posted patches. */
export interface PostedVariant {
  /** The erratum: `A1`, `C2a`. */
  readonly id: string;
  /** The part's behaviour, in one line. */
  readonly behaviour: string;
  /** It loses nothing on this device, which makes up for the driver's omission. */
  readonly losesNothing?: boolean;
  /** The options of a machine, with the part replaced. */
  machineOptions(base: MachineOptions): MachineOptions;
}

export type StepName = keyof typeof steps;

/** The type of a step: a class or a function. */
export type Step<Name extends StepName> =
  (typeof steps)[Name] extends ReplaceableStep<infer Replaced> ? Replaced : never;

/** The step that the driver of a machine with these options would have. */
export function stepOf<Name extends StepName>({ driver }: MachineOptions, name: Name): Step<Name> {
  return (steps[name] as ReplaceableStep<Step<Name>>).of(driver);
}

/** The options with a step of the driver replaced. */
export function withStep<Name extends StepName>(
  base: MachineOptions,
  name: Name,
  by: Step<Name>,
): MachineOptions {
  return { ...base, driver: (steps[name] as ReplaceableStep<Step<Name>>).replacedIn(base.driver ?? {}, by) };
}
