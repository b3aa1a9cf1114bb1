import { describe, expect, it } from 'vitest';
import type { CaseGuest, GuestCase } from '@cg/machine/guest-cases';
import { recordedGuestCases, judgeStep, MachineGuest, runCase } from '@cg/machine/guest-cases';
import { postedVariants } from '../src/posted/posted-variants.js';

const PROGRAM: GuestCase = {
  id: 0,
  name: 'a row of pages, written, read and written by the device',
  kernel: '686-pae',
  dx: false,
  surface: { fmt: 2, w: 64, h: 64 },
  backing: 16384,
  steps: [
    { boxes: [] },
    {
      w: [
        [0, 4],
        [8192, 100],
      ],
      boxes: [],
    },
    { gpuWrite: 1, boxes: [] },
    { r: [[0, 16]], w: [[4096, 4]], boxes: [] },
  ],
};

/** The simulated machine with replaced parts. */
function guestWith(replaced: Partial<CaseGuest>, real = new MachineGuest(PROGRAM)): CaseGuest {
  const parts: CaseGuest = {
    read: (range) => real.read(range),
    write: (range, value) => real.write(range, value),
    remap: () => real.remap(),
    submit: (toSurface) => real.submit(toSurface),
    pageHashes: () => real.pageHashes(),
    image: (which, subresource) => real.image(which, subresource),
    takeCommands: () => real.takeCommands(),
  };
  return { ...parts, ...replaced };
}

describe('runCase', () => {
  it('finds nothing wrong with a correct driver and device, and sees device writes', async () => {
    const { steps, wrongPages } = await runCase(PROGRAM, new MachineGuest(PROGRAM));
    expect(wrongPages).toBe(0);
    expect(steps.map(({ boxes }) => boxes.length)).toEqual([0, 1, 0, 1]);
    expect(steps[3].before).toEqual(['READBACK_GB_SURFACE']);
    for (const step of steps) {
      expect(step).toMatchObject({ wrongOnDevice: 0, lostOnDevice: 0, wrongLoads: 0 });
    }
  });

  it('counts wrong bytes on the device', async () => {
    const real = new MachineGuest(PROGRAM);
    const guest = guestWith(
      {
        image: (which, subresource) => {
          const image = real.image(which, subresource)?.slice();
          image?.set([0xee], 9000);
          return image;
        },
      },
      real,
    );
    const { steps } = await runCase(PROGRAM, guest);
    expect(steps.map(({ wrongOnDevice }) => wrongOnDevice).slice(0, 2)).toEqual([1, 1]);
  });

  it('counts bytes that no update contains as lost, until one does', async () => {
    const { steps } = await runCase(
      { ...PROGRAM, steps: PROGRAM.steps.slice(0, 2) },
      guestWith({
        takeCommands: async () => ({ boxes: [], readBacks: [] }),
        image: () => new Uint8Array(16384),
      }),
    );
    expect(steps[1]).toMatchObject({ wrongOnDevice: 0, lostOnDevice: 104 });
  });

  it('counts wrong loads and pages', async () => {
    const guest = guestWith({
      read: async ([, length]) => new Uint8Array(length).fill(0xee),
      pageHashes: async () => [1, 2, 3, 4],
    });
    const { steps, wrongPages } = await runCase(PROGRAM, guest);
    expect([steps[3].wrongLoads, wrongPages]).toEqual([16, 4]);
  });
});

describe('the recorded case «small-write-before-first-submit»', () => {
  const recorded = recordedGuestCases().find(({ name }) => name === 'small-write-before-first-submit')!;
  const [step] = recorded.steps;
  const first = { ...recorded, steps: [step] };
  const posted = postedVariants.find(({ id }) => id === 'E2')!;

  it.each([
    ['9.1, E2: its bytes are on the device without an upload, as in the kernel', posted, 0],
    ['its bytes are on the device, and our driver sends them', undefined, 1],
  ])('%s', async (_, variant, boxes) => {
    const guest = new MachineGuest(first, (base) => variant?.machineOptions(base) ?? base);
    const { steps } = await runCase(first, guest);
    expect(step.boxes).toEqual([]);
    expect(steps[0].boxes.length).toBe(boxes);
    expect(steps[0]).toMatchObject({ wrongOnDevice: 0, lostOnDevice: 0 });
    const image = guest.image('surface', 0)!;
    expect((step.w ?? []).map(([offset]) => image[offset])).toEqual([1, 2]);
  });
});

describe('judgeStep', () => {
  const block = [0, 0, 16, 0, 64, 16, 1] as const;
  const wider = [0, 0, 0, 0, 64, 48, 1] as const;
  const above = [0, 0, 0, 0, 64, 16, 1] as const;
  const base = { isFirst: false, blocks: [block], compressed: false, step: { boxes: [] } };

  it.each([
    ['equal', { ...base, ours: [block], kernel: [block] }],
    ['unexplained', { ...base, ours: [], kernel: [] }],
    ['unexplained', { ...base, ours: [above], kernel: [block] }],
    ['unexplained', { ...base, ours: [wider], kernel: [block] }],
    ['E2', { ...base, isFirst: true, ours: [block], kernel: [] }],
    ['E1', { ...base, step: { boxes: [], remap: 1 as const }, ours: [block], kernel: [] }],
    ['D1', { ...base, blocks: [above, block], ours: [wider], kernel: [above] }],
    ['unexplained', { ...base, ours: [block], kernel: [] }],
    ['D5', { ...base, compressed: true, ours: [block], kernel: [wider] }],
    ['unexplained', { ...base, ours: [block], kernel: [wider] }],
  ] as const)('%s: %j', (verdict, boxes) => {
    expect(judgeStep(boxes)).toBe(verdict);
  });
});
