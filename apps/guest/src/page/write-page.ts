import { createHash } from 'node:crypto';
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeState } from '@cg/v86';
import type { SourcePackage } from '../boot/apt-packages.js';
import { pcSettings } from '../emulator/pc-settings.js';
import { GuestError } from '../guest-error.js';
import { PAGE_DEVICE, type PageGuest } from './page-guest.js';
import { sourcePackages } from './source-packages.js';

/** Increased when a page that reads the old ones cannot read the new ones. */
const FORMAT = 1;

/** The list of a folder's files, written last. */
const ABOUT = 'guest.json';

interface PageFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a page finds in `guest.json`. */
interface AboutPage {
  readonly format: number;
  /** Of the emulator: another one may not read the state. */
  readonly v86: string;
  /** Options of `V86`, besides the files. */
  readonly pc: object;
  /** Options of the device, besides its renderer. */
  readonly device: object;
  readonly sharedFolder: string;
  /** The PC as `restoreState` takes it, compressed by gzip. */
  readonly state: PageFile;
  readonly bios: PageFile;
  readonly vgaBios: PageFile;
  /** The first hard disk, read by ranges of bytes. */
  readonly disk?: Pick<PageFile, 'name' | 'bytes'>;
  /** A publisher of these files owes the sources of what is under the GPL. */
  readonly sources: readonly SourcePackage[];
}

function copyDisk(path: string, folder: string): Pick<PageFile, 'name' | 'bytes'> {
  const name = 'disk.img';
  copyFileSync(path, join(folder, name), constants.COPYFILE_FICLONE);
  return { name, bytes: statSync(path).size };
}

/**
 * Looks whether a folder may be replaced.
 * @throws GuestError for one with other files, and for a file
 */
export function checkPageFolder(folder: string): void {
  if (!existsSync(folder) || existsSync(join(folder, ABOUT))) {
    return;
  }
  if (!statSync(folder).isDirectory() || readdirSync(folder).length > 0) {
    throw new GuestError(`${folder}: there are other files`, '--page replaces a folder that it has made');
  }
}

/**
 * Saves a guest as files for a page, in a folder that is made anew.
 * @throws GuestError where the folder cannot be written
 */
export async function writePage(folder: string, page: PageGuest, memoryMib: number): Promise<void> {
  const { guest, files, disk, sharedFolder } = page;
  await guest.pause();
  const { emulator, device } = await guest.save();
  const state = encodeState({ emulator: new Uint8Array(emulator), device });
  const { version } = createRequire(import.meta.url)('v86/package.json') as { version: string };
  const partial = `${folder}.partial`;
  const write = (name: string, bytes: Uint8Array): PageFile => {
    writeFileSync(join(partial, name), bytes);
    return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  };
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    const about: AboutPage = {
      format: FORMAT,
      v86: version,
      pc: { ...pcSettings(memoryMib), filesystem: {} },
      device: PAGE_DEVICE,
      sharedFolder,
      state: write('state.gz', gzipSync(state)),
      bios: write('bios.bin', readFileSync(files.bios)),
      vgaBios: write('vgabios.bin', readFileSync(files.vgaBios)),
      ...(disk && { disk: copyDisk(disk.path, partial) }),
      sources: [...sourcePackages(files.bios), ...(disk?.sources ?? [])],
    };
    writeFileSync(join(partial, ABOUT), `${JSON.stringify(about, null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined ? error : new GuestError(`${folder}: cannot be written (${code})`);
  }
}
