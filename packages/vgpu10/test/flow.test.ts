import { describe, expect, it } from 'vitest';
import { controlFlow, parseShader, ShaderInterpreter, Vgpu10Error } from '../src/index.js';
import { f, pixels, registers, vertex } from './assemble.js';

/** The x of o0 in each pixel of a quad whose v0.x are these integers. */
function quad(body: string, [a, b, c, d]: readonly number[]): number[] {
  return pixels(
    `dcl_input_ps constant v0.xyzw\ndcl_output o0.xyzw\ndcl_temps 4\n${body}\nmov o0.xyzw, r0.xyzw\nret`,
    [[a], [b], [c], [d]],
  ).map(({ outputs }) => outputs[0]);
}

describe('lanes part and come together', () => {
  it('IF, ELSE', () => {
    const body = `
      if_nz v0.x
        iadd r0.x, r0.x, l(10)
        if_z r0.y
          iadd r0.x, r0.x, v0.x
        endif
      else
        iadd r0.x, r0.x, l(20)
      endif
      iadd r0.x, r0.x, l(100)`;
    expect(quad(body, [0, 1, 2, 0])).toEqual([120, 111, 112, 120]);
  });

  it('LOOP runs until each lane has left it; CONTINUE leaves out the rest of a turn', () => {
    const body = `
      loop
        uge r1.x, r0.y, v0.x
        breakc_nz r1.x
        iadd r0.y, r0.y, l(1)
        and r1.x, r0.y, l(1)
        continuec_nz r1.x
        iadd r0.x, r0.x, r0.y
      endloop`;
    // The sum of the even numbers up to v0.x.
    expect(quad(body, [0, 3, 4, 9])).toEqual([0, 2, 6, 20]);
  });

  it('BREAK and CONTINUE within IF and SWITCH', () => {
    const body = `
      loop
        iadd r0.y, r0.y, l(1)
        switch r0.y
          case l(2)
            if_nz v0.x
              continue
            endif
            break
          case l(5)
            iadd r0.x, r0.x, l(50)
          default
            iadd r0.x, r0.x, l(1)
            break
        endswitch
        iadd r0.x, r0.x, l(100)
        uge r1.x, r0.y, l(5)
        if_nz r1.x
          break
        endif
      endloop`;
    // Turns 1, 3, 4 take the default, 5 falls through into it; 2 adds 100 where v0.x is 0.
    expect(quad(body, [0, 1, 0, 7])).toEqual([554, 454, 554, 454]);
  });

  it('SWITCH: the default may stand anywhere, a value is compared as bits', () => {
    const body = `
      switch v0.x
        case l(-1)
          iadd r0.x, r0.x, l(1)
        default
          iadd r0.x, r0.x, l(2)
        case l(3)
        case l(4)
          iadd r0.x, r0.x, l(4)
          break
        case l(5)
          iadd r0.x, r0.x, l(8)
      endswitch`;
    expect(quad(body, [0xffffffff, 77, 4, 5])).toEqual([7, 6, 4, 8]);
  });

  it('RET ends a lane, not the others', () => {
    const body = `
      mov r0.x, l(1)
      mov o0.x, l(9)
      retc_nz v0.x
      mov r0.x, l(2)`;
    expect(quad(body, [0, 1, 0, 1])).toEqual([2, 9, 2, 9]);
    const fromLoop = `
      mov o0.x, l(7)
      loop
        iadd r0.x, r0.x, l(1)
        uge r1.x, r0.x, v0.x
        if_nz r1.x
          and r1.x, v0.x, l(1)
          retc_nz r1.x
          break
        endif
      endloop`;
    expect(quad(fromLoop, [2, 3, 4, 5])).toEqual([2, 7, 4, 7]);
  });

  it('CALL and CALLC run a function, which RET ends in each lane by itself', () => {
    const body = `
      call l0
      callc_nz v0.x, l1
      iadd r0.x, r0.x, l(1000)
      mov o0.xyzw, r0.xyzw
      ret
      label l0
        iadd r0.x, r0.x, l(1)
        if_nz v0.x
          ret
        endif
        iadd r0.x, r0.x, l(10)
        ret
      label l1
        call l0
        iadd r0.x, r0.x, l(100)
        ret`;
    const found = pixels(`dcl_output o0.x\ndcl_temps 1\n${body}`, [[0], [1], [0], [2]]);
    expect(found.map(({ outputs }) => outputs[0])).toEqual([1011, 1102, 1011, 1102]);
  });

  it('DISCARD marks a pixel, which goes on for the derivatives of the others', () => {
    const body = `
      dcl_output o0.x
      discard_nz v0.y
      deriv_rtx_fine o0.x, v0.x
      ret`;
    const found = pixels(body, [[f(1), 1], [f(5)], [f(2)], [f(9), 0x80000000]]);
    expect(found.map(({ discarded }) => discarded)).toEqual([true, false, false, true]);
    expect(found.map(({ outputs }) => outputs[0])).toEqual([f(4), f(4), f(7), f(7)]);
    expect(pixels('discard_z l(0.0)\nret').every(({ discarded }) => discarded)).toBe(true);
    // Once all are gone, nothing needs to go on.
    expect(pixels('discard_z l(0)\nloop\nendloop').every(({ discarded }) => discarded)).toBe(true);
  });
});

