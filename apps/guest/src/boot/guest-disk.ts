import { execFile } from 'node:child_process';
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { GuestError } from '../guest-error.js';
import { findPackageRoot, type Architecture, type PackageRoot, type RootOptions } from './package-root.js';

const execute = promisify(execFile);

const MIB = 2 ** 20;

const I386: Architecture = { name: 'i386', triplet: 'i386-linux-gnu' };

/** mkfs.ext4 is in /usr/sbin, which is not in every user's PATH. */
const SYSTEM_PATH = ['/usr/sbin', '/sbin'];

const BLOCK_BYTES = 4096;

/** A disk that a guest reads. */
export type GuestDisk = PackageRoot;

/**
 * A disk for an i386 guest: an ext4 file system of Debian's packages.
 * @throws GuestError where apt has no packages, mkfs.ext4 is missing, or the disk is full
 */
export async function findGuestDisk(options: RootOptions): Promise<GuestDisk> {
  return findPackageRoot(options, I386, 'disk.img', async (folder) => {
    const root = join(folder, 'root');
    options.say(`making a disk of ${await makeFileSystem(root, join(folder, 'disk.img'))} MiB`);
    rmSync(root, { recursive: true });
  });
}

/** @returns the size of the file system in MiB */
async function makeFileSystem(root: string, path: string): Promise<number> {
  const bytes = bytesBelow(root);
  // Tables of inodes and blocks take a few per cent.
  const mebibytes = Math.ceil((bytes * 1.08) / MIB) + 16;
  // The guest only reads: a journal and checksums would cost it time.
  const options = ['-q', '-b', `${BLOCK_BYTES}`, '-m', '0', '-O', '^has_journal,^metadata_csum,^64bit'];
  const searched = [process.env.PATH ?? '', ...SYSTEM_PATH].join(delimiter);
  try {
    await execute('mkfs.ext4', [...options, '-d', root, path, `${mebibytes}M`], {
      env: { ...process.env, PATH: searched },
    });
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string; stderr?: string };
    if (code === 'ENOENT') {
      throw new GuestError('mkfs.ext4 is not installed', 'it is in the package e2fsprogs');
    }
    throw new GuestError(`mkfs.ext4 cannot make the disk: ${stderr.trim().split('\n').at(-1)}`);
  }
  return mebibytes;
}

/** The blocks of all files, each once: Mesa's drivers are one file with several names. */
function bytesBelow(root: string): number {
  const files = new Map<number, number>();
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const { ino, size } = lstatSync(join(root, name));
    files.set(ino, Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES);
  }
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}
