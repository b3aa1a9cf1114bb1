import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { GuestCase } from './guest-cases/guest-case.js';

export { fnv1a, type CaseGuest, type SurfaceCommands } from './guest-cases/case-guest.js';
export { CommandLog } from './guest-cases/command-log.js';
export { contains, dirtyBlocks } from './guest-cases/dirty-blocks.js';
export {
  surfaceOf,
  type ByteRange,
  type CaseBox,
  type CaseSurface,
  type GuestCase,
  type GuestStep,
} from './guest-cases/guest-case.js';
export { judgeStep, type Difference, type StepBoxes } from './guest-cases/judge-step.js';
export { atLevel, copyOfLastMip, MachineGuest } from './guest-cases/machine-guest.js';
export { runCase, type CaseResult, type StepResult } from './guest-cases/run-case.js';

/** Programs recorded in an unmodified Linux 6.1 guest, with the updates that its kernel sent. */
export function recordedGuestCases(): GuestCase[] {
  const packed = readFileSync(new URL('../golden/linux-guest.jsonl.gz', import.meta.url));
  const lines = gunzipSync(packed).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as GuestCase);
}
