import {
  dirtyBlocks,
  judgeStep,
  MachineGuest,
  runCase,
  surfaceOf,
  type CaseBox,
  type CaseResult,
  type Difference,
  type GuestCase,
} from '@cg/machine/guest-cases';
import { formatById, SurfaceLayout } from '@cg/surface-layout';
import { LinuxGuest, type LinuxGuestHost } from './linux-guest.js';

/** A step of which something is not as it should be. */
export interface WrongStep {
  readonly step: number;
  readonly what: string;
  readonly kernel: readonly CaseBox[];
  readonly recorded: readonly CaseBox[];
  readonly ours: readonly CaseBox[];
}

/** A case, three ways: in the real kernel, as recorded, on the simulated machine. */
export interface ComparedCase {
  readonly id: number;
  readonly name: string;
  readonly submissions: number;
  /** Submissions for which the kernel sent what was recorded. */
  readonly asRecorded: number;
  /** Submissions for which our driver sends what the kernel sent. */
  readonly oursEqual: number;
  /** The others, by why they may differ. */
  readonly differences: Readonly<Record<Difference, number>>;
  /** Bytes that the kernel has lost on their way to the device, at their most in a step. */
  readonly lostBytes: number;
  readonly wrong: readonly WrongStep[];
}

/** Runs a case in the guest and on the simulated machine, and compares them and the recording. */
export async function compareCase(guestCase: GuestCase, host: LinuxGuestHost): Promise<ComparedCase> {
  const guest = await LinuxGuest.start(host, guestCase);
  const kernel = await runCase(guestCase, guest);
  await guest.end();
  const ours = await runCase(guestCase, new MachineGuest(guestCase));
  return judgeCase(guestCase, kernel, ours);
}

function judgeCase(guestCase: GuestCase, kernel: CaseResult, ours: CaseResult): ComparedCase {
  const layout = new SurfaceLayout({ ...surfaceOf(guestCase), samples: 1 });
  const compressed = formatById(guestCase.surface.fmt)?.compressed ?? false;
  const differences = { E1: 0, E2: 0, D1: 0, D5: 0 };
  const wrong: WrongStep[] = [];
  let asRecorded = 0;
  let oursEqual = 0;
  guestCase.steps.forEach((step, index) => {
    const [theirs, mine] = [kernel.steps[index], ours.steps[index]];
    const recorded = step.boxes.toSorted((a, b) => a[0] - b[0]);
    const boxes = { kernel: theirs.boxes, ours: mine.boxes };
    const note = (what: string): void => {
      wrong.push({ step: index, what, recorded, ...boxes });
    };
    const isRecorded = equal(theirs.boxes, recorded);
    asRecorded += isRecorded ? 1 : 0;
    if (!isRecorded) {
      note('the kernel did not send what was recorded');
    }
    if (step.before !== undefined && !equal(theirs.before, step.before)) {
      note(
        `the kernel read back ${theirs.before.join(', ') || 'nothing'}, recorded was ${step.before.join(', ') || 'nothing'}`,
      );
    }
    if (!equal(mine.before, theirs.before)) {
      note(`read-backs: ${mine.before.length} of ours, ${theirs.before.length} of the kernel`);
    }
    const blocks = dirtyBlocks(layout, step.w ?? []);
    const verdict = judgeStep({ step, isFirst: index === 0, blocks, compressed, ...boxes });
    if (verdict === 'defect') {
      note('our boxes are neither the kernel’s nor right');
    } else if (verdict === 'equal') {
      oursEqual++;
    } else {
      differences[verdict]++;
    }
    const bytes = { 'kernel, on the device': theirs.wrongOnDevice, 'kernel, loaded': theirs.wrongLoads };
    const ourBytes = {
      'ours, on the device': mine.wrongOnDevice + mine.lostOnDevice,
      'ours, loaded': mine.wrongLoads,
    };
    for (const [where, count] of Object.entries({ ...bytes, ...ourBytes })) {
      if (count > 0) {
        note(`${count} wrong bytes (${where})`);
      }
    }
  });
  for (const [who, { wrongPages }] of Object.entries({ kernel, ours })) {
    if (wrongPages > 0) {
      const none = { kernel: [], recorded: [], ours: [] };
      wrong.push({
        step: guestCase.steps.length,
        what: `${wrongPages} wrong pages at the end (${who})`,
        ...none,
      });
    }
  }
  const lostBytes = Math.max(0, ...kernel.steps.map(({ lostOnDevice }) => lostOnDevice));
  const { id, name, steps } = guestCase;
  return { id, name, submissions: steps.length, asRecorded, oursEqual, differences, lostBytes, wrong };
}

function equal(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
