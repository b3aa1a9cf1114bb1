import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { GuestError } from '../guest-error.js';
import { AptPackages, type PackageArchive, type SourcePackage } from './apt-packages.js';
import type { DiskContent } from './disk-content.js';
import { asCacheError } from './guest-files.js';

const MIB = 2 ** 20;

/** Mesa's drivers that are used: that of the device, and those that draw on the CPU. */
const DRIVERS = new Set(['vmwgfx_dri.so', 'swrast_dri.so', 'kms_swrast_dri.so']);

/** Folders that no program needs to run. */
const UNNEEDED = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/lintian', 'usr/share/bug'];

/** Where a guest mounts its own. */
const MOUNT_POINTS = ['dev', 'proc', 'sys', 'tmp'];

/** The only user, as no package is configured. */
const USERS = 'root:x:0:0:root:/tmp:/bin/bash\n';

/** The packages unpacked, what is made of them, and the saved guest. */
const NEEDED_BYTES = 1200 * MIB;

/** An architecture as Debian names it, and its folder of libraries. */
export interface Architecture {
  readonly name: string;
  readonly triplet: string;
}

export interface RootOptions {
  readonly content: DiskContent;
  readonly cache: string;
  /** Make it again, even if the cache has it. */
  readonly refresh: boolean;
  /** Receives progress messages. */
  readonly say: (what: string) => void;
}

interface AboutRoot {
  readonly packages: readonly string[];
}

/** A file or folder of the cache that was made of packages. */
export interface PackageRoot {
  readonly path: string;
  /** Of its packages. */
  readonly id: string;
  /** Of what is in it: who hands it out owes them where a licence asks for it. */
  readonly sources: readonly SourcePackage[];
}

/**
 * What is made of Debian's packages, without users and services. It is made once, and kept in the cache folder.
 * @param file what `make` leaves, by its name in the folder
 * @param make makes it of the unpacked packages, in `folder/root`
 * @throws GuestError where apt has no packages, or the disk is full
 */
export async function findPackageRoot(
  { content, cache, refresh, say }: RootOptions,
  architecture: Architecture,
  file: string,
  make: (folder: string) => Promise<void>,
): Promise<PackageRoot> {
  const folder = join(cache, `debian-${architecture.name}-${content.name}`);
  if (refresh || rootIn(folder, file) === undefined) {
    try {
      await makeRoot(content, architecture, folder, say, make);
    } catch (error) {
      throw asCacheError(cache, error);
    }
  }
  const root = rootIn(folder, file);
  if (root === undefined) {
    throw new GuestError(`${folder}: is not complete`, '--refresh makes it again');
  }
  return root;
}

/** What a folder has; undefined where it is missing or not complete. */
function rootIn(folder: string, file: string): PackageRoot | undefined {
  try {
    const path = join(folder, file);
    const text = readFileSync(join(folder, 'packages.json'), 'utf8');
    const { packages } = JSON.parse(text) as Partial<AboutRoot>;
    const sources = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8')) as SourcePackage[];
    const id = createHash('sha256').update(text).digest('hex').slice(0, 16);
    return Array.isArray(packages) && existsSync(path) ? { path, id, sources } : undefined;
  } catch {
    return undefined;
  }
}

/** packages.json is written last: a folder with it is complete. */
async function makeRoot(
  content: DiskContent,
  architecture: Architecture,
  folder: string,
  say: (what: string) => void,
  make: (folder: string) => Promise<void>,
): Promise<void> {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const { bavail, bsize } = statfsSync(partial);
  if (bavail * bsize < NEEDED_BYTES) {
    const [needed, free] = [NEEDED_BYTES, bavail * bsize].map((bytes) => Math.floor(bytes / MIB));
    const message = `${folder}: ${content.title} needs ${needed} MiB, of which ${free} are free`;
    throw new GuestError(message, '--cache names another folder');
  }
  const { packages, sources } = await unpackContent(content, architecture, partial, say);
  prune(join(partial, 'root'), architecture);
  await make(partial);
  writeFileSync(join(partial, 'sources.json'), JSON.stringify(sources, null, 2));
  const about: AboutRoot = { packages: packages.map(({ archive }) => archive) };
  writeFileSync(join(partial, 'packages.json'), JSON.stringify(about, null, 2));
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

async function unpackContent(
  { title, packages: names, part, without = [] }: DiskContent,
  { name: architecture, triplet }: Architecture,
  partial: string,
  say: (what: string) => void,
): Promise<{ packages: PackageArchive[]; sources: SourcePackage[] }> {
  const root = join(partial, 'root');
  const apt = new AptPackages(
    join(partial, 'apt'),
    architecture,
    'Mesa comes from Debian 12, or an older release',
  );
  say(`asking apt for the packages of ${title} for Debian ${architecture}`);
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
    const folders = part.folders.map((folder) => `./usr/lib/${triplet}/${part.package}/${folder}`);
    await apt.unpack([part.package], root, folders);
  }
  const unpacked = [...packages.map(({ name }) => name), ...(part === undefined ? [] : [part.package])];
  const sources = await apt.sourcesOf(unpacked);
  rmSync(join(partial, 'apt'), { recursive: true });
  return { packages, sources };
}

function prune(root: string, { triplet }: Architecture): void {
  for (const name of UNNEEDED) {
    rmSync(join(root, name), { recursive: true, force: true });
  }
  const drivers = join(root, 'usr/lib', triplet, 'dri');
  for (const name of readdirSync(drivers).filter((driver) => !DRIVERS.has(driver))) {
    rmSync(join(drivers, name));
  }
  for (const name of [...MOUNT_POINTS, 'etc']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  writeFileSync(join(root, 'etc', 'passwd'), USERS);
}
