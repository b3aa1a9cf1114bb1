import { parseShader, ShaderInterpreter } from '@cg/vgpu10';
import type { DawnProcess } from '@cg/dawn';
import { translate, type PipelineKey, type SamplerState, type ShaderView } from '../src/index.js';
import { draw } from './draw-data.js';
import { TextureModel, type ModelTexture } from './texture-model.js';
import { floatOf, isNaNWord, Random } from './words.js';

const SIZE = 16;

const vertexShader = parseShader(`vs_4_0
dcl_input v0.xyzw
dcl_output_siv o0.xyzw, position
mov o0.xyzw, v0.xyzw
ret
`);

/** A pixel shader that samples, and what is bound to it. */
export interface TextureCase {
  /** From the position in v0 to o0. */
  readonly code: string;
  /** By t#, with the dimension that the shader declares. */
  readonly textures: Readonly<Record<number, ModelTexture & { readonly declares: string }>>;
  readonly samplers?: Readonly<Record<number, SamplerState>>;
  /** How far floats may be from the model; exact by default. */
  readonly within?: number;
}

const returnsOf = (kind: string): string => (kind === 'sint' || kind === 'uint' ? kind : 'float');

function pixelShader({ code, textures, samplers = {} }: Pick<TextureCase, 'code' | 'textures' | 'samplers'>) {
  return parseShader(`ps_4_1
dcl_input_ps_sgv linear noperspective v0.xyzw, position
dcl_output o0.xyzw
dcl_temps 4
${Object.keys(samplers)
  .map((slot) => `dcl_sampler s${slot}, mode_default`)
  .join('\n')}
${Object.entries(textures)
  .map(
    ([slot, { declares, kind }]) =>
      `dcl_resource_${declares} (${Array(4).fill(returnsOf(kind)).join(',')}) t${slot}`,
  )
  .join('\n')}
${code}
ret
`);
}

/** The view of a texture of the model. */
function viewOf({ dimension, kind, samples = 1, components, normalized }: ModelTexture): ShaderView {
  return {
    dimension,
    sampleType: kind,
    samples,
    ...(components === undefined ? {} : { components }),
    ...(normalized === undefined ? {} : { normalized }),
  };
}

const shown = (word: number): string => `0x${word.toString(16)} (${floatOf(word)})`;

/** The pixels in which Dawn and the interpreter differ, in words of people; nothing if there is none. */
export async function differences(dawn: DawnProcess, one: TextureCase): Promise<string[]> {
  const { textures, samplers = {}, within = 0 } = one;
  const program = pixelShader(one);
  const key: PipelineKey = {
    topology: 'TRIANGLELIST',
    attributes: [{ register: 0, buffer: 0, format: 'R32G32B32A32_FLOAT', step: 'vertex' }],
    pixel: {
      views: Object.fromEntries(Object.entries(textures).map(([slot, texture]) => [slot, viewOf(texture)])),
      samplers,
    },
    targets: [{ type: 'uint' }],
  };
  const bound = Object.fromEntries(
    Object.entries(samplers).map(([slot, state]) => [slot, boundSampler(state, textures[Number(slot)])]),
  );
  const translation = translate({ vertex: vertexShader, pixel: program }, key);
  const [bytes] = await draw(
    dawn,
    translation,
    key,
    {
      count: 3,
      attributes: [{ offset: 0, stride: 16 }],
      vertexBuffers: [new Uint8Array(Float32Array.of(-1, -1, 0, 1, 3, -1, 0, 1, -1, 3, 0, 1).buffer)],
      views: {
        pixel: Object.fromEntries(
          Object.entries(textures).map(([slot, texture]) => [slot, dawnTexture(texture)]),
        ),
      },
      samplers: {
        pixel: Object.fromEntries(Object.entries(bound).map(([slot, state]) => [slot, dawnSampler(state)])),
      },
    },
    { targets: [{ format: 'rgba32uint', bytes: 16 }], size: [SIZE, SIZE] },
  );
  const got = new Uint32Array(bytes.slice().buffer);
  const want = interpret(program, new TextureModel(textures, bound));
  const wrong: string[] = [];
  for (let i = 0; i < got.length; i++) {
    const isNear = within > 0 && Math.abs(floatOf(got[i]) - floatOf(want[i])) <= within;
    if (got[i] !== want[i] && !isNear && !(isNaNWord(got[i]) && isNaNWord(want[i]))) {
      const pixel = i >> 2;
      wrong.push(
        `(${pixel % SIZE}, ${Math.floor(pixel / SIZE)}).${'xyzw'[i & 3]}: ${shown(got[i])}, not ${shown(want[i])}`,
      );
    }
  }
  return wrong;
}

