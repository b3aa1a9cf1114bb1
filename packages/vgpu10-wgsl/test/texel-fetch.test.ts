import { parseShader } from '@cg/vgpu10';
import type { DawnProcess } from '@cg/dawn';
import { afterAll, describe, expect, it } from 'vitest';
import { texelFormats, translate, type PipelineKey, type TexelFormat } from '../src/index.js';
import { texelLayout } from '../src/texel-format.js';
import { startShaders } from './dawn/dawn-shaders.js';
import { stream } from './draw-data.js';
import { Random } from './words.js';
import { usualCases } from './usual-cases.js';

const { processes, missing } = await startShaders();
const real = processes.filter(({ adapter }) => adapter.isReal);
afterAll(() => processes.forEach((dawn) => dawn.kill()));

it('finds a driver for Dawn', ({ skip }) => {
  if (real.length === 0) {
    skip([...new Set(missing)].join('; '));
  }
  expect(real).toHaveLength(1);
});

const shader = parseShader(`vs_4_0
dcl_input v0.xyzw
dcl_input v1.xyzw
dcl_input_siv v2.x, vertex_id
dcl_input_siv v3.x, instance_id
dcl_resource_buffer (float,float,float,float) t0
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
dcl_output o2.xyzw
dcl_temps 1
mov o0.xyzw, v0.xyzw
mov o1.xyzw, v1.xyzw
imad r0.x, v3.x, l(40), v2.x
ld o2.xyzw, r0.xxxx, t0.xyzw
ret
`);

const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);
const wordOf = (value: number): number => {
  floats[0] = value;
  return words[0];
};

/** A float of 16, 11 or 10 bits with an exponent of 5. */
function smallFloat(bits: number, size: number): number {
  const fraction = size === 16 ? 10 : size - 5;
  const mantissa = bits & (2 ** fraction - 1);
  const exponent = (bits >> fraction) & 31;
  const sign = size === 16 && bits >> 15 === 1 ? 0x80000000 : 0;
  if (exponent === 31) {
    return (sign | 0x7f800000 | (mantissa << (23 - fraction))) >>> 0;
  }
  const value =
    exponent === 0 ? mantissa * 2 ** (-14 - fraction) : (1 + mantissa / 2 ** fraction) * 2 ** (exponent - 15);
  return (sign | wordOf(value)) >>> 0;
}

/** A texel as Direct3D reads it. */
function decoded(format: TexelFormat, bytes: Uint8Array, at: number): number[] {
  const { type, channels } = texelLayout(format);
  const isInteger = type === 'UINT' || type === 'SINT';
  const result = [0, 0, 0, isInteger ? 1 : 0x3f800000];
  for (const { component, bit, bits } of channels) {
    let value = 0n;
    for (let byte = 0; byte < 8; byte++) {
      value |= BigInt(bytes[at + (bit >> 3) + byte] ?? 0) << BigInt(8 * byte);
    }
    const unsigned = Number((value >> BigInt(bit & 7)) & (2n ** BigInt(bits) - 1n));
    const signed = unsigned >= 2 ** (bits - 1) ? unsigned - 2 ** bits : unsigned;
    const of: Record<typeof type, () => number> = {
      UINT: () => unsigned,
      SINT: () => signed >>> 0,
      UNORM: () => wordOf(unsigned / (2 ** bits - 1)),
      SNORM: () => wordOf(Math.max(-1, signed / (2 ** (bits - 1) - 1))),
      FLOAT: () => (bits === 32 ? unsigned : smallFloat(unsigned, bits)),
    };
    result[component] = of[type]();
  }
  return result;
}

const COUNT = 20;
const INSTANCES = 5;

describe.each(real)('on $adapter.name', (dawn: DawnProcess) => {
  it.each(usualCases(texelFormats))(
    '%s: attributes at any byte, for vertices and instances, and texture buffers',
    async (format) => {
      const random = new Random(texelFormats.indexOf(format) + 1);
      const bytes = Uint8Array.from({ length: 333 }, () => random.below(256));
      const size = texelLayout(format).bytes;
      const stride = size + random.below(6);
      const places = [
        { offset: random.below(8), stride },
        { offset: random.below(8), stride: random.below(40), stepRate: random.below(3) },
      ];
      const vertexBase = 3;
      const instanceBase = 2;
      const key: PipelineKey = {
        topology: 'POINTLIST',
        attributes: [
          { register: 0, buffer: 0, format, step: 'vertex' },
          { register: 1, buffer: 0, format, step: 'instance' },
        ],
        vertex: { views: { 0: { dimension: 'buffer', format } } },
        streamOutput: [0, 1, 2].map((register) => ({ buffer: 0, register, mask: 15 })),
      };
      const elements = {
        words: new Uint32Array(bytes.slice(0, 332).buffer),
        offset: 4,
        elements: Math.floor(200 / size),
      };
      const { buffers } = await stream(dawn, translate({ vertex: shader }, key), key, {
        count: COUNT,
        instances: INSTANCES,
        vertexBase,
        instanceBase,
        attributes: places,
        vertexBuffers: [bytes],
        views: { vertex: { 0: elements } },
        streams: [{ bytes: 48 * COUNT * INSTANCES, begin: 0, end: 48 * COUNT * INSTANCES, stride: 48 }],
      });
      const nothing = new Uint8Array(16);
      const attribute = (which: number, element: number): number[] => {
        const at = places[which].offset + element * places[which].stride;
        return at + size <= bytes.length ? decoded(format, bytes, at) : decoded(format, nothing, 0);
      };
      for (let i = 0; i < COUNT * INSTANCES; i++) {
        const [vertex, instance] = [i % COUNT, Math.floor(i / COUNT)];
        const { stepRate = 0 } = places[1];
        const texel = 40 * instance + vertex;
        const wanted = [
          ...attribute(0, vertexBase + vertex),
          ...attribute(1, instanceBase + (stepRate === 0 ? 0 : Math.floor(instance / stepRate))),
          ...(texel < elements.elements ? decoded(format, bytes, 4 + texel * size) : [0, 0, 0, 0]),
        ];
        expect(
          [...buffers[0].subarray(12 * i, 12 * i + 12)],
          `vertex ${vertex}, instance ${instance}`,
        ).toEqual(wanted);
      }
    },
  );
});
