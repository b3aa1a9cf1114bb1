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
  type GuestStep,
  type StepResult,
} from '@cg/machine/guest-cases';
import { formatById, SurfaceLayout } from '@cg/surface-layout';
import { LinuxGuest, type LinuxGuestHost } from './linux-guest.js';

type Verdict = ReturnType<typeof judgeStep>;

/** A step with a failed check, and the boxes from all three sources. */
interface WrongStep {
  readonly step: number;
  readonly what: string;
  readonly kernel: readonly CaseBox[];
  readonly recorded: readonly CaseBox[];
  readonly ours: readonly CaseBox[];
}

/** A case in the real kernel, as recorded, and on the simulated machine. */
export interface ComparedCase {
  readonly id: number;
  readonly name: string;
  readonly submissions: number;
  /** Submissions for which the kernel sent the recorded boxes. */
  readonly asRecorded: number;
  /** Submissions for which our driver sent the kernel's boxes. */
  readonly oursEqual: number;
  /** The others, by the erratum that explains the difference. */
  readonly differences: Readonly<Record<Difference, number>>;
  /** Bytes that the kernel lost: the most in one step. */
  readonly lostBytes: number;
  readonly wrong: readonly WrongStep[];
}

/** Runs a case in the guest and on the simulated machine, and compares both with the recording. */
export async function compareCase(guestCase: GuestCase, host: LinuxGuestHost): Promise<ComparedCase> {
  const guest = await LinuxGuest.start(host, guestCase);
  const kernel = await runCase(guestCase, guest);
  await guest.end();
  const ours = await runCase(guestCase, new MachineGuest(guestCase));
  return judgeCase(guestCase, kernel, ours);
}

function judgeCase(guestCase: GuestCase, kernel: CaseResult, ours: CaseResult): ComparedCase {
  const { id, name, steps } = guestCase;
  const judged = steps.map((step, index) => {
    const verdict = verdictOn(guestCase, index, kernel.steps[index].boxes, ours.steps[index].boxes);
    return { verdict, wrong: wrongIn(step, index, kernel.steps[index], ours.steps[index], verdict) };
  });
  const count = (wanted: Verdict): number => judged.filter(({ verdict }) => verdict === wanted).length;
  return {
    id,
    name,
    submissions: steps.length,
    asRecorded: steps.filter((step, i) => equal(kernel.steps[i].boxes, recordedBoxes(step))).length,
    oursEqual: count('equal'),
    differences: { E1: count('E1'), E2: count('E2'), D1: count('D1'), D5: count('D5') },
    lostBytes: Math.max(0, ...kernel.steps.map(({ lostOnDevice }) => lostOnDevice)),
    wrong: [...judged.flatMap(({ wrong }) => wrong), ...wrongAtTheEnd(steps.length, { kernel, ours })],
  };
}

function recordedBoxes({ boxes }: GuestStep): CaseBox[] {
  return boxes.toSorted((a, b) => a[0] - b[0]);
}

function verdictOn(
  guestCase: GuestCase,
  index: number,
  kernel: readonly CaseBox[],
  ours: readonly CaseBox[],
): Verdict {
  const step = guestCase.steps[index];
  const layout = new SurfaceLayout({ ...surfaceOf(guestCase), samples: 1 });
  const compressed = formatById(guestCase.surface.fmt)?.compressed ?? false;
  const blocks = dirtyBlocks(layout, step.w ?? []);
  return judgeStep({ step, isFirst: index === 0, kernel, ours, blocks, compressed });
}

function wrongIn(
  step: GuestStep,
  index: number,
  kernel: StepResult,
  ours: StepResult,
  verdict: Verdict,
): WrongStep[] {
  const recorded = recordedBoxes(step);
  const lists = { kernel: kernel.boxes, recorded, ours: ours.boxes };
  const faults: [boolean, string][] = [
    [!equal(kernel.boxes, recorded), 'the kernel did not send the recorded commands'],
    [verdict === 'unexplained', 'ours differ from the kernel’s, and no erratum explains it'],
    [
      step.before !== undefined && !equal(kernel.before, step.before),
      `the kernel read back ${named(kernel.before)}, recorded was ${named(step.before)}`,
    ],
    [
      !equal(ours.before, kernel.before),
      `ours read back ${named(ours.before)}, the kernel ${named(kernel.before)}`,
    ],
    [kernel.wrongOnDevice > 0, `${kernel.wrongOnDevice} wrong bytes on the device, from the kernel`],
    [kernel.wrongLoads > 0, `${kernel.wrongLoads} wrong bytes loaded in the guest`],
    [ours.wrongOnDevice + ours.lostOnDevice > 0, 'wrong bytes on the simulated machine’s device'],
    [ours.wrongLoads > 0, `${ours.wrongLoads} wrong bytes loaded on the simulated machine`],
  ];
  return faults.filter(([isWrong]) => isWrong).map(([, what]) => ({ step: index, what, ...lists }));
}

function wrongAtTheEnd(step: number, results: Readonly<Record<string, CaseResult>>): WrongStep[] {
  return Object.entries(results)
    .filter(([, { wrongPages }]) => wrongPages > 0)
    .map(([who, { wrongPages }]) => {
      return { step, what: `${wrongPages} wrong pages (${who})`, kernel: [], recorded: [], ours: [] };
    });
}

function named(commands: readonly string[] = []): string {
  return commands.length === 0 ? 'nothing' : commands.join(', ');
}

function equal(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
