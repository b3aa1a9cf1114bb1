import type { PipelineState } from '@cg/svga-device';
import { plainCall, plainRasterizer } from '@cg/svga-device/renderer-contract';
import { SVGA3D_PRIMITIVE } from '@cg/svga-protocol';
import { seededDraw } from '@cg/svga-protocol/random-commands';
import {
  buffer,
  element,
  fullState,
  same,
  stage,
  surface,
  target,
  type Bench,
  type Scenario,
} from './bench.js';

const SIDE = 32;
const VERTICES = 60;
const INSTANCES = 5;
const LONG = 12_000;

/** What a draw is made of, beside its topology. */
interface Kind {
  readonly indexed: boolean;
  readonly numbers: boolean;
  /** Of a geometry shader. */
  readonly primitive?: string;
}

/** Numbers of vertices and instances, and instance data of a rate of two. */
function vertexText({ numbers }: Kind): string {
  const lines = [
    'vs_4_0',
    'dcl_input v0.xy',
    'dcl_input v1.x',
    'dcl_input v2.x',
    'dcl_input_siv v3.x, vertex_id',
    'dcl_input_siv v4.x, instance_id',
    'dcl_output_siv o0.xyzw, position',
    'dcl_output o1.x',
    'dcl_temps 1',
    'mov o0.xy, v0.xyxx',
    'mov o0.zw, l(0.0, 0.0, 0.5, 1.0)',
    'imad r0.x, v2.x, l(1000), v1.x',
    ...(numbers ? ['imad r0.x, v3.x, l(77), r0.x', 'imad r0.x, v4.x, l(5333), r0.x'] : []),
    'mov o1.x, r0.x',
    'ret',
  ];
  return `${lines.join('\n')}\n`;
}

const CORNERS: Readonly<Record<string, number>> = {
  point: 1,
  line: 2,
  triangle: 3,
  lineadj: 4,
  triangleadj: 6,
};

function geometryText(primitive: string): string {
  const corners = CORNERS[primitive];
  const topology = primitive.startsWith('point')
    ? 'pointlist'
    : primitive.startsWith('line')
      ? 'linestrip'
      : 'trianglestrip';
  // Twice: parts may begin amid what is given out for a primitive.
  const given = ['xyzw', 'yxzw'].flatMap((swizzle) => [
    ...Array.from({ length: corners }, (_, i) => [
      `mov o0.xyzw, v[${i}][0].${swizzle}`,
      `imad o1.x, vPrim, l(31), v[${i}][1].x`,
      'emit',
    ]).flat(),
    'cut',
  ]);
  return [
    'gs_4_0',
    `dcl_input_siv v[${corners}][0].xyzw, position`,
    `dcl_input v[${corners}][1].x`,
    'dcl_input vPrim',
    `dcl_inputprimitive ${primitive}`,
    `dcl_outputtopology ${topology}`,
    'dcl_output_siv o0.xyzw, position',
    'dcl_output o1.x',
    `dcl_maxout ${2 * corners}`,
    ...given,
    'ret\n',
  ].join('\n');
}

/** With a loop, of which it has one turn, the draw may cost so much that it has parts. */
function pixelText(loops: boolean, numbers: boolean): string {
  return [
    'ps_4_0',
    'dcl_input_ps constant v1.x',
    ...(numbers ? ['dcl_input_ps_sgv constant v2.x, primitive_id'] : []),
    'dcl_output o0.x',
    'dcl_temps 1',
    ...(loops ? ['loop', '  breakc_nz l(1)', 'endloop'] : []),
    numbers ? 'imad r0.x, v2.x, l(100003), v1.x' : 'mov r0.x, v1.x',
    'mov o0.x, r0.x',
    'ret\n',
  ].join('\n');
}

const topologies: readonly (readonly [
  name: keyof typeof SVGA3D_PRIMITIVE,
  primitive: string,
  count?: number,
])[] = [
  ['POINTLIST', 'point', LONG],
  ['LINELIST', 'line'],
  ['LINESTRIP', 'line'],
  ['TRIANGLELIST', 'triangle'],
  ['TRIANGLESTRIP', 'triangle'],
  ['TRIANGLEFAN', 'triangle'],
  ['LINELIST_ADJ', 'lineadj'],
  ['LINESTRIP_ADJ', 'lineadj'],
  ['TRIANGLELIST_ADJ', 'triangleadj'],
  ['TRIANGLESTRIP_ADJ', 'triangleadj'],
];

