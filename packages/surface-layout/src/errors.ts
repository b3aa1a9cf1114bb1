/** EINVAL: invalid input. EOVERFLOW: too large for an exact integer, a u32 or a list. */
export type SurfaceLayoutErrorCode = 'EINVAL' | 'EOVERFLOW';

/**
 * The error class of this package. `values` holds the offending numbers under the names of their parameters.
 */
export class SurfaceLayoutError extends Error {
  override readonly name = 'SurfaceLayoutError';

  constructor(
    readonly code: SurfaceLayoutErrorCode,
    what: string,
    readonly values: Readonly<Record<string, number>>,
  ) {
    const fields = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    super(`${what}: ${fields.join(', ')}`);
  }
}
