import { parseShader, ShaderInterpreter, type Program } from '@cg/vgpu10';
import type { DawnProcess } from '@cg/dawn';
import { attributeRow, translate, type PipelineKey } from '../src/index.js';
import { render, withData } from './dawn/dawn-shaders.js';

const SIZE = 64;
/** The operands that one draw takes at most: a point each. */
export const RUNS = SIZE * SIZE;

/** Four words of each of three operands, for each run. */
export type Operands = Uint32Array;
export const OPERAND_WORDS = 12;

const pixelShader = parseShader(`ps_4_0
dcl_input_ps constant v1.xyzw
dcl_input_ps constant v2.xyzw
dcl_output o0.xyzw
dcl_output o1.xyzw
mov o0.xyzw, v1.xyzw
mov o1.xyzw, v2.xyzw
ret
`);

/** A vertex shader that has operands in v1 to v3 and writes results to o1 and o2. */
export function vertexShader(code: string, declarations = ''): Program {
  return parseShader(`vs_4_0
dcl_input v0.xyzw
dcl_input v1.xyzw
dcl_input v2.xyzw
dcl_input v3.xyzw
dcl_output_siv o0.xyzw, position
dcl_output o1.xyzw
dcl_output o2.xyzw
${declarations}
mov o0.xyzw, v0.xyzw
${code}
ret
`);
}

const STRIDE = 16 + 4 * OPERAND_WORDS;
const attributes = [0, 1, 2, 3].map((register) => ({
  register,
  buffer: 0,
  format: register === 0 ? 'R32G32B32A32_FLOAT' : 'R32G32B32A32_UINT',
  step: 'vertex',
})) satisfies PipelineKey['attributes'];

const key: PipelineKey = { topology: 'POINTLIST', attributes, targets: [{ type: 'uint' }, { type: 'uint' }] };

/** What a shader makes of operands on Dawn: eight words for each run. */
export async function runOnDawn(
  dawn: DawnProcess,
  program: Program,
  operands: Operands,
): Promise<Uint32Array> {
  const runs = operands.length / OPERAND_WORDS;
  const translation = translate({ vertex: program, pixel: pixelShader }, key);
  const vertices = new Uint32Array((runs * STRIDE) / 4);
  const positions = new Float32Array(vertices.buffer);
  for (let run = 0; run < runs; run++) {
    const at = (run * STRIDE) / 4;
    const [x, y] = [run % SIZE, Math.floor(run / SIZE)];
    positions.set([((x + 0.5) / SIZE) * 2 - 1, 1 - ((y + 0.5) / SIZE) * 2, 0, 1], at);
    vertices.set(operands.subarray(OPERAND_WORDS * run, OPERAND_WORDS * (run + 1)), at + 4);
  }
  const draw = new Uint32Array(4 * translation.draw.rows);
  draw.set([0, 0, runs, 1]);
  attributes.forEach(({ format }, i) => {
    const offset = 16 * i;
    draw.set(
      attributeRow(format, { offset, stride: STRIDE, size: vertices.byteLength }),
      4 * translation.draw.attributes[i],
    );
  });
  const bindings = withData(translation, ({ resource }) =>
    resource.kind === 'drawConstants' ? draw : vertices,
  );
  const target = { format: 'rgba32uint', bytes: 16 };
  const [first, second] = await render(dawn, {
    vertex: translation.vertex.code,
    pixel: translation.pixel?.code,
    bindings,
    targets: [target, target],
    topology: 'point-list',
    vertices: runs,
    size: [SIZE, SIZE],
  });
  const [a, b] = [first, second].map((bytes) => new Uint32Array(bytes.slice().buffer));
  const results = new Uint32Array(8 * runs);
  for (let run = 0; run < runs; run++) {
    results.set(a.subarray(4 * run, 4 * run + 4), 8 * run);
    results.set(b.subarray(4 * run, 4 * run + 4), 8 * run + 4);
  }
  return results;
}

/** The same in the interpreter. */
export function runInInterpreter(program: Program, operands: Operands): Uint32Array {
  const runs = operands.length / OPERAND_WORDS;
  const interpreter = new ShaderInterpreter(program);
  const results = new Uint32Array(8 * runs);
  const inputs = new Uint32Array(16);
  for (let run = 0; run < runs; run++) {
    inputs.set(operands.subarray(OPERAND_WORDS * run, OPERAND_WORDS * (run + 1)), 4);
    results.set(interpreter.vertex(inputs).outputs.subarray(4, 12), 8 * run);
  }
  return results;
}
