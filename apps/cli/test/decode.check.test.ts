import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CommandWriter,
  encodeCommand,
  SVGA_CB_HEADER_BYTES,
  writeCommandBufferHeader,
} from '@cg/svga-protocol';
import { afterAll, describe, expect, it } from 'vitest';
import { cg, runCg } from './cg.js';

const folder = mkdtempSync(join(tmpdir(), 'cg-decode-'));
const main = fileURLToPath(new URL('../dist/main.cjs', import.meta.url));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...parts: Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

function dwords(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

const table = encodeCommand('SET_OTABLE_BASE64', {
  type: 1,
  baseAddress: 2,
  sizeInBytes: 4096,
  validSizeInBytes: 0,
  ptDepth: 4,
});
const fence = encodeCommand('FENCE', { fence: 42 });
const unbind = encodeCommand('BIND_GB_SURFACE', { sid: 7, mobid: 0xffff_ffff });
const good = file('good.bin', table, unbind, fence);

function read(text: string): { kind: string; name?: string; offset: number }[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; name?: string; offset: number });
}

describe('cg decode', () => {
  it('prints commands with offsets, and values by name', () => {
    expect(cg(['decode', good])).toEqual({
      code: 0,
      err: '',
      out:
        '0x000000    SET_OTABLE_BASE64 type=SURFACE baseAddress=2 sizeInBytes=4096 validSizeInBytes=0\n' +
        '            ptDepth=PTDEPTH64_0\n' +
        '0x000020    BIND_GB_SURFACE sid=7 mobid=INVALID\n' +
        '0x000030    FENCE fence=42\n',
    });
  });

  it('--json prints one object per line, with plain numbers', async () => {
    const { code, out } = await runCg(['decode', '--json', good]);
    expect(code).toBe(0);
    expect(read(out)).toMatchObject([
      { kind: 'command', offset: 0, id: 1115, name: 'SET_OTABLE_BASE64', bytes: 32, fields: { ptDepth: 4 } },
      { kind: 'command', offset: 32, name: 'BIND_GB_SURFACE', fields: { sid: 7, mobid: 0xffff_ffff } },
      { kind: 'command', offset: 48, name: 'FENCE', fields: { fence: 42 } },
    ]);
  });

  it('--name takes patterns, with or without the prefix; --from begins later, and offsets stay', async () => {
    const names = ['--name', 'SVGA_3D_CMD_BIND*', '--name', 'fence'];
    expect((await runCg(['decode', good, ...names, '--json'])).out.trim().split('\n')).toHaveLength(2);
    expect((await runCg(['decode', good, '--from', '0x20'])).out).toMatch(
      /^0x000020 {4}BIND_GB_SURFACE .*\n0x000030/,
    );
    expect(await runCg(['decode', good, '--name', 'NO_SUCH'])).toMatchObject({ code: 2, out: '' });
    const stars = `${'*'.repeat(10_000)}!`;
    expect(await runCg(['decode', good, '--name', stars])).toMatchObject({ code: 2, out: '' });
    expect((await runCg(['decode', good, '--name', `*b${stars.slice(0, -1)}e`])).out).toMatch(
      /BIND_GB_SURFACE/,
    );
  });

  it('--header reads the SVGACBHeader before the commands; offsets count as errorOffset does', async () => {
    const header = new Uint8Array(SVGA_CB_HEADER_BYTES);
    writeCommandBufferHeader(header, { length: fence.length, pa: 0x1000, flags: 1 });
    const path = file('header.bin', header, fence, dwords(99, 99));
    expect(await runCg(['decode', '--header', path])).toEqual({
      code: 0,
      err: '',
      out:
        'SVGACBHeader status=NONE errorOffset=0 id=0 flags=NO_IRQ length=8 pa=0x1000 offset=0 dxContext=0\n' +
        '0x000000    FENCE fence=42\n',
    });
    expect(
      await runCg(['decode', '--header', file('short.bin', header, fence.subarray(0, 4))]),
    ).toMatchObject({
      code: 1,
      err: expect.stringContaining('left=4') as string,
    });
    expect(await runCg(['decode', '--header', file('shorter.bin', header.subarray(1))])).toMatchObject({
      code: 2,
    });
  });

  it('--device-context has separate ids', async () => {
    const start = encodeCommand('DC_CMD_START_STOP_CONTEXT', { enable: 1, context: 0x3f });
    expect((await runCg(['decode', '--device-context', file('dc.bin', start)])).out).toBe(
      '0x000000    DC_CMD_START_STOP_CONTEXT enable=1 context=DEVICE\n',
    );
  });

  it('arrays are truncated, and whole with --full', async () => {
    const path = file(
      'shader.bin',
      encodeCommand('SHADER_DEFINE', { cid: 1, shid: 2, type: 2, bytecode: [...Array(10).keys()] }),
    );
    expect((await runCg(['decode', path])).out).toContain('type=PS bytecode=[0 1 2 3 4 5 6 7 …2 more]');
    expect((await runCg(['decode', '--full', path])).out).toContain('bytecode=[0 1 2 3 4 5 6 7 8 9]');
  });

  it('reads streams of any length in pieces, also from a pipe, and lines stay within 100 columns', () => {
    const writer = new CommandWriter();
    for (let fenceNumber = 0; fenceNumber < 40_000; fenceNumber++) {
      writer.write('FENCE', { fence: fenceNumber });
      writer.write('SURFACE_DESTROY', { sid: fenceNumber });
    }
    const { stdout, status } = spawnSync(process.execPath, [main, 'decode', '-'], {
      input: writer.bytes,
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
    });
    const lines = stdout.trim().split('\n');
    expect(status).toBe(0);
    expect(lines).toHaveLength(80_000);
    expect(lines[79_998]).toBe(`0x0c34ec    FENCE fence=39999`);
  });
});

