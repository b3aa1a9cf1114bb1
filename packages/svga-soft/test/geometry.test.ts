import { plainBlend, plainCall } from '@cg/svga-device/renderer-contract';
import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import { describe, expect, it } from 'vitest';
import { SoftRenderer } from '../src/index.js';
import { assembled, type Rest } from './assembly.js';
import { at, COLOR_PS, draw, element, pipeline, stage, TestSurface, whole } from './pipeline.js';

describe('topologies', () => {
  it.each([
    ['points', SVGA3D_PRIMITIVE.POINTLIST, 3, [0, 1, 2]],
    ['lines', SVGA3D_PRIMITIVE.LINELIST, 5, [0, 1, 2, 3]],
    ['triangles', SVGA3D_PRIMITIVE.TRIANGLELIST, 8, [0, 1, 2, 3, 4, 5]],
    ['a line strip', SVGA3D_PRIMITIVE.LINESTRIP, 4, [0, 1, 1, 2, 2, 3]],
    ['a triangle strip', SVGA3D_PRIMITIVE.TRIANGLESTRIP, 5, [0, 1, 2, 1, 3, 2, 2, 3, 4]],
    ['a fan, whose hub comes last', SVGA3D_PRIMITIVE.TRIANGLEFAN, 5, [1, 2, 0, 2, 3, 0, 3, 4, 0]],
    ['lines with adjacent vertices', SVGA3D_PRIMITIVE.LINELIST_ADJ, 8, [1, 2, 5, 6]],
    ['a line strip with adjacent vertices', SVGA3D_PRIMITIVE.LINESTRIP_ADJ, 5, [1, 2, 2, 3]],
    ['triangles with adjacent vertices', SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ, 6, [0, 2, 4]],
    [
      'a triangle strip with adjacent vertices',
      SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ,
      10,
      [0, 2, 4, 2, 6, 4, 4, 6, 8],
    ],
    ['nothing of patches', 11, 9, []],
    ['nothing of an unknown topology', 77, 9, []],
  ])('%s', (_, topology, count, numbers) => {
    expect(assembled(topology, count)).toEqual(numbers);
  });
});

