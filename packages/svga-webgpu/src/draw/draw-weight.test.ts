import { SVGA3D_FILLMODE, SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import type { PipelineState } from '@cg/svga-device';
import { plainCall, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { parseShader, inspectShader } from '@cg/vgpu10';
import { describe, expect, it } from 'vitest';
import { drawWeight } from './draw-weight.js';
import { planDraw } from './planned-draw.js';
import type { DecodedShader } from './shader-table.js';

const [WIDTH, HEIGHT] = [100, 50];
const AREA = WIDTH * HEIGHT;
const LINE = 2 * (WIDTH + HEIGHT);
const POINT = 4;

function decoded(text: string): DecodedShader {
  const program = parseShader(text);
  return { id: 0, program, interface: inspectShader(program) };
}

const vertex = decoded('vs_4_0\ndcl_output_siv o0.xyzw, position\nmov o0.xyzw, l(0, 0, 0, 0)\nret\n');
const pixel = decoded('ps_4_0\ndcl_output o0.xyzw\nmov o0.xyzw, l(0, 0, 0, 0)\nret\n');
const STATEMENTS = 2;

/** A geometry shader that gives out up to so many vertices. */
function geometry(primitive: string, corners: number, topology: string, most: number, layered = false) {
  return decoded(`gs_4_0
dcl_input_siv v[${corners}][0].xyzw, position
dcl_inputprimitive ${primitive}
dcl_outputtopology ${topology}
dcl_output_siv o0.xyzw, position
${layered ? 'dcl_output_siv o1.x, rendertarget_array_index\n' : ''}dcl_maxout ${most}
mov o0.xyzw, v[0][0].xyzw
ret
`);
}

function weightOf(
  topology: number,
  count: number,
  { instanceCount = 1, fillMode = SVGA3D_FILLMODE.FILL as number, samples = 1, layers = 1 } = {},
  ofGeometry?: DecodedShader,
) {
  const layout = { mips: [{ width: WIDTH, height: HEIGHT }], samples };
  const state = {
    topology,
    targets: [{ surface: { layout }, mip: 0, layers }],
    viewports: [{}],
    rasterizer: { ...plainRasterizer, fillMode },
    geometry: ofGeometry && {},
  } as unknown as PipelineState;
  const call = plainCall(count, { instanceCount });
  const shaders = { vertex, geometry: ofGeometry, pixel };
  return drawWeight(planDraw({ state, call, count, shaders, streams: false })!);
}

describe('a draw costs what its primitives may cover, and the vertices that it has', () => {
  it.each([
    ['POINTLIST', 12, 12, 12 * POINT],
    ['LINELIST', 12, 12, 6 * LINE],
    ['LINESTRIP', 12, 12, 11 * LINE],
    ['TRIANGLELIST', 12, 12, 4 * AREA],
    ['TRIANGLESTRIP', 12, 12, 10 * AREA],
    // These are listed.
    ['TRIANGLEFAN', 12, 30, 10 * AREA],
    ['LINELIST_ADJ', 12, 6, 3 * LINE],
    ['LINESTRIP_ADJ', 12, 18, 9 * LINE],
    ['TRIANGLELIST_ADJ', 12, 6, 2 * AREA],
    ['TRIANGLESTRIP_ADJ', 12, 12, 4 * AREA],
  ] as const)('%s of %d vertices', (topology, count, runs, pixels) => {
    for (const instanceCount of [1, 3]) {
      const weight = weightOf(SVGA3D_PRIMITIVE[topology], count, { instanceCount });
      expect(weight.vertices).toBe(instanceCount * runs * STATEMENTS);
      expect(weight.most - weight.vertices).toBe(instanceCount * pixels * STATEMENTS);
    }
  });

  it('each edge, or corner, of triangles that are not filled', () => {
    const lines = weightOf(SVGA3D_PRIMITIVE.TRIANGLELIST, 12, { fillMode: SVGA3D_FILLMODE.LINE });
    expect(lines.most - lines.vertices).toBe(12 * LINE * STATEMENTS);
    const points = weightOf(SVGA3D_PRIMITIVE.TRIANGLELIST, 12, { fillMode: SVGA3D_FILLMODE.POINT });
    expect(points.most - points.vertices).toBe(12 * POINT * STATEMENTS);
  });

  it('each sample', () => {
    const weight = weightOf(SVGA3D_PRIMITIVE.TRIANGLELIST, 12, { samples: 4 });
    expect(weight.most - weight.vertices).toBe(4 * 4 * AREA * STATEMENTS);
  });

  it('what a geometry shader may give out, which runs for each corner, with the vertices that it gets', () => {
    const strip = geometry('point', 1, 'trianglestrip', 6);
    const weight = weightOf(SVGA3D_PRIMITIVE.POINTLIST, 5, {}, strip);
    expect(weight.runs).toBe(5 * 4 * 3);
    expect(weight.vertices).toBe(weight.runs * 2 * STATEMENTS);
    expect(weight.most - weight.vertices).toBe(5 * 4 * AREA * STATEMENTS);
    const adjacent = weightOf(
      SVGA3D_PRIMITIVE.TRIANGLESTRIP_ADJ,
      8,
      {},
      geometry('triangleadj', 6, 'pointlist', 2),
    );
    expect(adjacent.vertices).toBe(2 * 2 * (6 + 1) * STATEMENTS);
    expect(adjacent.most - adjacent.vertices).toBe(2 * 2 * POINT * STATEMENTS);
  });

  it('the passes of stream output, whose loops have fewer turns where these have many runs', () => {
    const looping = decoded('vs_4_0\ndcl_output o0.x\nloop\nbreakc_nz l(1)\nendloop\nmov o0.x, l(0)\nret\n');
    const weigh = (count: number) => {
      const state = { topology: SVGA3D_PRIMITIVE.TRIANGLESTRIP, targets: [] } as unknown as PipelineState;
      const shaders = { vertex: looping, geometry: undefined, pixel: undefined };
      return drawWeight(planDraw({ state, call: plainCall(count), count, shaders, streams: true })!);
    };
    expect(weigh(3).loopTurns).toBe(2 ** 20);
    // A vertex runs again for each triangle that it belongs to.
    expect(weigh(2 ** 21).loopTurns).toBe(2 ** 10);
    expect(weigh(2 ** 21)).toMatchObject({ runs: 0, most: weigh(2 ** 21).stream });
  });

  it('a layer of the targets for each primitive, and the vertices again for each layer', () => {
    const layered = geometry('point', 1, 'trianglestrip', 3, true);
    const weight = weightOf(SVGA3D_PRIMITIVE.POINTLIST, 5, { layers: 4 }, layered);
    expect(weight.vertices).toBe(5 * 3 * 4 * 2 * STATEMENTS);
    expect(weight.most - weight.vertices).toBe(5 * AREA * STATEMENTS);
  });
});
