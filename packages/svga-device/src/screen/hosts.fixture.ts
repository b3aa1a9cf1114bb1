import { vi } from 'vitest';

/** Hosts with a kernel and without, for `it.each`. */
export const hosts: readonly (readonly [name: string, hasKernel: boolean])[] = [
  ['with WebAssembly', true],
  ['without', false],
];

/** Goes on in such a host, until `vi.unstubAllGlobals`. */
export function enterHost(hasKernel: boolean): void {
  if (!hasKernel) {
    vi.stubGlobal('WebAssembly', {});
  }
}
