import { seededDraw } from '@cg/svga-protocol/random-commands';
import type { Draw } from '@cg/svga-protocol/random-commands';
import { drawingRenderer } from './renderer/renderer.js';
import type { DrawingRenderer } from './renderer/renderer.js';
import type { TestRenderer } from './contract/contract-guest.js';
import { DrawingGuest } from './contract/drawing-guest.js';
import { ReferenceDraws } from './contract/reference-draws.js';

export { CONTRACT_PAGE, ContractGuest } from './contract/contract-guest.js';
export type { TestRenderer } from './contract/contract-guest.js';
export { LateDraws } from './contract/late-draws.js';
export { LateRenderer } from './contract/late-renderer.js';
export { plainBlend, plainCall, plainDepthStencil, plainRasterizer } from './contract/plain-states.js';

const IDS = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12];
const STEPS = 100;
/** Steps between two comparisons. */
const ROUND = 10;

/** A property that must hold; `run` throws if it does not. */
export interface RendererCase {
  readonly name: string;
  /** It needs a renderer that draws. */
  readonly draws: boolean;
  /**
   * @param make a new renderer
   * @param seed of the guest's life: a suite runs some
   */
  run(make: () => TestRenderer, seed: number): Promise<void>;
}

type Finding = ArrayLike<number> | string | undefined;

/** Everything that a guest can find out and its host can see, by its name. */
function stateOf(guest: DrawingGuest): Promise<Map<string, Finding>> {
  return guest.look(
    (device) =>
      new Map<string, Finding>([
        ['memory', guest.memory.slice()],
        ...IDS.map((id): [string, Finding] => [`surface ${id}`, device.surfaceImage(id)?.slice()]),
        ['screen 0', device.screenTarget(0)?.pixels.slice()],
        ['commands', JSON.stringify(device.statistics.perCommand)],
        ['bytes copied', String(device.statistics.bytesCopied)],
        ['interrupts', String(guest.interrupts)],
      ]),
  );
}

/** @returns where the two differ, or undefined */
function difference(actual: Finding, expected: Finding): string | undefined {
  if (typeof actual !== 'object' || typeof expected !== 'object') {
    return actual === expected ? undefined : `${describe(actual)}, not ${describe(expected)}`;
  }
  if (actual.length !== expected.length) {
    return `${actual.length} bytes, not ${expected.length}`;
  }
  for (let at = 0; at < actual.length; at++) {
    if (actual[at] !== expected[at]) {
      return `byte ${at} is ${actual[at]}, not ${expected[at]}`;
    }
  }
  return undefined;
}

function describe(finding: Finding): string {
  return typeof finding === 'object' ? `${finding.length} bytes` : (finding ?? 'none');
}

type Step = (guest: DrawingGuest, draw: Draw) => Promise<void>;

/** Two guests live alike, with one renderer each; what they find is compared now and then. */
async function compare(
  seed: number,
  renderers: readonly [expected: TestRenderer | undefined, actual: TestRenderer],
  draws: boolean,
  step: Step,
): Promise<void> {
  const delays = [0, seed % 3];
  const guests = renderers.map((renderer, i) => new DrawingGuest(renderer, delays[i]));
  const randoms = [seededDraw(seed), seededDraw(seed)];
  for (const guest of guests) {
    await guest.prepare(draws);
  }
  for (let done = ROUND; done <= STEPS; done += ROUND) {
    for (const [i, guest] of guests.entries()) {
      for (let each = 0; each < ROUND; each++) {
        await step(guest, randoms[i]);
      }
    }
    const [expected, actual] = [await stateOf(guests[0]), await stateOf(guests[1])];
    for (const [name, finding] of actual) {
      const where = difference(finding, expected.get(name));
      if (where !== undefined) {
        throw new Error(`seed ${seed}, before step ${done}, ${name}: ${where}`);
      }
    }
  }
}

function drawing(renderer: TestRenderer): DrawingRenderer & TestRenderer {
  const found = drawingRenderer(renderer);
  if (found === undefined) {
    throw new Error('the renderer does not draw');
  }
  return found;
}

const stepOrDraw: Step = (guest, draw) => (draw(2) === 0 ? guest.step(draw) : guest.drawStep(draw));

/** Snapshots in between, too: the renderer begins anew with what the device has. */
const withSnapshots: Step = async (guest, draw) => {
  if (draw(8) > 0) {
    return stepOrDraw(guest, draw);
  }
  const snapshot = await guest.look((device) => device.snapshot());
  guest.device.restore(snapshot);
};

/**
 * The contract of a renderer: whatever it does itself and however late it answers, guest and host find what they find
 * on a device without it, or with one that draws on the device's own bytes.
 */
export const rendererContract: readonly RendererCase[] = [
  {
    name: '8.1, 8.2: clears, copies, blits, resolves and mips give what the device makes of them without a renderer',
    draws: false,
    run: (make, seed) => compare(seed, [undefined, make()], false, (guest, draw) => guest.step(draw)),
  },
  {
    name: '8.1, 8.2: draws, queries and predicates in any order with everything else give what the shaders say',
    draws: true,
    run: (make, seed) => compare(seed, [new ReferenceDraws(), drawing(make())], true, stepOrDraw),
  },
  {
    name: '8.1, 8.2: the same over snapshots',
    draws: true,
    run: (make, seed) => compare(seed, [new ReferenceDraws(), drawing(make())], true, withSnapshots),
  },
];
