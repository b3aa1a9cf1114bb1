import { parseShader, ShaderInterpreter, type Program } from '@cg/vgpu10';
import type { DawnProcess } from '@cg/dawn';
import { afterAll, describe, expect, it } from 'vitest';
import { expandIndices, listTopology, primitivesOf, translate, type PipelineKey } from '../src/index.js';
import { startShaders } from './dawn/dawn-shaders.js';
import { draw, stream, type DrawData } from './draw-data.js';
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

const vertexShader = parseShader(`vs_4_0
dcl_input v0.xyzw
dcl_input v1.xyzw
dcl_input_siv v2.x, vertex_id
dcl_input_siv v3.x, instance_id
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
dcl_output o2.xyzw
dcl_temps 1
mov o0.xyzw, v0.xyzw
mov o1.xyzw, v1.xyzw
imad r0.x, v3.x, l(1000), v2.x
mov o2.xyzw, r0.xxxx
ret
`);

/** Gives out as many vertices as the first vertex of the primitive says, and cuts where bits of it say so. */
function geometryShader(primitive: string, vertices: number, topology: string, most: number): Program {
  return parseShader(`gs_4_0
dcl_input_siv v[${vertices}][0].xyzw, position
dcl_input v[${vertices}][1].xyzw
dcl_input v[${vertices}][2].xyzw
dcl_input vPrim
dcl_temps 3
dcl_inputprimitive ${primitive}
dcl_outputtopology ${topology}
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
dcl_output o2.xyzw
dcl_maxout ${most}
mov r0.x, l(0)
loop
  uge r0.y, r0.x, v[0][1].x
  breakc_nz r0.y
  udiv null, r1.x, r0.x, l(${vertices})
  iadd r0.z, r0.x, l(1)
  utof r2.x, r0.x
  mov o0.xyzw, v[r1.x + 0][0].xyzw
  mul o0.z, r2.x, l(0.0078125)
  mov o1.xyzw, v[r1.x + 0][1].xyzw
  mov o2.xyz, v[r1.x + 0][2].xyzw
  if_nz r0.x
    iadd o2.y, r0.x, vPrim
  endif
  emit
  ushr r0.w, v[0][1].y, r0.x
  and r0.w, r0.w, l(1)
  if_nz r0.w
    cut
  endif
  mov r0.x, r0.z
endloop
ret
`);
}

const TOPOLOGIES = [
  ['POINTLIST', 'point', 1],
  ['LINELIST', 'line', 2],
  ['LINESTRIP', 'line', 2],
  ['TRIANGLELIST', 'triangle', 3],
  ['TRIANGLESTRIP', 'triangle', 3],
  ['LINELIST_ADJ', 'lineadj', 4],
  ['LINESTRIP_ADJ', 'lineadj', 4],
  ['TRIANGLELIST_ADJ', 'triangleadj', 6],
] as const;

const OUTPUTS = [
  ['pointlist', 1],
  ['linestrip', 2],
  ['trianglestrip', 3],
] as const;

const attributes = [
  { register: 0, buffer: 0, format: 'R32G32B32A32_FLOAT', step: 'vertex' },
  { register: 1, buffer: 0, format: 'R32G32B32A32_UINT', step: 'vertex' },
] as const;

const STRIDE = 33;
const COUNT = 13;
const INSTANCES = 2;

/** Vertices at an odd stride: a position, and how many vertices to give out and where to cut. */
function vertexBytes(): Uint8Array {
  const bytes = new Uint8Array(1 + STRIDE * COUNT);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < COUNT; i++) {
    const at = 1 + STRIDE * i;
    [((i * 5) % 13) / 7 - 0.9, ((i * 7) % 11) / 6 - 0.9, 0.25, 1].forEach((value, k) =>
      view.setFloat32(at + 4 * k, value, true),
    );
    [(i * 3 + 5) % 8, (i * 0x9e3779b1) >>> 0, i, 0xffc00001].forEach((value, k) =>
      view.setUint32(at + 16 + 4 * k, value, true),
    );
  }
  return bytes;
}

