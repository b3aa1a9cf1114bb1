import { isSoak, seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { describe, expect, it } from 'vitest';
import {
  checkShader,
  controlFlow,
  decodeShader,
  encodeShader,
  formatShader,
  inspectShader,
  parseShader,
  ShaderInterpreter,
  Vgpu10Error,
  type Program,
  type ShaderResources,
} from '../src/index.js';
import { ownShaders } from './corpus.js';
import { hostileWords } from './hostile-words.js';
import { Random } from './random.js';

const INPUTS_PER_SEED = 500;
const STEPS = 500;
/** Of so many inputs one is run, printed, parsed and so on. */
const THOROUGH = isSoak ? 100 : 10;

/** The value of a call; undefined if it throws the package's own error, whose place is in the words. */
function attempt<T>(call: () => T, places: number): T | undefined {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof Vgpu10Error)) {
      throw error;
    }
    if (!(error.at >= 0 && error.at <= places)) {
      throw new Error(`the place of «${error.message}» is not in ${places} words`, { cause: error });
    }
    return undefined;
  }
}

const registers = Uint32Array.from({ length: 128 }, (_, i) => Math.imul(i, 0x9e3779b9));
const constants = Array.from({ length: 15 }, () => registers);
const resources: ShaderResources = {
  sample: ({ coordinates }) => [coordinates[0] >>> 0, 1, 2, 3],
  load: ({ coordinates }) => [coordinates[0] >>> 0, 1, 2, 3],
  size: () => ({ width: 4, height: 4, depth: 4, layers: 4, levels: 3 }),
  sampleCount: () => 4,
  samplePosition: () => [0, 0],
};

function run(program: Program): void {
  const interpreter = new ShaderInterpreter(program, { maxSteps: STEPS });
  switch (program.type) {
    case 'VERTEX':
      interpreter.vertex(registers, { constants, resources });
      break;
    case 'PIXEL':
      interpreter.pixels(
        [0, 1, 2, 3].map(() => ({ inputs: registers })),
        { constants, resources },
      );
      break;
    default:
      interpreter.primitive({ vertices: [registers, registers, registers] }, { constants, resources });
  }
}

/** Compares word by word: `expect` would take most of the time. */
function expectSame(encoded: Uint32Array, words: Uint32Array): void {
  if (encoded.length !== words[1] || encoded.some((word, i) => word !== words[i])) {
    throw new Error(`encoded as ${[...encoded].join(' ')}`);
  }
}

/**
 * Decodes words and encodes them again; with `isThorough` everything else that can be done. True if they are a
 * shader.
 */
function tryAll(words: Uint32Array, isThorough: boolean): boolean {
  const program = attempt(() => decodeShader(words), words.length);
  if (program === undefined) {
    return false;
  }
  expectSame(encodeShader(program), words);
  if (isThorough) {
    inspectShader(program);
    checkShader(program);
    attempt(() => controlFlow(program.statements), words.length);
    attempt(() => run(program), words.length);
    expect(parseShader(formatShader(program))).toEqual(program);
  }
  return true;
}

it(
  'hostile tokens: decoded to the bit or refused with the place; whatever is decoded prints, is inspected and run',
  () => {
    let inputs = 0;
    let shaders = 0;
    for (const seed of seeds(8)) {
      const random = new Random(seed);
      for (let i = 0; i < INPUTS_PER_SEED; i++) {
        const words = hostileWords(random);
        try {
          shaders += tryAll(words, i % THOROUGH === 0) ? 1 : 0;
        } catch (error) {
          throw new Error(`seed ${seed}, input ${i}: ${[...words].join(' ')}`, { cause: error });
        }
        inputs++;
      }
    }
    if (isSoak) {
      process.stdout.write(`${inputs} hostile inputs, of which ${shaders} decode\n`);
    }
    expect(shaders).toBeGreaterThan(0);
  },
  seedsTimeout,
);

it(
  'hostile texts: parsed or refused with the line',
  () => {
    const texts = ownShaders.map(({ words }) => formatShader(decodeShader(words)));
    for (const seed of seeds(4)) {
      const random = new Random(seed);
      for (let i = 0; i < 100; i++) {
        const text = random.pick(texts).slice(0, 1500);
        const [at, other] = [random.below(text.length), random.below(text.length)];
        const piece = random.pick([
          text.slice(other, other + 5),
          String.fromCharCode(32 + random.below(95)),
          '',
          '\n',
          '[',
        ]);
        const changed = text.slice(0, at) + piece + text.slice(at + random.below(3));
        const program = attempt(() => parseShader(changed), changed.split('\n').length);
        if (program !== undefined) {
          expect(decodeShader(encodeShader(program)), changed).toEqual(program);
        }
      }
    }
  },
  seedsTimeout,
);

