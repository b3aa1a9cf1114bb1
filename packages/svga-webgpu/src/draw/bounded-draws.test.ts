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

/** What is drawn: a list of triangles, if nothing else. */
interface Drawn {
  readonly topology?: number;
  readonly count?: number;
  /** Indices of 32 bits, all of them 0. */
  readonly indexed?: boolean;
  /** A geometry shader that gives out so many vertices of a strip of triangles. */
  readonly emits?: number;
}

/** A draw on a large target, on a GPU that takes so many milliseconds each time. */
async function drawn(
  milliseconds: number,
  { topology = SVGA3D_PRIMITIVE.TRIANGLELIST, count = COUNT, indexed = false, emits }: Drawn = {},
) {
  let now = 0;
  const onSubmittedWorkDone = async (): Promise<void> => void (now += milliseconds);
  const recorder = {
    submit: () => {},
    measure: () => {},
    device: { queue: { onSubmittedWorkDone } },
  } as unknown as Recorder;
  const parts: DrawPart[] = [];
  const shader = { program: { statements: [] }, interface: { inputs: [], outputs: [], instructions: 50 } };
  const emitting = { topology: 'TRIANGLESTRIP', maxVertices: emits };
  const geometry =
    emits === undefined ? undefined : { ...shader, interface: { ...shader.interface, geometry: emitting } };
  const draws = {
    omissions: { add: () => {} },
    decode: () => ({ vertex: shader, pixel: shader, geometry }),
    needIndices: async () => {},
    streamsOut: () => false,
    record: (_draw: PlannedDraw, part: DrawPart) => parts.push(part),
  } as unknown as DrawRecorder;
  const target = {
    surface: { layout: { mips: [{ width: 2560, height: 1600 }], samples: 1 } },
    mip: 0,
    layers: 1,
  };
  const inputLayout = { elements: [] };
  const layout = { format: { buffer: true }, bytes: 4 * count };
  const indexBuffer = { surface: { layout, ownImage: new Uint8Array(4 * count) }, offset: 0, indexBytes: 4 };
  const state = {
    targets: [target],
    inputLayout,
    topology,
    indexBuffer,
    geometry: emits && {},
    viewports: [{}],
  };
  let charged = 0;
  await new BoundedDraws(draws, new GpuLoad(recorder, () => now), 60_000).draw({
    state: state as unknown as PipelineState,
    call: {
      indexed,
      vertexCount: count,
      firstVertex: 0,
      baseVertex: 0,
      instanceCount: 1,
      firstInstance: 0,
    },
    count,
    work: { left: UNITS, charge: (units) => (charged += units) <= UNITS },
    begins: () => {},
  });
  return { parts, charged };
}

function isWhole(parts: readonly DrawPart[], all = COUNT / 3): boolean {
  let next = 0;
  for (const { firstPrimitive, primitives } of parts) {
    if (firstPrimitive !== next) {
      return false;
    }
    next += primitives;
  }
  return next === all;
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

it('a strip that has indices has parts, however many these are', async () => {
  const count = 2 ** 21;
  for (const [topology, primitives] of [
    [SVGA3D_PRIMITIVE.TRIANGLESTRIP, count - 2],
    [SVGA3D_PRIMITIVE.LINESTRIP, count - 1],
  ] as const) {
    const { parts } = await drawn(4, { topology, count, indexed: true });
    expect(isWhole(parts, primitives)).toBe(true);
    expect(parts.length).toBeGreaterThan(1);
  }
});

it('what a geometry shader gives out for one primitive has parts', async () => {
  const { parts } = await drawn(150, { topology: SVGA3D_PRIMITIVE.POINTLIST, count: 1, emits: 1024 });
  expect(isWhole(parts, 1022)).toBe(true);
  expect(parts.length).toBeGreaterThan(10);
});
