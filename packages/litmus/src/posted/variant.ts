import type { DriverParts } from '@cg/vmwgfx/internal';
import { driverParts } from '@cg/vmwgfx/internal';
import type { MachineOptions } from '@cg/machine';

/** A machine with one part replaced by what the posted patches do. */
export interface PostedVariant {
  /** The erratum: `A1`, `C2a`. */
  readonly id: string;
  /** What the part does, in one line. */
  readonly behaviour: string;
  /** Nothing is lost with it on this device, which makes up for what the driver leaves out. */
  readonly losesNothing?: boolean;
  /** The options of a machine, with the part replaced. */
  machineOptions(base: MachineOptions): MachineOptions;
}

/** The parts that a machine of these options would have. */
export function partsOf({ driver }: MachineOptions): DriverParts {
  return { ...driverParts, ...driver?.parts };
}

/** The options with parts of the driver replaced. */
export function withParts(base: MachineOptions, parts: Partial<DriverParts>): MachineOptions {
  return { ...base, driver: { ...base.driver, parts: { ...base.driver?.parts, ...parts } } };
}
