import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base64Module } from '@cg/binaries';

/** Compiles agent.c; needs gcc and binutils for i386. @returns {Uint8Array} an ELF executable */
export function compileAgent() {
  const source = fileURLToPath(new URL('agent.c', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'cg-agent-'));
  try {
    const output = join(folder, 'agent');
    const freestanding = ['-ffreestanding', '-fno-builtin', '-nostdlib', '-static', '-fno-pie', '-no-pie'];
    const small = ['-Os', '-fno-asynchronous-unwind-tables', '-fno-stack-protector', '-fomit-frame-pointer'];
    const link = ['-Wl,--build-id=none', '-Wl,-z,norelro', '-Wl,-z,noseparate-code', '-s'];
    const args = ['-m32', '-march=i686', '-std=c11', '-Wall', '-Wextra', '-Werror'];
    execFileSync('gcc', [...args, ...freestanding, ...small, ...link, '-o', output, source]);
    execFileSync('objcopy', ['--remove-section=.comment', '--remove-section=.note*', output]);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const comment = 'agent.c, compiled for i386 Linux: an ELF executable in base64, made by build.mjs.';
  writeFileSync(
    new URL('../../src/agent/agent-binary.ts', import.meta.url),
    base64Module(comment, 'AGENT_BASE64', compileAgent()),
  );
}
