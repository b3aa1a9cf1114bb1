import type { DrawCall, PipelineState, StreamOutput } from '@cg/svga-device';
import { draw, element, pipeline, stage, TestSurface } from './pipeline.js';

export type Rest = Partial<PipelineState>;

/** Streams out position and attribute of every vertex; the attribute's first component numbers vertices. */
const NUMBER_VS = `
  vs_4_0
  dcl_input v0.x
  dcl_output_siv o0.xyzw, position
  dcl_output o1.x
  mov o0.xyzw, l(0.0, 0.0, 0.0, 1.0)
  mov o1.x, v0.x
  ret
`;

export function streamTo(
  surface: TestSurface,
  rest: Partial<NonNullable<StreamOutput['targets'][0]>> = {},
  stride = 4,
): StreamOutput {
  return {
    layout: { elements: [{ buffer: 0, register: 1, mask: 1 }], strides: [stride, 0, 0, 0] },
    targets: [{ surface, offset: 0, size: surface.ownImage.length, appends: false, ...rest }],
  };
}

/** The numbers of the vertices of all primitives in the order in which they are assembled. */
export function assembled(
  topology: number,
  vertexCount: number,
  rest: Rest = {},
  of: Partial<DrawCall> = {},
): number[] {
  const out = TestSurface.buffer(new Float32Array(64).fill(-1));
  const numbers = TestSurface.buffer(Float32Array.from({ length: 64 }, (_, i) => i));
  const state = pipeline(new TestSurface('R8_UNORM', 1, 1), [], {
    topology,
    vertex: stage(NUMBER_VS),
    pixel: undefined,
    inputLayout: { elements: [element('R32_FLOAT', 0, 0)] },
    vertexBuffers: [{ surface: numbers, stride: 4, offset: 0 }],
    streamOutput: streamTo(out),
    ...rest,
  });
  draw(state, vertexCount, of);
  return [...out.floats].filter((number) => number >= 0);
}
