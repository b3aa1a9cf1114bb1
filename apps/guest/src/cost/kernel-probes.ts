import type { EmulatedGuest } from '../emulator/emulated-guest.js';

const TRACING = '/sys/kernel/tracing';
const GROUP = 'cg';

/** Functions of the guest's kernel, by what their calls count. */
const PROBED = {
  /** A submission looks for the writes to a buffer object. */
  scans: 'vmw_bo_dirty_scan',
  /** Passes over page tables: entries are cleaned, or write-protected. */
  cleans: 'clean_record_shared_mapping_range',
  protects: 'wp_shared_mapping_range',
  /** Faults of stores to write-protected pages. */
  writeFaults: 'vmw_bo_vm_mkwrite',
} as const;

/** What the guest's kernel does to find writes. */
export type KernelCounts = Readonly<Record<keyof typeof PROBED, number>>;

const names = Object.keys(PROBED) as (keyof typeof PROBED)[];

/**
 * Counts calls of functions of the guest's kernel, by its own kprobes. A probed call costs the guest time: probes are
 * for frames that are counted, not timed.
 */
export class KernelProbes {
  readonly #guest: EmulatedGuest;

  private constructor(guest: EmulatedGuest) {
    this.#guest = guest;
  }

  /** @returns undefined if the kernel has no kprobes, or not these functions */
  static async start(guest: EmulatedGuest): Promise<KernelProbes | undefined> {
    const mounted = `[ -e ${TRACING}/kprobe_events ] || mount -t tracefs tracing ${TRACING}`;
    const added = names.map(
      (name) => `echo 'p:${GROUP}/${name} ${PROBED[name]}' >> ${TRACING}/kprobe_events`,
    );
    const enabled = `echo 1 > ${TRACING}/events/${GROUP}/enable`;
    const code = await guest.shell.run([mounted, ...added, enabled].join(' && '));
    if (code === 0) {
      return new KernelProbes(guest);
    }
    await guest.shell.run(`echo > ${TRACING}/kprobe_events`);
    return undefined;
  }

  /** The calls since the start. */
  async counts(): Promise<KernelCounts> {
    return parseProfile(await this.#guest.shell.must(`cat ${TRACING}/kprobe_profile`));
  }

  async stop(): Promise<void> {
    await this.#guest.shell.must(
      `echo 0 > ${TRACING}/events/${GROUP}/enable; echo > ${TRACING}/kprobe_events; echo > ${TRACING}/trace`,
    );
  }
}

/** @param profile lines of a name, its calls, and the calls that were missed */
export function parseProfile(profile: string): KernelCounts {
  const calls = new Map([...profile.matchAll(/^\s*(\w+)\s+(\d+)/gm)].map(([, name, n]) => [name, Number(n)]));
  return Object.fromEntries(names.map((name) => [name, calls.get(name) ?? 0])) as KernelCounts;
}
