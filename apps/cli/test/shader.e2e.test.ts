import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { encodeCommand } from '@cg/svga-protocol';
import { encodeShader, parseShader } from '@cg/vgpu10';
import { afterAll, describe, expect, it } from 'vitest';
import { main, runCg, tracesFolder } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-shader-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Mesa on the device, of our own programs. */
const recording = join(tracesFolder, 'gltest.cgrec.gz');

function file(name: string, ...parts: Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

const bytesOf = (words: Uint32Array) => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

const text = `ps_4_0
dcl_globalFlags refactoringAllowed
dcl_input_ps linear v1.xyzw
dcl_output o0.xyzw
dcl_temps 1
dcl_sampler s0, mode_default
dcl_resource_texture2d (float,float,float,float) t0
sample r0.xyzw, v1.xyxx, t0.xyzw, s0
lt r0.w, r0.w, l(0.5)
discard_nz r0.w
mov_sat o0.xyzw, r0.xyzw
ret
`;
const tokens = bytesOf(encodeShader(parseShader(text)));
const good = file('shader.bin', tokens);
const broken = file(
  'broken.bin',
  bytesOf(encodeShader(parseShader('vs_4_0\nmov r0.x, v0.x\nendif\ndiscard_nz r0.x'))),
);

describe('cg shader', () => {
  it('prints a shader as assembly', async () => {
    expect(await runCg(['shader', good])).toEqual({ code: 0, out: text, err: '' });
    expect((await runCg(['shader', good, '--tokens'])).out).toContain('discard_nz r0.w // 34\n');
  });

  it('reads standard input, and stops at the length of the shader', () => {
    const input = Buffer.concat([tokens, Uint8Array.of(1, 2, 3, 4, 5)]);
    const { stdout, status } = spawnSync(process.execPath, [main, 'shader', '-'], {
      input,
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: text, status: 0 });
  });

  it('--check lists the rules that are broken, and exits with 1', async () => {
    expect(await runCg(['shader', good, '--check'])).toEqual({
      code: 0,
      out: '11 statements, no fault\n',
      err: '',
    });
    expect(await runCg(['shader', broken, '--check'])).toEqual({
      code: 1,
      out:
        'token 2: r0 is not declared\n' +
        'token 2: INPUT 0 is not declared with all components that are used\n' +
        'token 8: DISCARD in a vertex shader\n' +
        'token 8: r0 is not declared\n' +
        'token 7: ENDIF closes nothing\n',
      err: '',
    });
    expect((await runCg(['shader', broken])).code).toBe(0);
  });

  it('--json is one object, with what the shader needs', async () => {
    const { code, out } = await runCg(['shader', good, '--json']);
    expect(code).toBe(0);
    const shader = JSON.parse(out) as { statements: unknown[] };
    expect(shader).toMatchObject({
      kind: 'shader',
      faults: [],
      interface: {
        type: 'PIXEL',
        discards: true,
        resources: [{ slot: 0, dimension: 'TEXTURE2D', opcodes: ['SAMPLE'], samplers: [0] }],
      },
    });
    expect(shader.statements).toHaveLength(11);
    expect((await runCg(['shader', broken, '--json', '--check'])).code).toBe(1);
  });

  it('--wgsl translates it by itself; what WGSL cannot express is exit code 1', async () => {
    const { code, out, err } = await runCg(['shader', good, '--wgsl']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('@fragment fn main(in: FromRasterizer) -> Targets {');
    expect(out).toContain(' // sample r0.xyzw, v1.xyxx, t0.xyzw, s0\n');
    expect(await runCg(['shader', broken, '--wgsl'])).toEqual({
      code: 1,
      out: '',
      err: `cg: ${broken}: vertex shader, token 7: ENDIF outside of a block\n`,
    });
    expect(await runCg(['shader', good, '--wgsl', '--json'])).toMatchObject({ code: 2, out: '' });
  });

  it('damaged tokens are exit code 1, with the place', async () => {
    const path = file('damaged.bin', tokens.subarray(0, 20));
    expect(await runCg(['shader', path])).toEqual({
      code: 1,
      out: '',
      err: `cg: ${path}: damaged at token 1: a length of ${tokens.length / 4} tokens, in 5 words\n`,
    });
    const { code, out } = await runCg(['shader', path, '--json']);
    expect({ code, damage: JSON.parse(out) as unknown }).toMatchObject({
      code: 1,
      damage: { kind: 'damage', at: 1 },
    });
    expect(await runCg(['shader', file('empty.bin')])).toMatchObject({ code: 1, out: '' });
  });
});

describe('cg shader --stream', () => {
  it('lists the shaders of a recording, and prints the last one of an id', async () => {
    const { code, out } = await runCg(['shader', '--stream', recording]);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(/^context 1 {2}shader 1 {2}VS {2}\d+ bytes$/);
    const shown = await runCg(['shader', '--stream', recording, '--shader', '1']);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toMatch(/^vs_4_0\n[^]*\nret\n$/);
    expect((await runCg(['shader', '--stream', recording, '--shader', '1', '--check'])).out).toMatch(
      /no fault\n$/,
    );
    const unpacked = file('unpacked.cgrec', gunzipSync(readFileSync(recording)));
    expect((await runCg(['shader', '--stream', unpacked, '--shader', '1'])).out).toBe(shown.out);
    const json = (await runCg(['shader', '--stream', recording, '--json', '--context', '1'])).out;
    expect(JSON.parse(json.split('\n')[0])).toMatchObject({
      kind: 'bound',
      context: 1,
      id: 1,
      type: 1,
      hasCode: true,
    });
    expect((await runCg(['shader', '--stream', recording, '--context', '77'])).out).toBe('');
  });

  it('a stream of commands binds shaders in the memory that --memory names', async () => {
    const stream = file(
      'stream.bin',
      encodeCommand('DEFINE_GB_MOB64', { mobid: 5, ptDepth: 5, base: 1, sizeInBytes: 8192 }),
      encodeCommand('DX_DEFINE_SHADER', { shaderId: 3, type: 2, sizeInBytes: tokens.length }),
      encodeCommand('DX_BIND_SHADER', { cid: 9, shid: 3, mobid: 5, offsetInBytes: 4000 }),
    );
    // The list of pages is page 1, the pages are 3 and 2: the shader begins in one and ends in the other.
    const memory = new Uint8Array(4 * 4096);
    new DataView(memory.buffer).setBigUint64(4096, 3n, true);
    new DataView(memory.buffer).setBigUint64(4104, 2n, true);
    memory.set(tokens.subarray(0, 96), 3 * 4096 + 4000);
    memory.set(tokens.subarray(96), 2 * 4096);
    const image = file('memory.raw', memory);
    const args = ['shader', '--stream', stream, '--shader', '3'];
    expect(await runCg([...args, '--memory', image])).toEqual({ code: 0, out: text, err: '' });
    expect(await runCg(args)).toMatchObject({
      code: 2,
      err: `cg: ${stream}: the code of shader 3 is in guest memory that is not at hand: see --memory\n`,
    });
    expect((await runCg(['shader', '--stream', stream])).out).toBe(
      `context 9  shader 3  PS  ${tokens.length} bytes, its code is not at hand\n`,
    );
  });

  it.each([
    [
      'cut off',
      (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 3),
      /recording at byte \d+ is cut off/,
    ],
    [
      'of an unknown kind',
      (bytes: Uint8Array) => Buffer.concat([bytes.subarray(0, bytes.length - 1), Uint8Array.of(99, 0)]),
      /recording at byte \d+ is of no known kind/,
    ],
  ])('a recording with a record %s is bad input', async (name, damage, message) => {
    const path = file(`${name}.cgrec`, damage(gunzipSync(readFileSync(recording))));
    const { code, err } = await runCg(['shader', '--stream', path]);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.split('\n')).toHaveLength(2);
  });
});

describe('the README', () => {
  it('shows the output of cg', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`\`\`\`text\n${(await runCg(['shader', good])).out}\`\`\`\n`);
  });
});

