/** An access of a CPU, by its exact address. */
interface CpuAccess {
  /** The CPU's name: `cpu 0`. */
  readonly cpu: string;
  readonly address: number;
  readonly access: 'load' | 'store';
}

/**
 * Events of CPUs (`PhysicalMemory.events`). A TLB hit emits none.
 *
 * - `tlb-miss`: the TLB has no translation of the page, or none for stores (read-only, or not dirty yet), and the
 *   tables are about to be walked.
 * - `fault-starts`: the tables do not allow the access; a handler of the VMA is about to be called.
 * - `fault-done`: the fault is handled, and the tables are walked again.
 * - `fault-failed`: it cannot be handled, and the access throws the error.
 */
export type CpuEvent =
  | (CpuAccess & { readonly kind: 'tlb-miss' | 'fault-starts' | 'fault-done' })
  | (CpuAccess & { readonly kind: 'fault-failed'; readonly error: unknown });
