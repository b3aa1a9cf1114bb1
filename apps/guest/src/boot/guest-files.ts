import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AptPackages } from './apt-packages.js';
import { GuestError } from '../guest-error.js';

/** Paths of the files that a guest boots from. */
export interface GuestFiles {
  /** A bzImage. */
  readonly kernel: string;
  /** lib/modules/<version> of that kernel. */
  readonly modules: string;
  /** A static busybox for i386. */
  readonly busybox: string;
  readonly bios: string;
  readonly vgaBios: string;
}

/** Debian's i386 kernels: with 64-bit page-table entries, and with 32-bit ones. */
export const kernelFlavours = ['686-pae', '686'] as const;
export type KernelFlavour = (typeof kernelFlavours)[number];

/** $XDG_CACHE_HOME/cg/guest, by default in ~/.cache. */
export function defaultCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cg', 'guest');
}

/** The given files, and how to find the others. */
export interface FileOptions extends Partial<GuestFiles> {
  readonly cache: string;
  readonly flavour: KernelFlavour;
  /** Fetch the packages again, even if the cache has them. */
  readonly refresh?: boolean;
  /** Receives progress messages. */
  readonly say: (what: string) => void;
}

const PATHS_INSTEAD = 'or give the files: --kernel, --modules, --busybox, --bios, --vga-bios';

/** From 0xC0000 to 1 MiB. */
const MOST_BIOS_BYTES = 2 ** 18;

/** e_machine of an ELF header (elf.h). */
const EM_386 = 3;

/**
 * The files of a guest: those given, the others from Debian packages that are kept in the cache folder.
 * @throws GuestError if a file is missing or invalid, or cannot be fetched
 */
export async function findGuestFiles(options: FileOptions): Promise<GuestFiles> {
  const { kernel, modules, busybox, bios, vgaBios } = options;
  if (kernel !== undefined && modules === undefined) {
    throw new GuestError('--kernel needs --modules', 'the folder lib/modules/<version> of that kernel');
  }
  const given = { kernel, modules, busybox, bios, vgaBios };
  const allGiven = Object.values(given).every((path) => path !== undefined);
  const packaged = allGiven ? undefined : await packagedFiles(options);
  const files = { ...packaged, ...defined(given) } as GuestFiles;
  for (const [what, path] of Object.entries(files)) {
    const wrong = whatIsWrong(path, what === 'modules') ?? wrongContents(what as keyof GuestFiles, path);
    if (wrong !== undefined) {
      throw new GuestError(`${path}: ${wrong} (${what})`);
    }
  }
  return files;
}

function whatIsWrong(path: string, isFolder: boolean): string | undefined {
  if (!existsSync(path)) {
    return 'no such file';
  }
  const status = statSync(path);
  if (!(isFolder ? status.isDirectory() : status.isFile())) {
    return isFolder ? 'is not a folder' : 'is not a regular file';
  }
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch {
    return 'permission denied';
  }
}

/** Checks for contents that make v86 hang or stop without a message. */
function wrongContents(what: keyof GuestFiles, path: string): string | undefined {
  if (what === 'modules') {
    return undefined;
  }
  if (what === 'bios' || what === 'vgaBios') {
    return statSync(path).size > MOST_BIOS_BYTES ? 'is too large for a BIOS' : undefined;
  }
  const bytes = readFileSync(path);
  if (what === 'kernel') {
    return bytes.toString('latin1', 0x202, 0x206) === 'HdrS' ? undefined : 'is not a bzImage';
  }
  return isI386Program(bytes) ? undefined : 'is not an i386 executable';
}

/** Whether a file is an ELF file of 32 bits for the i386. */
export function isI386Program(bytes: Uint8Array): boolean {
  const isElf32 = Buffer.from(bytes.subarray(0, 5)).toString('latin1') === '\x7fELF\x01';
  return isElf32 && bytes.length > 20 && bytes[18] + 2 ** 8 * bytes[19] === EM_386;
}

function defined(given: Record<string, string | undefined>): Partial<GuestFiles> {
  return Object.fromEntries(Object.entries(given).filter(([, path]) => path !== undefined));
}

async function packagedFiles({ cache, flavour, refresh, say }: FileOptions): Promise<GuestFiles> {
  const folder = join(cache, `debian-i386-${flavour}`);
  if (refresh || kernelPackageOf(folder) === undefined) {
    try {
      await fetchPackages(folder, flavour, say);
    } catch (error) {
      throw asCacheError(cache, error);
    }
  }
  const kernelPackage = kernelPackageOf(folder) ?? '';
  const version = kernelPackage.replace('linux-image-', '');
  const libraries = existsSync(join(folder, 'usr/lib/modules')) ? 'usr/lib/modules' : 'lib/modules';
  return {
    kernel: join(folder, 'boot', `vmlinuz-${version}`),
    modules: join(folder, libraries, version),
    busybox: join(folder, existsSync(join(folder, 'usr/bin/busybox')) ? 'usr/bin' : 'bin', 'busybox'),
    bios: join(folder, 'usr/share/seabios/bios.bin'),
    vgaBios: join(folder, 'usr/share/seabios/vgabios-stdvga.bin'),
  };
}

/** The kernel package of a folder of packages; undefined where its list is missing or damaged. */
function kernelPackageOf(folder: string): string | undefined {
  try {
    const [name] = JSON.parse(readFileSync(join(folder, 'packages.json'), 'utf8')) as unknown[];
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** A GuestError for an error of the file system; any other error is returned as it is. */
export function asCacheError(cache: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined
    ? error
    : new GuestError(`${cache}: cannot be used as the cache folder (${code})`, '--cache names another one');
}

/** The list of packages is written last: a folder with a list is complete. */
async function fetchPackages(
  folder: string,
  flavour: KernelFlavour,
  say: (what: string) => void,
): Promise<void> {
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const apt = new AptPackages(join(partial, 'apt'), 'i386', PATHS_INSTEAD);
  say('asking apt for the packages of Debian i386');
  await apt.update();
  const kernel = await apt.dependencyOf(`linux-image-${flavour}`);
  const names = [kernel, 'busybox-static', 'seabios'];
  say(`downloading ${names.join(', ')}`);
  await apt.unpack(names, partial);
  rmSync(join(partial, 'apt'), { recursive: true });
  if (!readdirSync(join(partial, 'boot')).includes(kernel.replace('linux-image', 'vmlinuz'))) {
    throw new GuestError(`package ${kernel} has no kernel image`);
  }
  writeFileSync(join(partial, 'packages.json'), JSON.stringify(names));
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