const data: DrawData = {
  count: COUNT,
  instances: INSTANCES,
  attributes: [
    { offset: 1, stride: STRIDE },
    { offset: 17, stride: STRIDE },
  ],
  vertexBuffers: [vertexBytes()],
};

/** The vertices of a primitive, as Direct3D 10 orders them. */
function cornersOf(topology: string, corners: number, primitive: number): number[] {
  const isStrip = topology.includes('STRIP');
  const first = isStrip ? primitive : primitive * corners;
  const order =
    topology === 'TRIANGLESTRIP' && primitive % 2 === 1
      ? [0, 2, 1]
      : Array.from({ length: corners }, (_, i) => i);
  return order.map((corner) => first + corner);
}

/** The outputs of the corners of all primitives that a geometry shader gives out: twelve words each. */
function expected(geometry: Program, topology: string, corners: number, out: 1 | 2 | 3): Uint32Array[] {
  const [ofVertex, ofGeometry] = [new ShaderInterpreter(vertexShader), new ShaderInterpreter(geometry)];
  const words = new DataView(data.vertexBuffers![0].buffer);
  const result: Uint32Array[] = [];
  for (let instance = 0; instance < INSTANCES; instance++) {
    for (let primitive = 0; primitive < primitivesOf(topology as 'POINTLIST', COUNT); primitive++) {
      const vertices = cornersOf(topology, corners, primitive).map((vertex) => {
        const inputs = new Uint32Array(16);
        for (let i = 0; i < 8; i++) {
          inputs[i] = words.getUint32(1 + STRIDE * vertex + 4 * i, true);
        }
        inputs.set([vertex, 0, 0, 0, instance], 8);
        return ofVertex.vertex(inputs).outputs;
      });
      for (const strip of ofGeometry.primitive({ vertices, primitiveId: primitive })) {
        for (let i = 0; i + out <= strip.length; i++) {
          const order = out === 3 && i % 2 === 1 ? [0, 2, 1] : [0, 1, 2].slice(0, out);
          result.push(...order.map((corner) => strip[i + corner]));
        }
      }
    }
  }
  return result;
}

