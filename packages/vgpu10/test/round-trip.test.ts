import { seeds, seedsTimeout } from '@cg/vitest-config/seeds';
import { expect, it } from 'vitest';
import {
  decodeShader,
  encodeShader,
  formatShader,
  parseShader,
  Vgpu10Error,
  type Program,
  type Statement,
} from '../src/index.js';
import { Random } from './random.js';
import { randomProgram } from './random-program.js';

/** The statements of a program that fit their 127 tokens, in tokens. */
function encodable(program: Program): Program {
  const fits = (statement: Statement): boolean => {
    try {
      encodeShader({ ...program, statements: [statement] });
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(Vgpu10Error);
      expect((error as Vgpu10Error).what).toMatch(/^a statement of \d+ tokens, more than 127$/);
      return false;
    }
  };
  return { ...program, statements: program.statements.filter(fits) };
}

it(
  'any program: encoded and decoded it is the same, and so is its text parsed',
  () => {
    let statements = 0;
    for (const seed of seeds(15)) {
      const program = encodable(randomProgram(new Random(seed), 40));
      const words = encodeShader(program);
      const decoded = decodeShader(words);
      const withoutPlaces = decoded.statements.map((statement) => ({ ...statement, at: 0 }));
      expect({ ...decoded, statements: withoutPlaces }, `seed ${seed}`).toEqual(program);
      const text = formatShader(decoded);
      expect(parseShader(text), `seed ${seed}\n${text}`).toEqual(decoded);
      expect(encodeShader(parseShader(text)), `seed ${seed}`).toEqual(words);
      statements += program.statements.length;
    }
    expect(statements).toBeGreaterThan(0);
  },
  seedsTimeout,
);