type Topology = (typeof topologies)[number];

/** What is drawn, but for the pixel shader and the targets. */
function drawnState([name, , count = VERTICES]: Topology, kind: Kind): Partial<PipelineState> {
  const draw = seededDraw(SVGA3D_PRIMITIVE[name]);
  const corners = Float32Array.from({ length: 2 * count }, () => draw(1024) / 400 - 1.2);
  const values = Uint32Array.from({ length: count }, () => draw(1000));
  // In a list it is the number of a vertex, with which SwiftShader draws any other one.
  const restarts = /STRIP|FAN/.test(name);
  const indices = Uint32Array.from({ length: count }, () =>
    restarts && draw(9) === 0 ? 0xffffffff : draw(count),
  );
  const instanced = { inputSlot: 2, inputSlotClass: 1, instanceDataStepRate: 2 };
  return {
    topology: SVGA3D_PRIMITIVE[name],
    rasterizer: plainRasterizer,
    vertex: stage(vertexText(kind)),
    geometry: kind.primitive === undefined ? undefined : stage(geometryText(kind.primitive)),
    inputLayout: {
      elements: [
        element(0, 'R32G32_FLOAT'),
        element(1, 'R32_UINT', { inputSlot: 1 }),
        element(2, 'R32_UINT', instanced),
      ],
    },
    vertexBuffers: [
      { surface: buffer(corners), stride: 8, offset: 0 },
      { surface: buffer(values), stride: 4, offset: 0 },
      { surface: buffer(Uint32Array.of(9, 8, 7, 6, 5)), stride: 4, offset: 0 },
    ],
    indexBuffer: { surface: buffer(indices), offset: 0, indexBytes: 4 },
  };
}

/** Draws at once, and in parts. */
async function compareParts(bench: Bench, topology: Topology, kind: Kind): Promise<void> {
  const [, , count = VERTICES] = topology;
  const { indexed, numbers, primitive } = kind;
  const usesId =
    numbers && primitive === undefined && bench.device.features.has('primitive-index' as GPUFeatureName);
  const state = drawnState(topology, kind);
  const pictures: Uint8Array[] = [];
  const submissions: number[] = [];
  for (const loops of [false, true]) {
    const of = surface('R32_UINT', SIDE, SIDE);
    const before = bench.renderer.statistics.submissions;
    const call = { indexed, firstVertex: 2, instanceCount: INSTANCES, firstInstance: 1 };
    await bench.draw(
      fullState(stage(pixelText(loops, usesId)), [target(of)], state),
      plainCall(count - 2, call),
    );
    pictures.push(await bench.read(of));
    submissions.push(bench.renderer.statistics.submissions - before);
  }
  const what = JSON.stringify(kind);
  same(bench.omissions, [], `${what}: omissions`);
  same(new Set(pictures[0]).size > 1, true, `${what}: something is drawn`);
  same(pictures[1], pictures[0], `${what}: in parts`);
  same(submissions[1] > submissions[0] + 1, true, `${what}: ${submissions.join(', ')} submissions`);
}

function scenario(topology: Topology, primitive: string | undefined): Scenario {
  return async (open) => {
    for (const numbers of [false, true]) {
      for (const indexed of [false, true]) {
        const kind = { indexed, numbers, ...(primitive !== undefined && { primitive }) };
        await compareParts(await open({ maxDrawMilliseconds: 600_000 }), topology, kind);
      }
    }
  };
}

export const partScenarios: Record<string, Scenario> = Object.fromEntries(
  topologies.flatMap((topology): [string, Scenario][] => [
    [`in parts as at once: ${topology[0]}`, scenario(topology, undefined)],
    [`in parts as at once: ${topology[0]} with a geometry shader`, scenario(topology, topology[1])],
  ]),
);
