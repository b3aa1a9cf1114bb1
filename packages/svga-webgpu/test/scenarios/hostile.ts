import type { SurfaceBox } from '@cg/surface-layout';
import { same, type Bench, type Scenario, type TestSurface } from './bench.js';
import { RandomStates } from './random-states.js';

/** A generator of numbers below a bound, by its seed. */
function randomDraw(seed: number): (bound: number) => number {
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

const DRAWS = 120;
/** The most vertices of a random draw here: SwiftShader runs them on the CPU. */
const MOST = 300;

type Step = (bench: Bench, random: RandomStates, of: TestSurface, subresource: number) => unknown;

function write({ renderer }: Bench, { draw }: RandomStates, of: TestSurface, subresource: number): void {
  of.ownImage.fill(draw(256), draw(of.layout.bytes));
  renderer.imageWritten(of, draw(2) === 0 ? subresource : undefined);
}

function clear({ renderer }: Bench, { draw }: RandomStates, of: TestSurface, subresource: number): void {
  const { width, height, depth } = of.layout.mipOf(subresource);
  const view = {
    surface: of,
    format: of.layout.format,
    slices: [{ offset: of.layout.offsetOf(subresource), texels: width * height * depth }],
    subresources: [subresource],
    isWhole: true,
  };
  renderer.clear(
    view,
    draw(2) === 0
      ? { kind: 'color', color: Float64Array.of(draw(3), draw(3) / 2, -1, 1) }
      : { kind: 'depth-stencil', depth: draw(3) / 2, stencil: draw(256) },
  );
}

function copy(
  { renderer }: Bench,
  { draw, surfaces }: RandomStates,
  of: TestSurface,
  subresource: number,
): void {
  const to = surfaces[draw(surfaces.length)];
  const [from, into] = [of.layout.mipOf(subresource), to.layout.mipOf(0)];
  const box = {
    x: 0,
    y: 0,
    z: 0,
    width: Math.min(from.width, into.width),
    height: Math.min(from.height, into.height),
    depth: Math.min(from.depth, into.depth),
  };
  if (to.layout.format.bytesPerBlock === of.layout.format.bytesPerBlock) {
    renderer.copy({ surface: of, subresource }, { surface: to, subresource: 0 }, [{ to: box, from: box }]);
  }
}

/** A box of an image. */
function part({ draw }: RandomStates, of: TestSurface, subresource: number): SurfaceBox {
  const { width, height, depth } = of.layout.mipOf(subresource);
  const [x, y, z] = [draw(width), draw(height), draw(depth)];
  return {
    x,
    y,
    z,
    width: 1 + draw(width - x),
    height: 1 + draw(height - y),
    depth: 1 + draw(depth - z),
  };
}

/** A blit, a resolve or mips, between surfaces of any formats. */
function resample({ renderer }: Bench, random: RandomStates, of: TestSurface, subresource: number): void {
  const { draw, surfaces } = random;
  const to = surfaces[draw(surfaces.length)];
  const { format, mips, layers, samples } = of.layout;
  const [from, into] = [
    { surface: of, subresource },
    { surface: to, subresource: 0 },
  ];
  const single = samples === 1 && to.layout.samples === 1;
  switch (draw(3)) {
    case 0:
      if (single && !format.buffer && !to.layout.format.buffer) {
        renderer.blit(
          from,
          into,
          { from: part(random, of, subresource), to: part(random, to, 0) },
          {
            linear: draw(2) === 0,
            linearLight: draw(2) === 0,
          },
        );
      }
      break;
    case 1: {
      const { width, height } = to.layout.mipOf(0);
      const isSame =
        of.layout.mipOf(subresource).width === width && of.layout.mipOf(subresource).height === height;
      if (isSame && to.layout.samples === 1 && to.layout.format.bytesPerBlock === format.bytesPerBlock) {
        renderer.resolve(from, into, format);
      }
      break;
    }
    default:
      if (samples === 1 && !format.buffer) {
        const range = { firstMip: 0, mips: mips.length, firstLayer: 0, layers };
        renderer.generateMips({ kind: 'texture', surface: of, format, dimension: 3, ...range });
      }
  }
}

async function drawAnything(bench: Bench, random: RandomStates): Promise<void> {
  const { renderer } = bench;
  const { draw } = random;
  const query = { type: draw(8) };
  if (draw(4) === 0) {
    renderer.beginQuery(query);
  }
  const call = random.call();
  const vertexCount = call.vertexCount === 'auto' ? call.vertexCount : Math.min(call.vertexCount, MOST);
  await bench.draw(random.state(), {
    ...call,
    vertexCount,
    instanceCount: Math.min(call.instanceCount, MOST),
  });
  if (draw(4) === 0) {
    await renderer.endQuery(query);
  }
}

const read: Step = ({ renderer }, _random, of, subresource) => renderer.imageNeeded(of, subresource);

const steps: readonly Step[] = [
  write,
  clear,
  copy,
  read,
  resample,
  resample,
  ...Array.from({ length: 8 }, () => drawAnything),
];

/** Random draws, clears, copies, writes and reads of all surfaces. */
export async function hostileRun(open: Parameters<Scenario>[0], seed: number): Promise<void> {
  const bench = await open();
  const { renderer } = bench;
  const draw = randomDraw(seed);
  const random = new RandomStates(draw);
  for (let i = 0; i < DRAWS; i++) {
    const of = random.surfaces[draw(random.surfaces.length)];
    await steps[draw(steps.length)](bench, random, of, draw(of.layout.subresourceCount));
  }
  for (const of of random.surfaces) {
    for (let subresource = 0; subresource < of.layout.subresourceCount; subresource++) {
      await renderer.imageNeeded(of, subresource);
    }
  }
  same(renderer.statistics.lostDevices, 0, 'lost devices');
}
