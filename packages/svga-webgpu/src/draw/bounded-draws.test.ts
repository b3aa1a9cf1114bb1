import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import type { PipelineState } from '@cg/svga-device';
import { expect, it } from 'vitest';
import { GpuLoad } from '../gpu/gpu-load.js';
import type { Recorder } from '../gpu/recorder.js';
import { BoundedDraws } from './bounded-draws.js';
import type { DrawPart } from './draw-parts.js';
import type { DrawRecorder } from './draw-recorder.js';
import type { PlannedDraw } from './planned-draw.js';

const COUNT = 3 * 131_072;
const UNITS = 2 ** 32;

/** A draw of small triangles on a large target, on a GPU that takes so many milliseconds each time. */
async function drawn(milliseconds: number) {
  let now = 0;
  const onSubmittedWorkDone = async (): Promise<void> => void (now += milliseconds);
  const recorder = {
    submit: () => {},
    measure: () => {},
    device: { queue: { onSubmittedWorkDone } },
  } as unknown as Recorder;
  const parts: DrawPart[] = [];
  const shader = { program: { statements: [] }, interface: { inputs: [], outputs: [], instructions: 50 } };
  const draws = {
    omissions: { add: () => {} },
    decode: () => ({ vertex: shader, pixel: shader }),
    streamsOut: () => false,
    record: (_draw: PlannedDraw, part: DrawPart) => parts.push(part),
  } as unknown as DrawRecorder;
  const target = {
    surface: { layout: { mips: [{ width: 2560, height: 1600 }], samples: 1 } },
    mip: 0,
    layers: 1,
  };
  const inputLayout = { elements: [] };
  const state = { targets: [target], inputLayout, topology: SVGA3D_PRIMITIVE.TRIANGLELIST };
  let charged = 0;
  await new BoundedDraws(draws, new GpuLoad(recorder, () => now), 60_000).draw({
    state: state as unknown as PipelineState,
    call: {
      indexed: false,
      vertexCount: COUNT,
      firstVertex: 0,
      baseVertex: 0,
      instanceCount: 1,
      firstInstance: 0,
    },
    count: COUNT,
    work: { left: UNITS, charge: (units) => (charged += units) <= UNITS },
    begins: () => {},
  });
  return { parts, charged };
}

function isWhole(parts: readonly DrawPart[]): boolean {
  let next = 0;
  for (const { firstPrimitive, primitives } of parts) {
    if (firstPrimitive !== next) {
      return false;
    }
    next += primitives;
  }
  return next === COUNT / 3;
}

it('a large draw has few parts, and costs little, where the GPU needs little time for the first', async () => {
  const { parts, charged } = await drawn(4);
  expect(isWhole(parts)).toBe(true);
  expect(parts.length).toBeLessThan(100);
  expect(charged).toBeLessThan(UNITS / 16);
});

it('its parts stay small, and it ends, where the GPU needs long for them', async () => {
  const { parts } = await drawn(200);
  expect(isWhole(parts)).toBe(false);
  expect(parts.length).toBeLessThan(100);
});
