import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fnv1a } from '@cg/machine/guest-cases';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentProgram } from './agent-program.js';
import { AgentWire } from './agent-wire.js';
import { AGENT_BASE64 } from './agent-binary.js';
import { compileAgent } from '../../native/agent/build.mjs';

const ENOSYS = 38;
const binary = Buffer.from(AGENT_BASE64, 'base64');

/** The compiler of the stored binary; others generate other code. */
const COMPILER = /^gcc .* 12\.2\.0$/m;
const compiler = spawnSync('gcc', ['--version'], { encoding: 'utf8' }).stdout ?? '';

const folder = mkdtempSync(join(tmpdir(), 'cg-agent-'));
const file = join(folder, 'agent');
writeFileSync(file, binary, { mode: 0o755 });

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('is smaller than a page', () => {
  expect(binary.length).toBeLessThan(4096);
});

it.skipIf(!COMPILER.test(compiler))('is the compiled source', () => {
  expect(Buffer.compare(compileAgent(), binary)).toBe(0);
});

/**
 * The reason why this machine cannot run the agent: many kernels run no 32-bit programs. The agent's first message is
 * the proof, because a refused executable may be run as a shell script. @returns undefined if it runs
 */
function whyNotRun(path: string): string | undefined {
  const { stdout, error, status, signal } = spawnSync(path, { input: '', timeout: 10_000 });
  if (error === undefined && stdout.length === 12) {
    return undefined;
  }
  return `no 32-bit programs here: ${error?.message ?? `it ends with ${signal ?? status}, without a message`}`;
}

it('is not tested on a machine that cannot run it', () => {
  const foreign = Uint8Array.from(binary);
  foreign[18] = 40; // e_machine of the ELF header: EM_ARM
  writeFileSync(join(folder, 'foreign'), foreign, { mode: 0o755 });
  expect(whyNotRun(join(folder, 'foreign'))).toMatch(/^no 32-bit programs here: /);
});

const whyNot = whyNotRun(file);

describe.skipIf(whyNot !== undefined)(`the agent, on this machine ${whyNot ?? ''}`.trim(), () => {
  let agent: ChildProcess;
  let program: AgentProgram;

  beforeEach(async () => {
    agent = spawn(file, { stdio: ['pipe', 'pipe', 'inherit'] });
    // Two pipes in place of a serial port.
    const port = {
      add_listener: (_event: string, listener: (byte: number) => void) =>
        agent.stdout?.on('data', (bytes: Buffer) => bytes.forEach((byte) => listener(byte))),
      serial_send_bytes: (_port: number, bytes: Uint8Array) => agent.stdin?.write(bytes),
    };
    const wire = new AgentWire(port as unknown as ConstructorParameters<typeof AgentWire>[0]);
    await wire.start();
    program = new AgentProgram(wire);
  });

  afterEach(() => {
    agent.kill();
  });

  it('stores, loads and fills memory, in order, also beyond one message', async () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i * 7);
    await program.poke(program.scratch, bytes);
    await program.fill(program.scratch + 5, 3, 0xee);
    bytes.fill(0xee, 5, 8);
    expect(await program.peek(program.scratch, bytes.length)).toEqual(bytes);
  });

  it('copies memory by words from and to any address', async () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
    await program.poke(program.scratch, bytes);
    await program.copyWords(program.scratch + 131, program.scratch + 2, 12);
    const copied = new Uint8Array(20);
    copied.set(bytes.subarray(2, 14), 3);
    expect(await program.peek(program.scratch + 128, 20)).toEqual(copied);
  });

  it('hashes memory piece by piece, with a shorter last piece', async () => {
    const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i * 31);
    await program.poke(program.scratch, bytes);
    const hashes = await program.hashes(program.scratch, 3000, 8);
    const expected = Array.from({ length: 375 }, (_, i) => fnv1a(bytes.subarray(8 * i, 8 * i + 8)));
    expect(hashes).toEqual(expected);
    expect(await program.hashes(program.scratch, 10, 8)).toEqual([expected[0], fnv1a(bytes.subarray(8, 10))]);
  });

  it('makes system calls with six arguments, and returns their errors', async () => {
    const [getpid, mmap2, badCall] = [20, 192, 9999];
    expect(await program.call(getpid)).toBe(agent.pid);
    const [readWrite, privateAnonymous] = [3, 0x22];
    const address = (await program.call(mmap2, 0, 8192, readWrite, privateAnonymous, -1, 0)) >>> 0;
    await program.fill(address, 8192, 9);
    expect(await program.peek(address + 8190, 2)).toEqual(Uint8Array.of(9, 9));
    expect(await program.call(badCall)).toBe(-ENOSYS);
  });
});