describe('lengths that lie', () => {
  const refusal = (at: number, what: string | RegExp) =>
    expect.objectContaining({ name: 'Vgpu10Error', code: 'EBADMSG', at, what: expect.stringMatching(what) });

  it.each([
    [[], 0, 'ends too soon'],
    [[0x40], 1, 'ends too soon'],
    [[0x40, 1], 1, 'a length of 1 tokens'],
    [[0x40, 3], 1, 'a length of 3 tokens, in 2 words'],
    [[0x40, 0xffffffff, 0], 1, 'a length of 4294967295 tokens'],
    [[0x60040, 2], 0, 'program type 6'],
    [[0x42, 2], 0, 'shader model 4.2'],
    [[0x140, 2], 0, 'shader model 4.0'],
    [[0x40, 3, 62], 2, 'a statement of 0 tokens'],
    [[0x40, 3, 0x0200003e], 2, 'a statement of 2 tokens, of which 1 are there'],
    [[0x40, 4, 0x0200003e, 0], 3, '1 tokens too many'],
    [[0x40, 3, 53], 2, 'custom data without a length'],
    [[0x40, 4, 53, 1], 2, 'a statement of 1 tokens'],
    [[0x40, 4, 53, 0xffffffff], 2, 'a statement of 4294967295 tokens'],
    [[0x40, 5, (3 << 11) | 53, 3, 7], 3, 'immediate constants of 1 words'],
    [[0x40, 4, (4 << 11) | 53, 2], 2, 'custom data class 4'],
    [[0x40, 3, 0x010000ff], 2, 'opcode 255'],
    [[0x40, 3, 0x01000070], 2, 'opcode 112'],
    [[0x40, 3, 0x01000036], 3, 'ends too soon'],
    [[0x40, 4, 0x02000036, 3], 3, 'an operand of N components'],
    [[0x40, 4, 0x02000036, 0x29000], 3, 'operand type 41'],
    [[0x40, 4, 0x02000036, 0xe], 3, 'selection mode 3'],
    [[0x40, 4, 0x02000036, 0x00500000], 3, 'index representation 1'],
    [[0x40, 4, 0x02000036, 0x80000000], 4, 'ends too soon'],
    [[0x40, 5, 0x03000036, 0x80000000, 0x41 | (4 << 6)], 4, 'extended operand token'],
    [[0x40, 5, 0x83000036, 1, 0], 2, 'an extended opcode token of MOV'],
    [[0x40, 5, 0x83000045, 4, 0], 3, 'extended opcode token 0x4'],
  ] as const)('%j', (words, at, what) => {
    expect(() => decodeShader(Uint32Array.from(words))).toThrow(refusal(at, what));
  });

  it('words behind the length are not looked at', () => {
    expect(decodeShader(Uint32Array.of(0x40, 2, 0xffffffff)).statements).toEqual([]);
  });
});

describe('work is bounded by the length', () => {
  /** How often the words of a shader are read in a call. */
  function reads(words: Uint32Array, call: (words: Uint32Array) => unknown): number {
    let count = 0;
    const counted = new Proxy(words, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'slice' && typeof value === 'function') {
          return (start: number, end: number) => {
            count += end - start;
            return target.slice(start, end);
          };
        }
        count += typeof key === 'string' && /^\d/.test(key) ? 1 : 0;
        return value;
      },
    });
    call(counted);
    return count;
  }

  const tokensOf = (line: string) => [...encodeShader(parseShader(`ps_4_0\n${line}`)).subarray(2)];
  const ofStatement = (statement: readonly number[], count: number) => {
    const words = Uint32Array.from(
      { length: 2 + statement.length * count },
      (_, i) => statement[(i - 2) % statement.length],
    );
    words[0] = 0x40;
    words[1] = words.length;
    return words;
  };

  it.each([
    ['MOV', [0x05000036, 0x001000f2, 0, 0x00100e46, 0]],
    ['the shortest', [0x0100003e]],
    ['indices of indices', tokensOf('mov r0.x, x0[x1[r0.x + 1].x + 2].x')],
    ['constants', [(3 << 11) | 53, 6, 1, 2, 3, 4]],
    ['operands without indices', tokensOf('udiv null, null, null, null')],
  ])('every word is read at most eight times, however many there are: %s', (name, statement) => {
    for (const count of [10, 1000, 4000]) {
      const words = ofStatement(statement, count);
      const isDecodable = attempt(() => decodeShader(words), words.length) !== undefined;
      // Operands are compared with one of the same hash before they are decoded.
      const most = 8 * words.length;
      expect(
        reads(words, (words) => attempt(() => decodeShader(words), words.length)),
        name,
      ).toBeLessThanOrEqual(most);
      expect(isDecodable).toBe(true);
    }
  });

  it('2^32 registers, elements, vertices and temps take no more memory than their declarations', () => {
    const text = [
      'gs_5_0',
      'dcl_temps 4294967295',
      'dcl_indexableTemp x4294967295[4294967295], 4294967295',
      'dcl_constantbuffer cb4294967295[4294967295], dynamicIndexed',
      'dcl_output o4294967295.xyzw',
      'dcl_maxout 4294967295',
      'dcl_indexrange v4294967295.x, 4294967295',
      'mov r4294967295.x, cb4294967295[r4294967295.x + 4294967295].x',
    ].join('\n');
    const program = parseShader(text);
    expect(inspectShader(program)).toMatchObject({
      temps: 2 ** 32 - 1,
      geometry: { maxVertices: 2 ** 32 - 1 },
    });
    expect(checkShader(program).length).toBeGreaterThan(5);
    expect(parseShader(formatShader(program))).toEqual(program);
    expect(() => new ShaderInterpreter(program)).toThrow(Vgpu10Error);
  });

  it('thousands of nested blocks print in a text in proportion', () => {
    const sizes = [1000, 2000].map((depth) => {
      const text = `ps_4_0\n${'if_z v0.x\n'.repeat(depth)}${'endif\n'.repeat(depth)}`;
      return formatShader(parseShader(text)).length;
    });
    expect(sizes[1]).toBeLessThan(2.1 * sizes[0]);
  });
});
