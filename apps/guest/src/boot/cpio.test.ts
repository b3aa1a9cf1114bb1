import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CpioWriter } from './cpio.js';

function archive(): Uint8Array {
  const writer = new CpioWriter();
  writer.folder('bin');
  writer.file('bin/odd', Buffer.from('seven 7'), 0o755);
  writer.file('empty', new Uint8Array());
  return writer.finish();
}

describe('a cpio archive', () => {
  it('has headers of 110 characters, and names and contents that end on a multiple of four', () => {
    const bytes = Buffer.from(archive());
    expect(bytes.length % 4).toBe(0);
    const names: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const field = (index: number): number =>
        parseInt(bytes.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16);
      expect(bytes.toString('latin1', at, at + 6)).toBe('070701');
      const [fileSize, nameSize] = [field(6), field(11)];
      names.push(bytes.toString('latin1', at + 110, at + 110 + nameSize - 1));
      const contents = Math.ceil((at + 110 + nameSize) / 4) * 4;
      at = Math.ceil((contents + fileSize) / 4) * 4;
    }
    expect(names).toEqual(['bin', 'bin/odd', 'empty', 'TRAILER!!!']);
  });

  it.skipIf(spawnSync('cpio', ['--version']).error !== undefined)('is what cpio unpacks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cg-cpio-'));
    try {
      execFileSync('cpio', ['-i', '--quiet'], { cwd: folder, input: archive() });
      expect(readFileSync(join(folder, 'bin/odd'), 'utf8')).toBe('seven 7');
      expect(statSync(join(folder, 'bin/odd')).mode & 0o777).toBe(0o755);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
