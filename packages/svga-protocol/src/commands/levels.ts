/**
 * Capability levels of devices and contexts, each including those before it:
 *
 * - LEGACY: contexts that commands name in their `cid`, and the features of every device with guest-backed objects;
 * - DX: SVGA_CAP_DX and devcap DXCONTEXT, shader model 4.0;
 * - SM41: SVGA_CAP2_DX2 and devcap SM41;
 * - SM5: SVGA_CAP2_DX3 and devcap SM5.
 */
export const LEVEL = { LEGACY: 0, DX: 1, SM41: 2, SM5: 3 } as const;

/** One of `LEVEL`. */
export type Level = (typeof LEVEL)[keyof typeof LEVEL];

/** The common name of each level. */
export const levelNames: readonly string[] = ['legacy contexts', 'DX', 'shader model 4.1', 'shader model 5'];
