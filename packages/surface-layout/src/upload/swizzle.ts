/**
 * For each of r, g, b, a of the surface format: the component of the sampled texture that holds it, or the constant 0
 * or 1. «bgra» exchanges red and blue, «rgb1» replaces a missing alpha. For the shader, or for the texture view if an
 * API can swizzle there.
 */
export type Swizzle = string;

/** Nothing is exchanged. */
export const RGBA: Swizzle = 'rgba';
/** One component, as of depth. */
export const R: Swizzle = 'r001';
