import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { GuestError } from '../guest-error.js';
import { AptPackages, type PackageArchive, type SourcePackage } from './apt-packages.js';
import { asCacheError } from './guest-files.js';

const execute = promisify(execFile);

const MIB = 2 ** 20;

/** OpenGL, OpenGL ES, EGL, GLX and GBM by Mesa; apt adds what these need. */
const MESA = ['libgl1-mesa-dri', 'libegl1', 'libegl-mesa0', 'libgbm1', 'libgl1', 'libgles2', 'libopengl0'];

/** What a disk has. */
export interface DiskContent {
  readonly name: 'mesa' | 'piglit' | 'x' | 'x-vmware';
  /** What it is called in messages. */
  readonly title: string;
  /** apt adds what these need. */
  readonly packages: readonly string[];
  /** Folders of a package that is taken without what it needs. */
  readonly part?: { readonly package: string; readonly folders: readonly string[] };
  /** Packages that the others name, and do not need to run. */
  readonly without?: readonly string[];
}

export const MESA_DISK: DiskContent = { name: 'mesa', title: 'Mesa', packages: MESA };

/** Where Debian's piglit has its programs, `bin/NAME`. */
export const PIGLIT_FOLDER = '/usr/lib/i386-linux-gnu/piglit';

/** Mesa with piglit, without the shaders that piglit generates: they are 1.9 GB. */
export const PIGLIT_DISK: DiskContent = {
  name: 'piglit',
  title: 'Mesa and piglit',
  packages: [...MESA, 'libwaffle-1-0', 'libxkbcommon0'],
  part: { package: 'piglit', folders: ['bin', 'lib', 'tests'].map((name) => `.${PIGLIT_FOLDER}/${name}`) },
};

/** An X server with a window manager and a terminal. xkbcomp is started by a shell, and xterm starts one. */
const X_DESKTOP = [
  ...words('xserver-xorg-core xserver-xorg-input-evdev x11-xserver-utils twm xterm'),
  ...words('dash bash coreutils procps ncurses-base fonts-dejavu-core'),
];

/** udev does not run; the others install packages, or are for xrdb, which is not used. */
const NOT_FOR_X = [
  ...words('udev kmod keyboard-configuration adduser debconf dpkg tar perl-base menu'),
  ...words('cpp cpp-12 libisl23 libmpc3 libmpfr6 iso-codes libssl3 libdb5.3'),
];

/** X with OpenGL clients, and OpenGL programs that have the screen alone. */
export const X_DISK: DiskContent = {
  name: 'x',
  title: 'Mesa and X',
  packages: [...MESA, ...X_DESKTOP, ...words('mesa-utils-bin kmscube glmark2-drm glmark2-es2-drm')],
  without: NOT_FOR_X,
};

/** X with Debian's own driver for the device, which programs it without the kernel's where that is not loaded. */
export const X_VMWARE_DISK: DiskContent = {
  name: 'x-vmware',
  title: "X and VMware's driver for it",
  packages: [...MESA, ...X_DESKTOP, 'xserver-xorg-video-vmware'],
  without: NOT_FOR_X,
};

/** Mesa's drivers that a guest can use: that of the device, and those that draw on the CPU. */
const DRIVERS = new Set(['vmwgfx_dri.so', 'swrast_dri.so', 'kms_swrast_dri.so']);
const DRIVER_FOLDER = 'usr/lib/i386-linux-gnu/dri';

/** Folders that no program needs to run. */
const UNNEEDED = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/lintian', 'usr/share/bug'];

/** Where the guest mounts its own. */
const MOUNT_POINTS = ['dev', 'proc', 'sys', 'tmp'];

/** The only user, as no package is configured. */
const USERS = 'root:x:0:0:root:/tmp:/bin/bash\n';

/** The packages unpacked, the disk made of them, and the saved guest. */
const NEEDED_BYTES = 1200 * MIB;

/** mkfs.ext4 is in /usr/sbin, which is not in every user's PATH. */
const SYSTEM_PATH = ['/usr/sbin', '/sbin'];

const BLOCK_BYTES = 4096;

/** A disk that a guest reads. */
export interface GuestDisk {
  readonly path: string;
  /** Of its content. */
  readonly id: string;
  /** Of what is on it: who hands out the disk owes them where a licence asks for it. */
  readonly sources: readonly SourcePackage[];
}

