/** Assembles swap.wat: a WebAssembly module. */
export function assembleKernel(): Promise<Uint8Array>;
