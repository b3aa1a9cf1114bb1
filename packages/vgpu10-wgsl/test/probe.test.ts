import { it } from 'vitest';
import { startShaders } from './dawn/dawn-shaders.js';
import { vertexShader, runOnDawn, runInInterpreter, RUNS, OPERAND_WORDS } from './arithmetic-runs.js';
import { Random, isNaNWord, floatOf, cornerWords } from './words.js';
const ops: Record<string, number> = {
  add: 2,
  mul: 2,
  mad: 3,
  div: 2,
  min: 2,
  max: 2,
  mov: 1,
  sqrt: 1,
  rsq: 1,
  exp: 1,
  log: 1,
  frc: 1,
  round_ne: 1,
  round_ni: 1,
  round_pi: 1,
  round_z: 1,
  dp2: 2,
  dp3: 2,
  dp4: 2,
  lt: 2,
  ge: 2,
  eq: 2,
  ne: 2,
  ieq: 2,
  ine: 2,
  ilt: 2,
  ige: 2,
  ult: 2,
  uge: 2,
  iadd: 2,
  imad: 3,
  umad: 3,
  imax: 2,
  imin: 2,
  umax: 2,
  umin: 2,
  ineg: 1,
  and: 2,
  or: 2,
  xor: 2,
  not: 1,
  ishl: 2,
  ishr: 2,
  ushr: 2,
  itof: 1,
  utof: 1,
  ftoi: 1,
  ftou: 1,
  movc: 3,
};
it('probe', { timeout: 600000 }, async () => {
  const { processes, missing } = await startShaders();
  console.log(
    missing,
    processes.map((p) => p.adapter.name),
  );
  const dawn = processes[0];
  const random = new Random(1);
  const operands = new Uint32Array(OPERAND_WORDS * RUNS);
  for (let i = 0; i < operands.length; i++) operands[i] = random.operand();
  let k = 0;
  for (const a of cornerWords)
    for (const b of cornerWords) {
      for (let c = 0; c < 4; c++) {
        operands[k * 12 + c] = a;
        operands[k * 12 + 4 + c] = b;
      }
      k = (k + 1) % RUNS;
    }
  for (const [op, n] of [
    ...Object.entries(ops),
    ...['udiv', 'umul', 'imul', 'idiv'].map((x) => [x, -2] as [string, number]),
    ['sincos', -1] as [string, number],
  ]) {
    for (const sat of ['', '_sat']) {
      try {
        const program = vertexShader(
          n > 0
            ? `${op}${sat} o1.xyzw, ${['v1.xyzw', 'v2.xyzw', 'v3.xyzw'].slice(0, n).join(', ')}`
            : `${op}${sat} o1.xyzw, o2.xyzw, ${['v1.xyzw', 'v2.xyzw'].slice(0, -n).join(', ')}`,
        );
        const [got, want] = [await runOnDawn(dawn, program, operands), runInInterpreter(program, operands)];
        let nan = 0,
          bad = 0,
          ulp = 0,
          example = '';
        for (let i = 0; i < got.length; i++)
          if (got[i] !== want[i]) {
            if (isNaNWord(got[i]) && isNaNWord(want[i])) {
              nan++;
              continue;
            }
            const d = Math.abs((got[i] | 0) - (want[i] | 0));
            if (d < 100) ulp = Math.max(ulp, d);
            else {
              bad++;
            }
            if (d >= 100 && !example) {
              const r = Math.floor(i / 8),
                c = i % 4;
              example = `(${[0, 4, 8].map((o) => operands[r * 12 + o + c].toString(16) + '=' + floatOf(operands[r * 12 + o + c]))}) got ${got[i].toString(16)} = ${floatOf(got[i])} want ${want[i].toString(16)} = ${floatOf(want[i])} ${floatOf(got[i]) - floatOf(want[i])}`;
            }
          }
        if (bad || ulp || nan) console.log(op + sat, 'bad', bad, 'ulp', ulp, 'nan', nan, example);
      } catch (e) {
        console.log(op, (e as Error).message.slice(0, 600));
      }
    }
  }
  processes.forEach((p) => p.kill());
});
