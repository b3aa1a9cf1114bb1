import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sourcePackages } from './source-packages.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cg-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function document(name: string, file: string, text: string): void {
  const path = join(folder, 'usr/share/doc', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, file), gzipSync(text));
}

it('the source packages of unpacked packages are those of their changelogs, the kernel’s the unsigned one', () => {
  writeFileSync(join(folder, 'packages.json'), '[]');
  document(
    'busybox-static',
    'changelog.Debian.gz',
    'busybox (1:1.35.0-4+b1) bookworm; urgency=low\n\n  * A change\n',
  );
  document(
    'linux-image-6.1.0-50-686',
    'changelog.gz',
    'linux-signed-i386 (6.1.176+1) bookworm; urgency=high\n',
  );
  document('unknown', 'changelog.gz', 'Version 3 of something\n');
  expect(sourcePackages(join(folder, 'usr/share/seabios/bios.bin'))).toEqual([
    { name: 'busybox', version: '1:1.35.0-4+b1' },
    { name: 'linux', version: '6.1.176-1' },
  ]);
});

it('a file that was given, and not unpacked, has none', () => {
  document('busybox-static', 'changelog.Debian.gz', 'busybox (1) bookworm; urgency=low\n');
  expect(sourcePackages(join(folder, 'bios.bin'))).toEqual([]);
});
