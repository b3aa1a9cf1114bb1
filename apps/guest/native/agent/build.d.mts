/** Compiles agent.c; needs gcc and binutils for i386. @returns an ELF executable */
export function compileAgent(): Uint8Array;