describe('vertices', () => {
  const indexed = (bytes: Uint16Array | Uint32Array, offset = 0): Rest => ({
    indexBuffer: {
      surface: TestSurface.buffer(bytes),
      offset,
      indexBytes: bytes instanceof Uint16Array ? 2 : 4,
    },
  });

  it('come through 16 and 32 bit indices, from any offset, with a base', () => {
    const points = SVGA3D_PRIMITIVE.POINTLIST;
    expect(assembled(points, 3, indexed(Uint16Array.of(9, 5, 7, 1), 2), { indexed: true })).toEqual([
      5, 7, 1,
    ]);
    expect(
      assembled(points, 2, indexed(Uint32Array.of(9, 5, 7)), {
        indexed: true,
        firstVertex: 1,
        baseVertex: -3,
      }),
    ).toEqual([2, 4]);
    // From byte 1 on.
    expect(assembled(points, 1, indexed(Uint16Array.of(0x0500, 0x0600), 1), { indexed: true })).toEqual([5]);
    // Beyond the end, and without a buffer, indices are 0.
    expect(assembled(points, 3, indexed(Uint16Array.of(4, 3)), { indexed: true })).toEqual([4, 3, 0]);
    expect(assembled(points, 2, {}, { indexed: true, baseVertex: 6 })).toEqual([6, 6]);
  });

  it('begin strips and fans anew at an index of all bits set, and lists do not', () => {
    const strip = Uint16Array.of(1, 2, 3, 4, 0xffff, 5, 6, 7, 0xffff, 8, 9);
    expect(assembled(SVGA3D_PRIMITIVE.TRIANGLESTRIP, 11, indexed(strip), { indexed: true })).toEqual([
      1, 2, 3, 2, 4, 3, 5, 6, 7,
    ]);
    const fan = Uint16Array.of(1, 2, 3, 0xffff, 7, 8, 9);
    expect(assembled(SVGA3D_PRIMITIVE.TRIANGLEFAN, 7, indexed(fan), { indexed: true })).toEqual([
      2, 3, 1, 8, 9, 7,
    ]);
    const wide = Uint32Array.of(1, 2, 0xffff, 0xffff_ffff, 3, 4);
    expect(assembled(SVGA3D_PRIMITIVE.LINESTRIP, 6, indexed(wide), { indexed: true })).toEqual([
      1, 2, 2, 0, 3, 4,
    ]);
    expect(
      assembled(SVGA3D_PRIMITIVE.POINTLIST, 2, indexed(Uint16Array.of(1, 0xffff)), { indexed: true }),
    ).toEqual([1, 0]);
  });

  it('are numbered from 0, or by their index; instances from 0', () => {
    const vertex = stage(
      `
        vs_4_0
        dcl_input_siv v0.x, vertex_id
        dcl_input_siv v1.x, instance_id
        dcl_output_siv o0.xyzw, position
        dcl_output o1.x
        dcl_temps 1
        mov o0.xyzw, l(0.0, 0.0, 0.0, 1.0)
        utof r0.x, v0.x
        utof r0.y, v1.x
        mad o1.x, r0.y, l(10.0), r0.x
        ret
      `,
    );
    const points = SVGA3D_PRIMITIVE.POINTLIST;
    expect(assembled(points, 2, { vertex }, { firstVertex: 5, instanceCount: 2, firstInstance: 3 })).toEqual([
      0, 1, 10, 11,
    ]);
    expect(
      assembled(points, 2, { vertex, ...indexed(Uint16Array.of(7, 4)) }, { indexed: true, baseVertex: 2 }),
    ).toEqual([7, 4]);
  });

  it('advance by instances, at a step rate', () => {
    const of = (instanceDataStepRate: number, firstInstance = 0) =>
      assembled(
        SVGA3D_PRIMITIVE.POINTLIST,
        1,
        {
          inputLayout: {
            elements: [element('R32_FLOAT', 0, 0, { inputSlotClass: 1, instanceDataStepRate })],
          },
        },
        { instanceCount: 5, firstInstance },
      );
    expect([of(1), of(2), of(0), of(2, 10)]).toEqual([
      [0, 1, 2, 3, 4],
      [0, 0, 1, 1, 2],
      [0, 0, 0, 0, 0],
      [10, 10, 11, 11, 12],
    ]);
  });

  it.each([
    ['R8G8B8A8_UNORM', [0, 255, 51, 255], [0, 1, 0.2, 1]],
    ['R8G8_SNORM', [127, 128], [1, -1, 0, 1]],
    ['B8G8R8A8_UNORM', [255, 0, 51, 0], [0.2, 0, 1, 0]],
    ['R16G16_FLOAT', [0, 0x3c, 0, 0xc0], [1, -2, 0, 1]],
    ['R10G10B10A2_UNORM', [0xff, 0x03, 0, 0xc0], [1, 0, 0, 1]],
    ['R32G32B32_FLOAT', [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0, 0], [1, 2, 0, 1]],
  ])('have the format %s, at any stride and offset', (format, bytes, expected) => {
    const buffer = new Uint8Array(3 + 2 * 21);
    buffer.set(bytes, 3 + 21 + 1);
    const out = new TestSurface('R32G32B32A32_FLOAT', 1, 1);
    const vertex = stage(
      `
        vs_4_0
        dcl_input v1.xyzw
        dcl_output_siv o0.xyzw, position
        dcl_output o1.xyzw
        mov o0.xyzw, l(0.0, 0.0, 0.0, 1.0)
        mov o1.xyzw, v1.xyzw
        ret
      `,
    );
    const surface = TestSurface.buffer(buffer);
    draw(
      pipeline(out, [], {
        vertex,
        topology: 2,
        inputLayout: { elements: [element(format, 1, 1)] },
        vertexBuffers: [{ surface, stride: 21, offset: 3 }],
      }),
      1,
      { firstVertex: 1 },
    );
    expect([...out.floats]).toEqual(expected.map((value) => Math.fround(value)));
  });

  it('are zeros beyond the size of the buffer, and so are indices', () => {
    const numbers = TestSurface.buffer(Float32Array.of(5, 6, 7, 8));
    const vertices = [{ surface: numbers, stride: 4, offset: 4, size: 8 }];
    const points = SVGA3D_PRIMITIVE.POINTLIST;
    expect(assembled(points, 3, { vertexBuffers: vertices })).toEqual([6, 7, 0]);
    const surface = TestSurface.buffer(Uint16Array.of(1, 1, 1, 1));
    const indexBuffer = { surface, offset: 2, size: 3, indexBytes: 2 as const };
    expect(assembled(points, 3, { indexBuffer }, { indexed: true })).toEqual([1, 0, 0]);
  });

  it('are zeros beyond the end of the buffer', () => {
    expect(assembled(SVGA3D_PRIMITIVE.POINTLIST, 3, {}, { firstVertex: 63 })).toEqual([63, 0, 0]);
  });
});

