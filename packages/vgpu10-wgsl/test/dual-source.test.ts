import { parseShader } from '@cg/vgpu10';
import { afterAll, describe, expect, it } from 'vitest';
import { translate, type PipelineKey } from '../src/index.js';
import { compile, startShaders } from './dawn/dawn-shaders.js';

const { processes } = await startShaders();
afterAll(() => processes.forEach((dawn) => dawn.kill()));
const able = processes.filter(({ adapter }) => adapter.features.includes('dual-source-blending'));

const vertex = parseShader(`vs_4_0
dcl_input v0.xyzw
dcl_output_siv o0.xyzw, position
mov o0.xyzw, v0.xyzw
ret
`);

function writing(registers: readonly number[]) {
  const lines = registers.flatMap((register) => [
    `dcl_output o${register}.xyzw`,
    `mov o${register}.xyzw, l(1.0, 0.5, 0.25, 0.125)`,
  ]);
  return parseShader(`ps_4_0\n${lines.join('\n')}\nret\n`);
}

const targets: Record<string, NonNullable<PipelineKey['targets']>> = {
  floats: [{ type: 'float' }],
  'an alpha target': [{ type: 'float', components: 'aaaa' }],
  'no target': [undefined],
};

it('Dawn’s null backend has dual-source blending', ({ skip }) => {
  if (processes.length === 0) {
    skip('no Dawn');
  }
  expect(able.length).toBeGreaterThan(0);
});

describe.each(able)('a pixel shader with a second source compiles on $adapter.name', (dawn) => {
  it.each([[[]], [[0]], [[1]], [[0, 1]], [[1, 2]], [[0, 1, 2]], [[2]]])(
    'whichever it writes: %j',
    async (registers) => {
      const codes = Object.values(targets).map(
        (each) =>
          translate(
            { vertex, pixel: writing(registers) },
            {
              topology: 'TRIANGLELIST',
              targets: each,
              dualSource: true,
              features: ['dual-source-blending'],
            },
          ).pixel!.code,
      );
      expect(await compile(dawn, codes)).toEqual(codes.map(() => []));
    },
  );
});