describe('a run ends', () => {
  const run = (body: string, maxSteps?: number) => {
    const program = parseShader(`vs_4_0\n${body}`);
    return new ShaderInterpreter(program, maxSteps === undefined ? {} : { maxSteps }).vertex(registers());
  };
  const refusal = (code: string, at: number) => expect.objectContaining({ name: 'Vgpu10Error', code, at });

  it('after maxSteps statements, with ETIME and the place', () => {
    expect(() => run('loop\nendloop')).toThrow(refusal('ETIME', 3));
    expect(() => run('nop\nnop\nnop\nret', 4)).not.toThrow();
    expect(() => run('nop\nnop\nnop\nret', 3)).toThrow(refusal('ETIME', 5));
  });

  it('and a switch counts the cases that it compares', () => {
    const cases = Array.from({ length: 50 }, (_, i) => `case l(${i + 1})`).join('\n');
    expect(() => run(`switch l(0)\n${cases}\nendswitch`, 50)).toThrow(refusal('ETIME', 2));
  });

  it('functions that call themselves are stopped', () => {
    expect(() => run('call l0\nret\nlabel l0\ncall l0\nret')).toThrow(refusal('EINVAL', 9));
  });
});

describe('controlFlow', () => {
  const flow = (...lines: readonly string[]) =>
    controlFlow(parseShader(`ps_4_0\n${lines.join('\n')}`).statements);

  it('has the other end of each block', () => {
    const { targets, ends } = flow(
      'loop',
      'if_nz v0.x',
      'break',
      'else',
      'continue',
      'endif',
      'endloop',
      'ret',
    );
    expect([...targets]).toEqual([6, 3, 6, 5, 0, -1, 0, -1]);
    expect([...ends]).toEqual([8, 6, 3, 5, 5, 6, 8, 8]);
  });

  it.each([
    ['endif', 2],
    ['else', 2],
    ['endloop', 2],
    ['case l(1)', 2],
    ['break', 2],
    ['continue', 2],
    ['if_nz v0.x\nelse\nelse\nendif', 6],
    ['if_nz v0.x\nendloop', 5],
    ['loop\nif_nz v0.x\nendloop\nendif', 6],
    ['if_nz v0.x\nbreak\nendif', 5],
    ['switch v0.x\ncontinue\nendswitch', 5],
    ['loop', 2],
    ['switch v0.x\ncase l(1)', 5],
    ['call l3', 2],
    ['label l0\nlabel l0', 5],
    ['loop\nlabel l0\nendloop', 3],
  ])('%j is an error with the place', (body, at) => {
    const program = parseShader(`ps_4_0\n${body}`);
    expect(() => controlFlow(program.statements)).toThrow(
      expect.objectContaining({ name: 'Vgpu10Error', code: 'EINVAL', at }),
    );
    expect(() => new ShaderInterpreter(program)).toThrow(Vgpu10Error);
  });

  it('thousands of blocks within each other', () => {
    const depth = 4000;
    const body = `${'if_z v0.x\n'.repeat(depth)}mov o0.x, l(5)\n${'endif\n'.repeat(depth)}`;
    expect(vertex(`dcl_output o0.x\n${body}`)).toEqual([5, 0, 0, 0]);
    const loops = `${'loop\n'.repeat(depth)}break\n${'endloop\n'.repeat(depth - 1)}endloop`;
    const endless = new ShaderInterpreter(parseShader(`vs_4_0\n${loops}`), { maxSteps: 5 * depth });
    expect(() => endless.vertex(registers())).toThrow(expect.objectContaining({ code: 'ETIME' }));
  });
});