describe('interpolation', () => {
  const size = { width: 4, height: 1 };
  const strip = (mode: string, corners: readonly number[][]) => {
    const target = new TestSurface('R32_FLOAT', 4, 1);
    draw(pipeline(target, corners, { pixel: stage(COLOR_PS.replace('linear', mode)) }), 3);
    return [...target.floats];
  };
  // A triangle over the window, twice as wide, with w from 1 to 3.
  const corners = [at(size, 0, 0, [1], 0, 1), at(size, 8, 0, [5], 0, 3), at(size, 0, 2, [1], 0, 1)].map(
    (vertex) => [...vertex, 0, 0, 0],
  );

  it('is that of the first vertex, linear in space, or in the window', () => {
    const shares = [0.5, 1.5, 2.5, 3.5].map((x) => x / 8);
    expect(strip('constant', corners)).toEqual([1, 1, 1, 1]);
    expect(strip('linear noperspective', corners)).toEqual(shares.map((s) => Math.fround(1 + 4 * s)));
    const expected = shares.map((s) => 1 + (4 * s) / 3 / (1 - s + s / 3));
    strip('linear', corners).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  it('keeps equal values as they are', () => {
    const equal = [0.1, 0.7, 1.3].map((w, i) => [
      ...at(size, [0, 8, 0][i], [0, 0, 2][i], [0.3, 0, 0, 0], 0, w),
    ]);
    expect(strip('linear', equal)).toEqual([0, 0, 0, 0].map(() => Math.fround(0.3)));
  });

  it('is at a covered sample for centroids', () => {
    // Only the lower left sample of the first pixel is covered: x 2/16, y 10/16.
    const target = new TestSurface('R32_FLOAT', 4, 1, { samples: 4 });
    const places = [
      [0, 0.4],
      [0.2, 0.7],
      [0, 1],
    ];
    const triangle = places.map(([x, y]) => at(size, x, y, [x, 0, 0, 0]));
    draw(pipeline(target, triangle, { pixel: stage(COLOR_PS.replace('linear', 'linear centroid')) }), 3);
    expect(target.floats[8]).toBeCloseTo(2 / 16, 2);
  });

  it('gives position, face and primitive to those who ask for them', () => {
    const target = new TestSurface('R32G32B32A32_FLOAT', 4, 4);
    const pixel = stage(
      'ps_4_0\ndcl_input_ps_siv linear v0.xyzw, position\ndcl_output o0.xyzw\nmov o0.xyzw, v0.xyzw\nret\n',
    );
    const corners = whole().map(([x, y]) => [x * 2, y * 2, 0.5, 2, 0, 0, 0, 0]);
    draw(pipeline(target, corners, { pixel }), 6);
    expect([...target.floats.subarray(4 * 6, 4 * 7)]).toEqual([2.5, 1.5, 0.25, 2]);
    const ids = new TestSurface('R32G32B32A32_UINT', 2, 2);
    const number = stage(
      `
        ps_4_0
        dcl_input_ps_sgv constant v2.x, is_front_face
        dcl_input_ps_sgv constant v3.x, primitive_id
        dcl_output o0.xyzw
        mov o0.xyzw, v2.xxxx
        mov o0.y, v3.x
        ret
      `,
    );
    draw(pipeline(ids, [...whole().slice(0, 3), ...whole().slice(3).toReversed()], { pixel: number }), 6);
    expect([...ids.words.subarray(0, 2)]).toEqual([0xffff_ffff, 0]);
    expect([...ids.words.subarray(12, 14)]).toEqual([0, 1]);
  });
});

describe('clip and cull distances', () => {
  const withDistance = (name: string) =>
    stage(
      `
        vs_4_0
        dcl_input v0.xyzw
        dcl_input v1.xyzw
        dcl_output_siv o0.xyzw, position
        dcl_output_siv o2.x, ${name}
        mov o0.xyzw, v0.xyzw
        mov o2.x, v1.x
        ret
      `,
    );
  const lit = (name: string, distances: readonly number[]) => {
    const target = new TestSurface('R8_UNORM', 4, 4);
    const white = stage('ps_4_0\ndcl_output o0.xyzw\nmov o0.xyzw, l(1.0, 1.0, 1.0, 1.0)\nret\n');
    const corners = whole()
      .slice(0, 3)
      .map((vertex, i) => [...vertex.slice(0, 4), distances[i], 0, 0, 0]);
    draw(pipeline(target, corners, { vertex: withDistance(name), pixel: white }), 3);
    return [...target.ownImage.subarray(0, 4)].map((byte) => byte / 255);
  };

  it('leave out what is negative', () => {
    expect(lit('clip_distance', [-1, 1, -1])).toEqual([0, 0, 1, 0]);
    expect(lit('cull_distance', [-1, 1, -1])).toEqual([1, 1, 1, 0]);
    expect(lit('cull_distance', [-1, -1, -1])).toEqual([0, 0, 0, 0]);
    expect(lit('clip_distance', [NaN, NaN, NaN])).toEqual([0, 0, 0, 0]);
  });
});

describe('geometry shaders', () => {
  const shader = (input: string, output: string, body: string) =>
    stage(`
    gs_4_0
    dcl_inputprimitive ${input}
    dcl_outputtopology ${output}
    dcl_input v[6][1].x
    dcl_output_siv o0.xyzw, position
    dcl_output o1.x
    dcl_maxout 8
    mov o0.xyzw, l(0.0, 0.0, 0.0, 1.0)
    ${body}
    ret
  `);
  const give = (...values: string[]) =>
    values.map((value) => (value === 'cut' ? 'cut' : `mov o1.x, ${value}\nemit`)).join('\n');

  it('get adjacent vertices, and give out strips that are made lists of', () => {
    const geometry = shader(
      'triangleadj',
      'trianglestrip',
      give(
        'v[0][1].x',
        'v[1][1].x',
        'v[2][1].x',
        'v[3][1].x',
        'cut',
        'v[4][1].x',
        'v[5][1].x',
        'v[0][1].x',
        'cut',
        'v[0][1].x',
      ),
    );
    expect(assembled(SVGA3D_PRIMITIVE.TRIANGLELIST_ADJ, 6, { geometry })).toEqual([
      0, 1, 2, 1, 3, 2, 4, 5, 0,
    ]);
    const order = shader('triangleadj', 'pointlist', give(...[0, 1, 2, 3, 4, 5].map((i) => `v[${i}][1].x`)));
    expect(assembled(SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ, 8, { geometry: order })).toEqual([
      0, 1, 2, 6, 4, 3, 2, 5, 6, 7, 4, 0,
    ]);
    const lines = shader('point', 'linestrip', give('v[0][1].x', 'l(50.0)', 'l(51.0)'));
    expect(assembled(SVGA3D_PRIMITIVE.POINTLIST, 1, { geometry: lines })).toEqual([0, 50, 50, 51]);
  });

  it('know the number of the primitive, and do not run for others than theirs', () => {
    const geometry = shader('point', 'pointlist', 'utof o1.x, vPrim\nemit').shader;
    const withId = { ...stage(COLOR_PS), shader: geometry };
    expect(assembled(SVGA3D_PRIMITIVE.POINTLIST, 3, { geometry: withId })).toEqual([0, 1, 2]);
    expect(assembled(SVGA3D_PRIMITIVE.LINELIST, 4, { geometry: withId })).toEqual([]);
  });

  it('choose layer and viewport', () => {
    const target = new TestSurface('R8_UNORM', 2, 1, { layers: 3 });
    const geometry = stage(`
      gs_4_0
      dcl_inputprimitive point
      dcl_outputtopology pointlist
      dcl_input v[1][0].xyzw
      dcl_input v[1][1].x
      dcl_output_siv o0.xyzw, position
      dcl_output_siv o1.x, rendertarget_array_index
      dcl_output_siv o2.x, viewport_array_index
      dcl_maxout 1
      mov o0.xyzw, v[0][0].xyzw
      ftoi o1.x, v[0][1].x
      ftoi o2.x, v[0][1].x
      emit
      ret
    `);
    const viewports = [0, 1, 1].map((x) => ({ x, y: 0, width: 1, height: 1, minDepth: 0, maxDepth: 1 }));
    const pixel = stage('ps_4_0\ndcl_output o0.xyzw\nmov o0.xyzw, l(1.0, 1.0, 1.0, 1.0)\nret\n');
    const points = [0, 1, 2, 7].map((layer) => [0, 0, 0, 1, layer, 0, 0, 0]);
    const add = plainBlend({ blendEnable: 1, srcBlend: 12, destBlend: 2 });
    draw(
      pipeline(target, points, {
        topology: 2,
        geometry,
        pixel,
        viewports,
        blend: add,
        blendFactor: [0.2, 0.2, 0.2, 0.2],
      }),
      4,
    );
    // What is not there is the first one.
    expect([...target.ownImage]).toEqual([102, 0, 0, 51, 0, 51]);
  });
});

describe('bounds', () => {
  it.each([
    ['vertices', { vertexCount: 2 ** 32 - 1 }],
    ['instances of nothing', { vertexCount: 1, instanceCount: 2 ** 32 - 1 }],
    ['indices', { vertexCount: 2 ** 32 - 1, indexed: true }],
  ])('end a draw of too many %s', (_, of) => {
    const soft = new SoftRenderer({ maxDrawWork: 100_000 });
    soft.draw(pipeline(new TestSurface('R8_UNORM', 4, 4), whole()), plainCall(3, of));
    expect(soft.endedDraws).toBe(1);
  });

  it('end a shader that does not', () => {
    const soft = new SoftRenderer({ maxDrawWork: 1_000_000, maxShaderSteps: 10_000 });
    const target = new TestSurface('R8_UNORM', 64, 64);
    const pixel = stage(
      'ps_4_0\ndcl_output o0.xyzw\nloop\nendloop\nmov o0.xyzw, l(1.0, 1.0, 1.0, 1.0)\nret\n',
    );
    soft.draw(pipeline(target, whole(), { pixel }), plainCall(6));
    expect(soft.endedDraws).toBe(1);
    expect(target.ownImage.every((byte) => byte === 0)).toBe(true);
  });
});
