import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decodeShader, inspectShader, type Program } from '@cg/vgpu10';
import { translate, type PipelineKey, type TextureView, type Translation } from '@cg/vgpu10-wgsl';
import { hostClock } from '../clock.js';
import type { Contender, Pass } from '../contender.js';
import { BenchError } from '../errors.js';
import { ownFolder, rivalsFolder } from '../places.js';
import type { Row, Skipped } from '../row.js';

const NANOSECONDS_PER_US = 1000;
const STEPS = 2;
/** Repetitions in a step of ours. */
const REPETITIONS = 20;
const [VERTEX, FRAGMENT] = [1, 2];
const TARGETS = 8;
const MULTISAMPLED = 4;

/** rivals/dawn-rival.mjs. */
interface DawnRival {
  startPipelines(): Promise<DawnPipelines | string>;
}

/** rivals/dawn-pipelines.mjs. */
interface DawnPipelines {
  request<Answer>(name: 'load' | 'make', request: object): Promise<Answer>;
  kill(): void;
}

interface Pair {
  readonly vertex: Uint32Array;
  readonly pixel: Uint32Array;
  readonly key: PipelineKey;
}

/** Decoding and translating the shaders of our own programs, against making their pipelines. */
export function rowsOf(): Row[] {
  return [
    {
      section: 'Shaders',
      name: 'decode and translate a pair of shaders',
      unit: 'µs',
      ours: 'decodeShader, translate',
      rival: 'createRenderPipeline of the result, Dawn',
      open: async (side) => (side === 'ours' ? translating(ownPairs()) : await pipelining(ownPairs())),
    },
  ];
}

function words(base64: string): Uint32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
}

/** A pair for each vertex and pixel shader that Mesa made of our own programs, with a key. */
function ownPairs(): Pair[] {
  const path = join(ownFolder, 'packages', 'vgpu10', 'vectors', 'gltest.json');
  const shaders = new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>));
  const stages = [...shaders.keys()].filter((name) => /-[vp]s/.test(name));
  return stages.map((name) => {
    const isVertex = name.includes('-vs');
    const partner = name.replace(/-[vp]s2?/, isVertex ? '-ps' : '-vs');
    const other = shaders.get(partner) ?? shaders.get(isVertex ? 'tri-ps' : 'texquad-vs')!;
    const [vertex, pixel] = (isVertex ? [shaders.get(name)!, other] : [other, shaders.get(name)!]).map(words);
    return { vertex, pixel, key: keyOf(decodeShader(vertex), decodeShader(pixel)) };
  });
}

function keyOf(vertex: Program, pixel: Program): PipelineKey {
  return {
    topology: 'TRIANGLELIST',
    attributes: inspectShader(vertex).inputs.map(({ register }) => ({
      register,
      buffer: 0,
      format: 'R32G32B32A32_FLOAT',
      step: 'vertex',
    })),
    vertex: { views: viewsOf(vertex) },
    pixel: { views: viewsOf(pixel) },
    targets: Array.from({ length: TARGETS }, () => ({ type: 'float' })),
    features: ['clip-distances'],
  };
}

const DIMENSIONS: Partial<Record<string, TextureView['dimension']>> = {
  TEXTURE3D: '3d',
  TEXTURECUBE: 'cube',
  TEXTURE2DARRAY: '2d-array',
};

function viewsOf(program: Program): Record<number, TextureView> {
  return Object.fromEntries(
    inspectShader(program).resources.map(({ slot, dimension, compared }) => [
      slot,
      {
        dimension: DIMENSIONS[dimension] ?? '2d',
        sampleType: compared ? 'depth' : 'float',
        samples: dimension === 'TEXTURE2DMS' ? MULTISAMPLED : 1,
      },
    ]),
  );
}

function translated({ vertex, pixel, key }: Pair): Translation {
  return translate({ vertex: decodeShader(vertex), pixel: decodeShader(pixel) }, key);
}

function translating(pairs: readonly Pair[]): Contender {
  const expected = pairs.reduce((sum, pair) => sum + translated(pair).vertex.code.length, 0);
  const step = () => {
    let bytes = 0;
    const before = hostClock();
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      for (const pair of pairs) {
        bytes += translated(pair).vertex.code.length;
      }
    }
    const taken = (hostClock() - before) / REPETITIONS;
    if (bytes !== REPETITIONS * expected) {
      throw new BenchError('EBADMSG', `${bytes} bytes, not ${REPETITIONS * expected}`, 'translate');
    }
    return [taken];
  };
  return contenderOf({ step, end() {} }, pairs.length);
}

async function pipelining(pairs: readonly Pair[]): Promise<Contender | Skipped> {
  const rival = (await import(pathToFileURL(join(rivalsFolder, 'dawn-rival.mjs')).href)) as DawnRival;
  const dawn = await rival.startPipelines();
  if (typeof dawn === 'string') {
    return { skipped: `no driver for Dawn: ${dawn}` };
  }
  await dawn.request('load', { pairs: pairs.map((pair) => requestOf(translated(pair))) });
  const pass: Pass = { step: async () => [await dawn.request<number>('make', {})], end() {} };
  return { ...contenderOf(pass, pairs.length), close: () => dawn.kill() };
}

function requestOf({ vertex, pixel }: Translation): object {
  const merged = new Map<string, object & { visibility: number }>();
  for (const [visibility, module] of [
    [VERTEX, vertex],
    [FRAGMENT, pixel],
  ] as const) {
    for (const binding of module?.bindings ?? []) {
      const place = `${binding.group}.${binding.binding}`;
      merged.set(place, { ...binding, visibility: visibility | (merged.get(place)?.visibility ?? 0) });
    }
  }
  const code = pixel?.code ?? '';
  const targets = Array.from({ length: TARGETS }, (_, i) =>
    code.includes(`@location(${i}) o`) ? { format: 'rgba8unorm' } : null,
  );
  return { vertex: vertex.code, pixel: code, bindings: [...merged.values()], targets };
}

function contenderOf(pass: Pass, pairs: number): Contender {
  return { steps: STEPS, alike: true, per: NANOSECONDS_PER_US * pairs * STEPS, begin: () => pass };
}