function interpret(program: ReturnType<typeof parseShader>, resources: TextureModel): Uint32Array {
  const interpreter = new ShaderInterpreter(program);
  const words = new Uint32Array(4 * SIZE * SIZE);
  for (let y = 0; y < SIZE; y += 2) {
    for (let x = 0; x < SIZE; x += 2) {
      const places = [0, 1, 2, 3].map((lane) => [x + (lane & 1), y + (lane >> 1)]);
      const quad = places.map(([px, py]) => ({
        inputs: new Uint32Array(Float32Array.of(px + 0.5, py + 0.5, 0, 1).buffer),
      }));
      interpreter.pixels(quad, { resources }).forEach(({ outputs }, lane) => {
        words.set(outputs.subarray(0, 4), 4 * (places[lane][1] * SIZE + places[lane][0]));
      });
    }
  }
  return words;
}

const FORMATS = {
  float: 'rgba32float',
  sint: 'rgba32sint',
  uint: 'rgba32uint',
  depth: 'depth32float',
} as const;

/** How Dawn's process makes a texture. */
function dawnTexture({ kind, dimension, width, height, layers, levels, samples = 1 }: ModelTexture): object {
  const base = {
    format: FORMATS[kind],
    size: [width, height, layers],
    dimension: dimension === '3d' ? '3d' : '2d',
    samples,
  };
  if (kind === 'depth') {
    return {
      ...base,
      depths: Float32Array.from(new Float32Array(levels[0].slice().buffer).filter((_, i) => i % 4 === 0)),
    };
  }
  if (samples > 1) {
    return { ...base, format: 'rgba16float', samplesFilled: levels[0] }; // of 32-bit floats there are no samples
  }
  return {
    ...base,
    levels: levels.map((bytes, level) => {
      const at = (size: number): number => Math.max(1, size >> level);
      const size = [at(width), at(height), dimension === '3d' ? at(layers) : layers];
      return { bytes, bytesPerRow: 16 * size[0], rowsPerImage: size[1], size };
    }),
  };
}

/** What may be bound of a state with a texture: WebGPU filters no depth but its comparisons. */
function boundSampler(state: SamplerState, texture: ModelTexture | undefined): SamplerState {
  const isFiltered = texture?.kind !== 'depth' || state.compare !== undefined;
  return isFiltered ? state : { ...state, magLinear: false, minLinear: false };
}

const filter = (linear: boolean | undefined): string => (linear === true ? 'linear' : 'nearest');

function dawnSampler({
  address,
  magLinear,
  minLinear,
  mipLinear,
  minLod = 0,
  maxLod = 32,
  compare,
}: SamplerState): object {
  const mode = (axis: number): string => {
    const name = address?.[axis] ?? 'clamp-to-edge';
    return name === 'border' || name === 'mirror-once' ? 'clamp-to-edge' : name;
  };
  return {
    addressModeU: mode(0),
    addressModeV: mode(1),
    addressModeW: mode(2),
    magFilter: filter(magLinear),
    minFilter: filter(minLinear),
    mipmapFilter: filter(mipLinear),
    lodMinClamp: minLod,
    lodMaxClamp: maxLod,
    ...(compare === undefined ? {} : { compare }),
  };
}

/** A texture with random texels: floats from −2 to 2 or depths from 0 to 1, or any integers. */
export function randomTexture(
  seed: number,
  shape: Omit<ModelTexture, 'levels'> & { readonly declares: string; readonly levelCount?: number },
): ModelTexture & { readonly declares: string } {
  const random = new Random(seed);
  const { width, height, layers, kind, dimension, samples = 1, levelCount = 1 } = shape;
  const levels = Array.from({ length: levelCount }, (_, level) => {
    const at = (size: number): number => Math.max(1, size >> level);
    const texels = at(width) * at(height) * (dimension === '3d' ? at(layers) : layers) * samples;
    const words = new Uint32Array(4 * texels);
    const floats = new Float32Array(words.buffer);
    for (let i = 0; i < words.length; i++) {
      if (kind === 'float') {
        floats[i] = samples > 1 ? random.below(1025) / 256 : (random.below(4001) - 2000) / 1000;
      } else if (kind === 'depth') {
        floats[i] = random.below(1025) / 1024;
      } else {
        words[i] = random.word();
      }
    }
    return words;
  });
  return { ...shape, levels };
}
