import { describe, expect, it } from 'vitest';
import {
  checkShader,
  controlFlow,
  decodeShader,
  encodeShader,
  formatShader,
  inspectShader,
  isInstruction,
  parseShader,
  ShaderInterpreter,
  type Program,
  type ShaderBindings,
} from '../src/index.js';
import { givenShaders, ownShaders, type CorpusShader } from './corpus.js';

const given = givenShaders();

/** Registers of floats, some of small integers. */
const registers = Uint32Array.from({ length: 4 * 64 }, (_, i) =>
  i % 5 === 0 ? i : new Uint32Array(Float32Array.of((i - 90) / 16).buffer)[0],
);

const bindings: ShaderBindings = {
  constants: Array.from({ length: 15 }, () => registers),
  resources: {
    sample: () => [0x3f800000, 0x3f000000, 0, 0x3f800000],
    load: () => [1, 2, 3, 4],
    size: () => ({ width: 16, height: 8, depth: 4, layers: 6, levels: 5 }),
    sampleCount: () => 4,
    samplePosition: () => [0.25, -0.25],
  },
};

/** Runs a shader once: its outputs. */
function run(program: Program): unknown {
  const interpreter = new ShaderInterpreter(program);
  switch (program.type) {
    case 'VERTEX':
      return interpreter.vertex(registers, bindings);
    case 'PIXEL':
      return interpreter.pixels(
        [0, 1, 2, 3].map(() => ({ inputs: registers })),
        bindings,
      );
    default:
      return interpreter.primitive({ vertices: [0, 1, 2, 3, 4, 5].map(() => registers) }, bindings);
  }
}

describe.each([
  ['our own shaders', ownShaders],
  ['CG_SHADERS', given],
] as const)('%s', (_, shaders) => {
  const each = (rule: string, check: (program: Program, shader: CorpusShader) => void) =>
    it.skipIf(shaders.length === 0)(rule, () => {
      for (const shader of shaders) {
        expect(() => check(decodeShader(shader.words), shader), shader.name).not.toThrow();
      }
    });

  each('encode to the words they were decoded from', (program, { words }) => {
    expect(encodeShader(program)).toEqual(words.slice(0, words[1]));
  });

  each('print to a text that parses to the same program, places included', (program) => {
    expect(parseShader(formatShader(program))).toEqual(program);
    expect(parseShader(formatShader(program, { places: true }))).toEqual(program);
  });

  each('break no rule', (program) => {
    expect(checkShader(program)).toEqual([]);
  });

  each('use what they declare, as inspectShader lists it', (program) => {
    const { inputs, outputs, constantBuffers, resources, samplers, geometry, instructions } =
      inspectShader(program);
    const declarations = program.statements.filter((statement) => !isInstruction(statement));
    const named = (start: string) => declarations.filter(({ opcode }) => opcode.startsWith(start)).length;
    expect(inputs).toHaveLength(named('DCL_INPUT'));
    expect(outputs).toHaveLength(named('DCL_OUTPUT'));
    expect(constantBuffers).toHaveLength(named('DCL_CONSTANT_BUFFER'));
    expect(resources).toHaveLength(named('DCL_RESOURCE'));
    expect(samplers).toHaveLength(named('DCL_SAMPLER'));
    expect(geometry === undefined).toBe(program.type !== 'GEOMETRY');
    expect(instructions + declarations.length).toBe(program.statements.length);
    constantBuffers.forEach(({ elements, elementsUsed }) =>
      expect(elementsUsed).toBeLessThanOrEqual(elements),
    );
    // In Mesa's shaders a sampler is used with the resource of its number alone.
    resources.forEach(({ slot, samplers: used }) => used.forEach((sampler) => expect(sampler).toBe(slot)));
  });

  each('run to the same end each time', (program) => {
    expect(controlFlow(program.statements).ends).toHaveLength(program.statements.length);
    expect(run(program)).toEqual(run(program));
  });
});
