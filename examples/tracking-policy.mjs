// Tune dirty tracking: a custom policy against the kernel's, on a recorded program. Every frame is checked.
import { FixedPolicy, KernelPolicy } from '@cg/dirty-tracking';
import { Machine, replayTrace } from '@cg/machine';
import { openTrace } from '@cg/machine/trace';
import { fileURLToPath } from 'node:url';

/** Scans after a pass that found more pages than this, else traps. */
class FewPagesPolicy {
  constructor(mostTrapped) {
    this.mostTrapped = mostTrapped;
  }

  initialMethod() {
    return 'trap';
  }

  methodAfter(_method, entries) {
    return entries > this.mostTrapped ? 'scan' : 'trap';
  }
}

const trace = fileURLToPath(new URL('../traces/idle-desktop.cgtrace.gz', import.meta.url));
const policies = {
  'the kernel’s rule': () => new KernelPolicy(),
  'always scan': () => new FixedPolicy('scan'),
  'scan after more than 16 pages': () => new FewPagesPolicy(16),
};

for (const [name, makePolicy] of Object.entries(policies)) {
  const machine = new Machine({ driver: { makePolicy } });
  const report = await replayTrace(machine, await openTrace(trace));
  const { writeFaults, entriesScanned, methodSwitches, bytesUploaded, wrongBytes } = report;
  console.log(
    `${name}: ${writeFaults} write faults, ${entriesScanned} entries scanned, ${methodSwitches} switches,`,
  );
  console.log(`  ${bytesUploaded} bytes uploaded, ${wrongBytes} wrong`);
}
