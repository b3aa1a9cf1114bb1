import type { DriverParts } from '@cg/vmwgfx/internal';
import { driverParts } from '@cg/vmwgfx/internal';
import type { MachineOptions } from '@cg/machine';

/** A machine with one part as posted. */
export interface PostedVariant {
  /** The erratum: `A1`, `C2a`. */
  readonly id: string;
  /** The defect in one line. */
  readonly behaviour: string;
  /** It loses nothing on this device, which takes what the driver does not upload. */
  readonly losesNothing?: boolean;
  /** The options of a machine, with the part replaced. */
  machineOptions(base: MachineOptions): MachineOptions;
}

/** The parts of a machine with these options. */
export function partsOf({ driver }: MachineOptions): DriverParts {
  return { ...driverParts, ...driver?.parts };
}

/** The options with parts of the driver replaced. */
export function withParts(base: MachineOptions, parts: Partial<DriverParts>): MachineOptions {
  return { ...base, driver: { ...base.driver, parts: { ...base.driver?.parts, ...parts } } };
}