describe.each(real)('on $adapter.name', (dawn: DawnProcess) => {
  describe.each(usualCases(TOPOLOGIES))('%s', (topology, primitive, corners) => {
    it.each(OUTPUTS)('stream output of a geometry shader that gives out %s', async (output, out) => {
      const geometry = geometryShader(primitive, corners, output, 6);
      const key: PipelineKey = {
        topology,
        attributes,
        streamOutput: [
          { buffer: 0, register: 0, mask: 15 },
          { buffer: 0, register: undefined, mask: 1 },
          { buffer: 1, register: 1, mask: 10 },
          { buffer: 0, register: 2, mask: 7 },
        ],
      };
      const translation = translate({ vertex: vertexShader, geometry }, key);
      const streams = [
        { bytes: 32 * 1024, begin: 8, end: 32 * 1024, stride: 36 },
        { bytes: 8 * 1024, begin: 0, end: 8 * 1024, stride: 8 },
      ];
      const { counters, buffers } = await stream(dawn, translation, key, { ...data, streams });
      const wanted = expected(geometry, topology, corners, out);
      expect(counters[0] * out).toBe(wanted.length);
      expect(counters[1] * out).toBe(wanted.length);
      wanted.forEach((outputs, i) => {
        const first = buffers[0].subarray(2 + 9 * i, 2 + 9 * i + 8);
        expect([...first]).toEqual([...outputs.subarray(0, 4), 0xcccccccc, ...outputs.subarray(8, 11)]);
        expect([...buffers[1].subarray(2 * i, 2 * i + 2)]).toEqual([outputs[5], outputs[7]]);
      });
    });
  });

  it.each([
    ['uint16', 2, 3],
    ['uint32', 4, 6],
  ] as const)('indices of %s at any byte, those beyond the end are 0', async (indexFormat, bytes, offset) => {
    const key: PipelineKey = {
      topology: 'TRIANGLELIST',
      indexFormat,
      attributes,
      streamOutput: [{ buffer: 0, register: 2, mask: 1 }],
    };
    const order = [7, 3, 12, 1, 1, 5, 11];
    const indices = new Uint8Array(offset + bytes * order.length + 8);
    const view = new DataView(indices.buffer);
    order.forEach((vertex, i) =>
      bytes === 2
        ? view.setUint16(offset + 2 * i, vertex, true)
        : view.setUint32(offset + 4 * i, vertex, true),
    );
    const streams = [{ bytes: 256, begin: 0, end: 256, stride: 4 }];
    const bound = { bytes: indices, offset, available: order.length };
    const translation = translate({ vertex: vertexShader }, key);
    const { buffers } = await stream(dawn, translation, key, {
      ...data,
      count: 9,
      instances: 2,
      vertexBase: 100,
      indices: bound,
      streams,
    });
    const first = [...order, 0, 0];
    const wanted = [...first, ...first.map((vertex) => 1000 + vertex)];
    expect([...buffers[0].subarray(0, 18)]).toEqual(wanted);
  });

  it.each([
    ['LINESTRIP', 'line', 2],
    ['TRIANGLESTRIP', 'triangle', 3],
    ['TRIANGLEFAN', 'triangle', 3],
    ['LINESTRIP_ADJ', 'lineadj', 4],
    ['TRIANGLESTRIP_ADJ', 'triangleadj', 6],
  ] as const)(
    'a geometry shader gets the vertices of an expanded, indexed %s',
    async (topology, primitive, corners) => {
      const indices = [3, 1, 2, 7, 5, 0, 12, 11, 4, 0xffff, 6, 8, 9, 10, 5, 1, 0xffff, 2];
      const expanded = expandIndices(topology, indices, 0xffff);
      const emits = Array.from(
        { length: corners },
        (_, i) => `mov o0.x, v[${i}][2].x\nmov o0.y, vPrim\nemit`,
      );
      const geometry = parseShader(`gs_4_0
dcl_input v[${corners}][2].xyzw
dcl_input vPrim
dcl_inputprimitive ${primitive}
dcl_outputtopology pointlist
dcl_output o0.xy
dcl_maxout ${corners}
${emits.join('\n')}
ret
`);
      const key: PipelineKey = {
        topology: listTopology(topology)!,
        indexFormat: 'uint32',
        attributes,
        streamOutput: [{ buffer: 0, register: 0, mask: 3 }],
      };
      const { buffers } = await stream(dawn, translate({ vertex: vertexShader, geometry }, key), key, {
        ...data,
        count: expanded.length,
        instances: 1,
        indices: { bytes: new Uint8Array(expanded.buffer), offset: 0, available: expanded.length },
        streams: [{ bytes: 1024, begin: 0, end: 1024, stride: 8 }],
      });
      const wanted = [...expanded].flatMap((vertex, i) => [vertex, Math.floor(i / corners)]);
      expect(wanted.length).toBeGreaterThan(0);
      expect([...buffers[0].subarray(0, wanted.length + 1)]).toEqual([...wanted, 0xcccccccc]);
    },
  );

  it.each(['LINESTRIP', 'TRIANGLESTRIP', 'LINELIST_ADJ', 'TRIANGLELIST_ADJ'] as const)(
    'stream output of a vertex shader, %s: whole primitives as far as there is room',
    async (topology) => {
      const key: PipelineKey = {
        topology,
        attributes,
        streamOutput: [
          { buffer: 0, register: 2, mask: 1 },
          { buffer: 2, register: 1, mask: 4 },
        ],
      };
      const adjacent = topology.endsWith('ADJ');
      const corners = topology.startsWith('LINE') ? 2 : 3;
      const vertices: number[] = [];
      for (let primitive = 0; primitive < primitivesOf(topology, COUNT); primitive++) {
        const all = cornersOf(topology, adjacent ? 2 * corners : corners, primitive);
        vertices.push(...(adjacent ? (corners === 2 ? [all[1], all[2]] : [all[0], all[2], all[4]]) : all));
      }
      const room = 2 * corners;
      const streams = [
        { bytes: 1024, begin: 0, end: 1024, stride: 4 },
        { bytes: 16, begin: 0, end: 0, stride: 0 },
        { bytes: 1024, begin: 16, end: 16 + 8 * room + 7, stride: 8 },
      ];
      const { counters, buffers } = await stream(dawn, translate({ vertex: vertexShader }, key), key, {
        ...data,
        instances: 1,
        streams,
      });
      const written = Math.min(vertices.length, room);
      expect([...counters.subarray(0, 2)]).toEqual([written / corners, vertices.length / corners]);
      const padded = (values: readonly number[]): number[] => [...values.slice(0, written), 0xcccccccc];
      expect([...buffers[0].subarray(0, written + 1)]).toEqual(padded(vertices));
      expect(Array.from({ length: written + 1 }, (_, i) => buffers[2][4 + 2 * i])).toEqual(padded(vertices));
    },
  );

  it.each([
    ['POINTLIST', 'point', 1, 'pointlist', 1],
    ['LINELIST', 'line', 2, 'linestrip', 2],
    ['TRIANGLESTRIP', 'triangle', 3, 'trianglestrip', 3],
    ['TRIANGLELIST', 'triangle', 3, 'trianglestrip', 3],
  ] as const)(
    'a geometry shader of %s draws what its corners draw as a list',
    async (topology, primitive, corners, output, out) => {
      const geometry = geometryShader(primitive, corners, output, 7);
      const pixel = parseShader(`ps_4_0
dcl_input_ps constant v1.xyzw
dcl_input_ps linear v2.xyzw
dcl_output o0.xyzw
dcl_output o1.xyzw
mov o0.xyzw, v1.xyzw
mov o1.xyzw, v2.xyzw
ret
`);
      const target = { format: 'rgba32uint', bytes: 16 };
      const out2 = { targets: [target, target], size: [32, 32] as const };
      const targets = [{ type: 'uint' }, { type: 'uint' }] as const;
      const key: PipelineKey = { topology, attributes, targets };
      const got = await draw(
        dawn,
        translate({ vertex: vertexShader, geometry, pixel }, key),
        key,
        data,
        out2,
      );
      const plain = parseShader(`vs_4_0
dcl_input v0.xyzw
dcl_input v1.xyzw
dcl_input v2.xyzw
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
dcl_output o2.xyzw
mov o0.xyzw, v0.xyzw
mov o1.xyzw, v1.xyzw
mov o2.xyzw, v2.xyzw
ret
`);
      const list = expected(geometry, topology, corners, out);
      const words = new Uint32Array(12 * list.length);
      list.forEach((outputs, i) => words.set(outputs.subarray(0, 12), 12 * i));
      const listKey: PipelineKey = {
        topology: ({ 1: 'POINTLIST', 2: 'LINELIST', 3: 'TRIANGLELIST' } as const)[out],
        targets,
        attributes: [0, 1, 2].map((register) => ({
          register,
          buffer: 0,
          format: 'R32G32B32A32_UINT',
          step: 'vertex',
        })),
      };
      const wanted = await draw(
        dawn,
        translate({ vertex: plain, pixel }, listKey),
        listKey,
        {
          count: list.length,
          attributes: [0, 16, 32].map((offset) => ({ offset, stride: 48 })),
          vertexBuffers: [new Uint8Array(words.buffer)],
        },
        out2,
      );
      expect(new Set(wanted[0]).size).toBeGreaterThan(2);
      expect(got.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
        wanted.map((bytes) => Buffer.from(bytes).toString('hex')),
      );
    },
  );
});
