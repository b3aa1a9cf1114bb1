import type { GuestFiles, KernelFlavour } from './guest-files.js';

/** What a guest is booted from, and how. */
export interface BootRequest {
  /** Files of the user, in place of those of packages. */
  readonly paths: Partial<GuestFiles>;
  /** A folder for packages and states. */
  readonly cache: string;
  readonly flavour: KernelFlavour;
  /** Fetch the packages again. */
  readonly refresh: boolean;
  /** Continue a saved state, and save one. */
  readonly useStates: boolean;
  readonly memoryMib: number;
}
