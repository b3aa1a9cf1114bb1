import { encodeShader, Vgpu10Error } from '../src/index.js';
import { ownShaders } from './corpus.js';
import type { Random } from './random.js';
import { randomProgram } from './random-program.js';

/** Tokens as a hostile guest could bind them: seldom a shader, often nearly one. */
export function hostileWords(random: Random): Uint32Array {
  const words = random.pick(kinds)(random);
  if (random.chance(0.9) && words.length > 1) {
    words[0] = random.pick(versions);
    words[1] = random.chance(0.95) ? words.length : random.word();
  }
  return words;
}

const versions = [0x40, 0x10040, 0x20040, 0x41, 0x10041, 0x50, 0x50050];
const kinds = [noise, statements, mutated, mutated, spliced, programs];

function noise(random: Random): Uint32Array {
  return Uint32Array.from({ length: random.below(40) }, () => random.word());
}

/** Opcode tokens with lengths that often fit, and words behind them that often are operands. */
function statements(random: Random): Uint32Array {
  const words = [0, 0];
  while (words.length < 40) {
    const length = random.chance(0.8) ? 1 + random.below(9) : random.below(128);
    words.push(
      ((random.below(220) | (length << 24)) ^ (random.chance(0.2) ? random.bits() & 0x80fff800 : 0)) >>> 0,
    );
    for (let i = 1; i < length; i++) {
      words.push(random.chance(0.6) ? random.pick(operandTokens) : random.word());
    }
  }
  return Uint32Array.from(words);
}

/** r#.xyzw, r#.x, cb#[#], v#, o# with a mask, l(), s#, t#, x#[r + #], with a modifier. */
const operandTokens = [
  0x00100e46, 0x0010000a, 0x00208e46, 0x00101e46, 0x001020f2, 0x00004001, 0x00004002, 0x00106000, 0x00107e46,
  0x06203e46, 0x0010000a, 0x80100e46, 0x00000041, 0, 1,
];

const longOnes = ownShaders.filter(({ words }) => words.length > 300);
const others = ownShaders.filter((shader) => !longOnes.includes(shader));

function anyOwn(random: Random): Uint32Array {
  return random.pick(random.chance(0.01) ? longOnes : others).words.slice();
}

function mutated(random: Random): Uint32Array {
  const words = anyOwn(random);
  for (let changes = 1 + random.below(6); changes > 0; changes--) {
    const at = random.below(words.length);
    words[at] = random.chance(0.5) ? words[at] ^ (1 << random.below(32)) : random.word();
  }
  return words;
}

/** The start of a shader, and the end of another one. */
function spliced(random: Random): Uint32Array {
  const [first, second] = [anyOwn(random), anyOwn(random)];
  return Uint32Array.from([
    ...first.subarray(0, random.below(first.length)),
    ...second.subarray(random.below(second.length)),
  ]);
}

function programs(random: Random): Uint32Array {
  try {
    return encodeShader(randomProgram(random, 4));
  } catch (error) {
    if (error instanceof Vgpu10Error) {
      return new Uint32Array(2);
    }
    throw error;
  }
}