describe('bad input is one line and exit code 2', () => {
  it.each([
    ['no file', ['no-such-file'], 'no such file'],
    ['a folder', [folder], 'is a directory'],
    ['neither', [], 'give either a file of tokens or --stream'],
    ['both', [good, '--stream', recording], 'give either a file of tokens or --stream'],
    ['--shader without a stream', [good, '--shader', '1'], 'are for --stream'],
    ['--shader that is no number', ['--stream', recording, '--shader', 'x'], 'It must be a whole number'],
    ['a shader that is not there', ['--stream', recording, '--shader', '999'], 'no shader 999 is bound'],
    [
      'a context without it',
      ['--stream', recording, '--shader', '1', '--context', '8'],
      'no shader 1 is bound in context 8',
    ],
    ['a stream that is none', ['--stream', good], 'neither a recording nor a stream of commands'],
    [
      'memory that is not there',
      ['--stream', file('none.bin'), '--memory', 'no-such-image'],
      'no-such-image: no such file',
    ],
    [
      'a gzip file that is none',
      ['--stream', file('bad.gz', Uint8Array.of(0x1f, 0x8b, 1, 2))],
      'damaged gzip data',
    ],
    ['standard input twice', ['--stream', '-', '--memory', '-'], 'standard input is given twice'],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await runCg(['shader', ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