describe('a damaged stream', () => {
  it.each([
    [
      'a size too small',
      dwords(1101, 32, 0, 0),
      'size is not that of the command',
      'size=32 expected=36 left=16',
    ],
    ['a cut command', fence.subarray(0, 5), 'stream ends inside a command', 'id=30(FENCE) bytes=8 left=5'],
    ['a cut id', fence.subarray(0, 3), 'stream ends inside a command id', 'left=3'],
    ['an id without a size', dwords(77, 1, 2), 'not a command', 'id=77 left=12'],
    ['a part of a box', dwords(1042, 28, 1, 2, 3, 4, 5, 6, 7), 'size is not that of the command', 'behind=4'],
    ['too many streams', dwords(1138, 8, 1, 5), 'streams cannot be so many', 'count=5 room=0'],
    ['a size beyond any buffer', dwords(1059, 0x7fff_fff0, 1), 'longer than any command buffer', 'left=12'],
  ])('%s: place, reason and exit code 1, after the earlier commands', async (name, damage, why, numbers) => {
    const path = file(`${name}.bin`, fence, damage);
    const { code, out, err } = await runCg(['decode', path]);
    expect({ code, out }).toEqual({ code: 1, out: '0x000000    FENCE fence=42\n' });
    expect(err).toContain(`cg: ${path}: damaged at 0x000008: ${why}\n`);
    expect(err).toContain(numbers);
    expect(read((await runCg(['decode', '--json', path])).out)).toMatchObject([
      { kind: 'command' },
      { kind: 'damage', offset: 8, why, left: damage.length },
    ]);
  });

  it('an unknown command is skipped and reported, and is not damage', async () => {
    const path = file('unknown.bin', dwords(1299, 4, 5), fence);
    expect(await runCg(['decode', path])).toEqual({
      code: 0,
      err: '',
      out: '0x000000    unknown command 1299, 4 bytes skipped\n0x00000c    FENCE fence=42\n',
    });
    expect(read((await runCg(['decode', '--json', path])).out)[0]).toMatchObject({
      kind: 'unknown',
      id: 1299,
      body: [5, 0, 0, 0],
    });
  });
});

describe('the README', () => {
  it('shows the output of cg', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const bad = file('bad.bin', fence, dwords(1101, 32, 0, 0));
    expect(readme).toContain(`\`\`\`text\n${(await runCg(['decode', good])).out}\`\`\`\n`);
    expect(readme).toContain(
      `\`\`\`text\n${(await runCg(['decode', bad])).err.replace(bad, 'bad.bin')}\`\`\`\n`,
    );
  });
});

describe('bad input is one line and exit code 2', () => {
  it.each([
    ['no such file', [join(folder, 'nothing')], 'no such file'],
    ['a folder', [folder], 'is a directory'],
    ['an offset after the end', [good, '--from', '1000'], 'ends before offset 1000'],
    ['no offset', [good, '--from', 'x'], 'It must be a number'],
    ['no file', [], "missing required argument 'stream'"],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await runCg(['decode', ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });
});
