import type { EmulatedGuest } from '../emulator/emulated-guest.js';
import { startGlGuest, type GlGuestOptions } from '../gl/gl-guest.js';
import { takeKernelLog, warningsOf } from '../gl/kernel-log.js';
import type { RendererName } from '../gl/renderer-names.js';
import { makeRenderer } from '../gl/renderers.js';
import { AskedScene, type DrawnFrames } from './asked-scene.js';
import { RIVAL_SCENE, type CostProgram } from './cost-programs.js';
import { FrameCounter, type FrameCounts } from './frame-counter.js';
import { IdleRenderer } from './idle-renderer.js';
import { ModelledUploads } from './modelled-uploads.js';
import { lossOf, rateOf, type Loss, type ModeRate, type Round } from './rounds.js';

/** Frames of the first warm-up, from which the second takes its number. */
const FIRST_FRAMES = 8;
/** Frames that are drawn one by one, and counted. */
const COUNTED_FRAMES = 7;
const LEAST_FRAMES = 4;
const MOST_FRAMES = 100_000;
const RIVAL_ROUNDS = 3;

/** What the experiment is asked for. */
export interface CostRequest extends Omit<GlGuestOptions, 'renderer' | 'recorder' | 'disk'> {
  readonly renderer: RendererName;
  readonly programs: readonly CostProgram[];
  /** Each of them runs every program three times: explicit, coherent, and explicit again. */
  readonly rounds: number;
  /** Of a run. */
  readonly seconds: number;
  readonly onProgram: (cost: ProgramCost) => void;
}

/** A program with explicit transfers, or with coherent memory. */
export interface ModeCost extends ModeRate {
  readonly aFrame: FrameCounts;
}

/** What coherent memory costs a program. */
export interface ProgramCost extends CostProgram, Loss {
  readonly explicit: ModeCost;
  readonly coherent: ModeCost;
  /** Frames of a run. */
  readonly frames: number;
  readonly rounds: readonly Round[];
  /** Whether the last picture is the same with both. */
  readonly isSamePicture: boolean;
  /** Commands that the device refused, and the warnings of the guest's kernel. */
  readonly refused: number;
  readonly warnings: readonly string[];
}

/** The speed of a program on the device, and on llvmpipe in the same guest. */
export interface Rivalry {
  readonly scene: string;
  readonly device: ModeRate;
  readonly llvmpipe: ModeRate;
}

/** The result of the experiment. */
export interface CostReport {
  readonly renderer: string;
  readonly restored: boolean;
  readonly startSeconds: number;
  readonly seconds: number;
  readonly programs: readonly ProgramCost[];
  readonly rivalry: Rivalry;
}

/** The three processes of a program. */
interface Contenders {
  readonly explicit: AskedScene;
  readonly coherent: AskedScene;
  readonly again: AskedScene;
}

/**
 * Measures what coherent memory costs OpenGL programs: each runs with Mesa's explicit transfers and with coherent
 * memory, in turn, in one guest.
 * @throws GuestError
 */
export async function measureCost(request: CostRequest): Promise<CostReport> {
  const renderer =
    request.renderer === 'none'
      ? { name: 'idle', renderer: new IdleRenderer() }
      : await makeRenderer(request.renderer);
  const start = performance.now();
  const { guest, restored } = await startGlGuest({ ...request, renderer });
  const startSeconds = (performance.now() - start) / 1000;
  try {
    const programs: ProgramCost[] = [];
    for (const [i, program] of request.programs.entries()) {
      request.say(`${program.scene}, ${program.kind} (${i + 1} of ${request.programs.length})`);
      const cost = await measureProgram(guest, program, request);
      request.onProgram(cost);
      programs.push(cost);
    }
    request.say(`${RIVAL_SCENE} on llvmpipe in the same guest`);
    const rivalry = await measureRivalry(guest, request.seconds);
    return { renderer: renderer.name, restored, startSeconds, seconds: request.seconds, programs, rivalry };
  } finally {
    await guest.end();
  }
}

