import { Fields, type ByteSource } from './byte-source.js';
import { MemoryImageError } from './errors.js';
import type { MemoryImage } from './memory-image.js';
import { openRaw } from './raw-image.js';
import type { Segment } from './segments.js';

/** Bytes of the longest magic. */
const MAGIC_BYTES = 16;
const FLATTENED_MAGIC = 'makedumpfile\0';

/** Opens a file of one format. */
type Open = (source: ByteSource) => MemoryImage;

/** Formats by their magic. Each is loaded on demand: loading all of them takes longer than a walk. */
const FORMATS: readonly (readonly [magic: string, load: () => Promise<Open>])[] = [
  ['\x7fELF', async () => (await import('./elf-core.js')).openElfCore],
  ['KDUMP   ', async () => (await import('./kdump-image.js')).openKdump],
  ['EMiL', async () => (await import('./lime-image.js')).openLime],
  ['PAGEDU64', async () => (await import('./windows-dump.js')).openWindowsDump],
];

/** Known but unsupported formats, by the bytes at the beginning of the file. */
const REFUSED: readonly (readonly [magic: string, name: string])[] = [
  ['PAGEDUMP', 'a 32-bit Windows dump'],
  ['DISKDUMP', 'a diskdump file'],
  ['QEVM', 'a saved QEMU machine'],
  ['LibvirtQemudSave', 'a machine saved by libvirt'],
  ['hibr', 'a Windows hibernation file'],
  ['HIBR', 'a Windows hibernation file'],
  ['wake', 'a Windows hibernation file'],
  ['RSTR', 'a Windows hibernation file'],
  ['\xd0\xbe\xd2\xbe', 'a VMware snapshot'],
  ['\xd1\xba\xd1\xba', 'a VMware snapshot'],
  ['\xd2\xbe\xd2\xbe', 'a VMware snapshot'],
  ['\xd3\xbe\xd3\xbe', 'a VMware snapshot'],
  ['EVF\t\r\n\xff\0', 'an EWF (EnCase) file'],
  ['\x1f\x8b\x08', 'compressed with gzip: unpack it first'],
  ['\xfd7zXZ\0', 'compressed with xz: unpack it first'],
  ['\x28\xb5\x2f\xfd', 'compressed with zstd: unpack it first'],
  ['BZh', 'compressed with bzip2: unpack it first'],
  ['PK\x03\x04', 'a zip archive (AFF4 too): unpack it first'],
];

/** Options for a file that does not describe itself. */
export interface OpenOptions {
  /** The file has no headers, and holds these parts of physical memory; its bytes are not examined. */
  readonly map?: readonly Segment[];
}

/**
 * Opens a file of physical memory, with the format of its first bytes. An unknown format is raw: the byte at offset n
 * is that of physical address n.
 * @throws MemoryImageError ENOTSUP for a known but unsupported format; EINVAL and EIO for headers that contradict
 * themselves or the file
 */
export async function openMemoryImage(source: ByteSource, { map }: OpenOptions = {}): Promise<MemoryImage> {
  if (map !== undefined) {
    return openRaw(source, map);
  }
  if (firstBytes(source).has(0, FLATTENED_MAGIC)) {
    const { FlattenedFile } = await import('./flattened-file.js');
    return openByMagic(new FlattenedFile(source));
  }
  return openByMagic(source);
}

async function openByMagic(source: ByteSource): Promise<MemoryImage> {
  const magic = firstBytes(source);
  const format = FORMATS.find(([bytes]) => magic.has(0, bytes));
  if (format !== undefined) {
    const [, load] = format;
    return (await load())(source);
  }
  const refused = REFUSED.find(([bytes]) => magic.has(0, bytes));
  if (refused !== undefined) {
    throw new MemoryImageError('ENOTSUP', `${refused[1]}; its memory is not read`, 0);
  }
  return openRaw(source);
}

function firstBytes(source: ByteSource): Fields {
  return Fields.read(source, 0, Math.min(MAGIC_BYTES, source.size), 'the magic');
}
