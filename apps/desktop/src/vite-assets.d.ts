declare module '*?url' {
  const address: string;
  export default address;
}

/** Versions of the emulator, from its package.json (vite.config.ts). */
declare const V86_VERSION: string;
