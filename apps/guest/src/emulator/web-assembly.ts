/** What of WebAssembly is used here: TypeScript declares it in its DOM library only, which is not among the types. */
export const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    readonly RuntimeError: new () => Error;
    instantiate<Exports>(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Exports } }>;
  };
};
