/** Assembles a file in WebAssembly's text format, vectors included. @returns a module */
export function assembleWat(url: URL): Promise<Uint8Array>;
