import { expect, it } from 'vitest';
import { decodeShader } from './decode.js';

it('an empty pixel shader 4.0', () => {
  expect(decodeShader(Uint32Array.of(0x40, 2))).toEqual({
    type: 'PIXEL',
    major: 4,
    minor: 0,
    statements: [],
  });
});