async function measureProgram(
  guest: EmulatedGuest,
  program: CostProgram,
  { rounds: roundCount, seconds }: CostRequest,
): Promise<ProgramCost> {
  const { scene } = program;
  const { errors } = guest.device.statistics;
  const explicit = await AskedScene.start(guest, { name: `${scene}-explicit`, scene, coherent: false });
  const model = new ModelledUploads(guest.device);
  const coherent = await AskedScene.start(guest, { name: `${scene}-coherent`, scene, coherent: true });
  const again = await AskedScene.start(guest, { name: `${scene}-again`, scene, coherent: false });
  const contenders = { explicit, coherent, again };
  await drawAll(contenders, FIRST_FRAMES);
  const counter = await FrameCounter.start(guest, model);
  const counted = {
    explicit: await counter.count(explicit, COUNTED_FRAMES),
    coherent: await counter.count(coherent, COUNTED_FRAMES),
  };
  await counter.stop();
  model.stop();
  await again.draw(COUNTED_FRAMES);
  const estimated = framesFor(await drawAll(contenders, FIRST_FRAMES), seconds);
  const frames = framesFor(await drawAll(contenders, estimated), seconds);
  const rounds: Round[] = [];
  for (let i = 0; i < roundCount; i++) {
    rounds.push(await drawRound(contenders, frames, i));
  }
  await explicit.end();
  const isSamePicture = (await coherent.end()) === (await again.end());
  return {
    ...program,
    ...lossOf(rounds),
    explicit: { ...rateOf(rounds.map((round) => round.explicit)), aFrame: counted.explicit },
    coherent: { ...rateOf(rounds.map((round) => round.coherent)), aFrame: counted.coherent },
    frames,
    rounds,
    isSamePicture,
    refused: guest.device.statistics.errors - errors,
    warnings: warningsOf(await takeKernelLog(guest.program)),
  };
}

/** @returns what the first process has drawn */
async function drawAll({ explicit, coherent, again }: Contenders, frames: number): Promise<DrawnFrames> {
  const drawn = await explicit.draw(frames);
  await coherent.draw(frames);
  await again.draw(frames);
  return drawn;
}

/** Each of them is the first in turn. */
async function drawRound(contenders: Contenders, frames: number, turn: number): Promise<Round> {
  const order = ['explicit', 'coherent', 'again'] as const;
  const drawn: Partial<Record<(typeof order)[number], DrawnFrames>> = {};
  for (let i = 0; i < order.length; i++) {
    const name = order[(turn + i) % order.length];
    drawn[name] = await contenders[name].draw(frames);
  }
  return drawn as Round;
}

function framesFor({ frames, guestMilliseconds }: DrawnFrames, seconds: number): number {
  const wanted = Math.round((frames * seconds * 1000) / Math.max(guestMilliseconds, 0.001));
  return Math.min(MOST_FRAMES, Math.max(LEAST_FRAMES, wanted));
}

/** Both draw explicitly, in turn. */
async function measureRivalry(guest: EmulatedGuest, seconds: number): Promise<Rivalry> {
  const scene = RIVAL_SCENE;
  const environment = { LIBGL_ALWAYS_SOFTWARE: 'true' };
  const device = await AskedScene.start(guest, { name: 'device', scene, coherent: false });
  const llvmpipe = await AskedScene.start(guest, { name: 'llvmpipe', scene, coherent: false, environment });
  const frames = {
    device: framesFor(await device.draw(FIRST_FRAMES), seconds),
    llvmpipe: framesFor(await llvmpipe.draw(FIRST_FRAMES), seconds),
  };
  const runs: Record<'device' | 'llvmpipe', DrawnFrames[]> = { device: [], llvmpipe: [] };
  for (let round = 0; round < RIVAL_ROUNDS; round++) {
    runs.device.push(await device.draw(frames.device));
    runs.llvmpipe.push(await llvmpipe.draw(frames.llvmpipe));
  }
  await device.end();
  await llvmpipe.end();
  return { scene, device: rateOf(runs.device), llvmpipe: rateOf(runs.llvmpipe) };
}