export interface DiskOptions {
  readonly content: DiskContent;
  readonly cache: string;
  /** Make it again, even if the cache has it. */
  readonly refresh: boolean;
  /** Receives progress messages. */
  readonly say: (what: string) => void;
}

interface AboutDisk {
  readonly packages: readonly string[];
}

/**
 * A disk for an i386 guest: an ext4 file system of Debian's packages, without users and services. It is made once, and
 * kept in the cache folder.
 * @throws GuestError where apt has no packages, mkfs.ext4 is missing, or the disk is full
 */
export async function findGuestDisk({ content, cache, refresh, say }: DiskOptions): Promise<GuestDisk> {
  const folder = join(cache, `debian-i386-${content.name}`);
  if (refresh || diskIn(folder) === undefined) {
    try {
      await makeDisk(content, folder, say);
    } catch (error) {
      throw asCacheError(cache, error);
    }
  }
  const disk = diskIn(folder);
  if (disk === undefined) {
    throw new GuestError(`${folder}: the disk is not complete`, '--refresh makes it again');
  }
  return disk;
}

/** The disk of a folder; undefined where it is missing or not complete. */
function diskIn(folder: string): GuestDisk | undefined {
  try {
    const path = join(folder, 'disk.img');
    const text = readFileSync(join(folder, 'packages.json'), 'utf8');
    const { packages } = JSON.parse(text) as Partial<AboutDisk>;
    const sources = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8')) as SourcePackage[];
    const id = createHash('sha256').update(text).digest('hex').slice(0, 16);
    return Array.isArray(packages) && existsSync(path) ? { path, id, sources } : undefined;
  } catch {
    return undefined;
  }
}

/** packages.json is written last: a folder with it is complete. */
async function makeDisk(content: DiskContent, folder: string, say: (what: string) => void): Promise<void> {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const { bavail, bsize } = statfsSync(partial);
  if (bavail * bsize < NEEDED_BYTES) {
    const [needed, free] = [NEEDED_BYTES, bavail * bsize].map((bytes) => Math.floor(bytes / MIB));
    const message = `${folder}: a guest with ${content.title} needs ${needed} MiB, of which ${free} are free`;
    throw new GuestError(message, '--cache names another folder');
  }
  const root = join(partial, 'root');
  const { packages, sources } = await unpackContent(content, partial, root, say);
  prune(root);
  say(`making a disk of ${await makeFileSystem(root, join(partial, 'disk.img'))} MiB`);
  rmSync(root, { recursive: true });
  writeFileSync(join(partial, 'sources.json'), JSON.stringify(sources, null, 2));
  const about: AboutDisk = { packages: packages.map(({ archive }) => archive) };
  writeFileSync(join(partial, 'packages.json'), JSON.stringify(about, null, 2));
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

async function unpackContent(
  { title, packages: names, part, without = [] }: DiskContent,
  partial: string,
  root: string,
  say: (what: string) => void,
): Promise<{ packages: PackageArchive[]; sources: SourcePackage[] }> {
  const apt = new AptPackages(join(partial, 'apt'), 'i386', 'Mesa comes from Debian 12, or an older release');
  say(`asking apt for the packages of ${title} for Debian i386`);
  await apt.update();
  const packages = (await apt.archivesFor(names)).filter(({ name }) => !without.includes(name));
  const bytes = packages.reduce((sum, one) => sum + one.bytes, 0);
  say(`downloading ${packages.length} packages, ${Math.ceil(bytes / MIB)} MiB`);
  await apt.unpack(
    packages.map(({ name }) => name),
    root,
  );
  if (part !== undefined) {
    say(`downloading ${part.package}`);
    await apt.unpack([part.package], root, part.folders);
  }
  const unpacked = [...packages.map(({ name }) => name), ...(part === undefined ? [] : [part.package])];
  const sources = await apt.sourcesOf(unpacked);
  rmSync(join(partial, 'apt'), { recursive: true });
  return { packages, sources };
}

function prune(root: string): void {
  for (const name of UNNEEDED) {
    rmSync(join(root, name), { recursive: true, force: true });
  }
  const drivers = join(root, DRIVER_FOLDER);
  for (const name of readdirSync(drivers).filter((driver) => !DRIVERS.has(driver))) {
    rmSync(join(drivers, name));
  }
  for (const name of [...MOUNT_POINTS, 'etc']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  writeFileSync(join(root, 'etc', 'passwd'), USERS);
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

function words(text: string): string[] {
  return text.split(' ');
}
