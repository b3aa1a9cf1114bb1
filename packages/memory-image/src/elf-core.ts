import { Fields, type ByteSource } from './byte-source.js';
import { cpusFromNotes } from './elf-notes.js';
import { MemoryImageError } from './errors.js';
import type { MemoryImage } from './memory-image.js';
import { SegmentedImage } from './segmented-image.js';
import type { Segment } from './segments.js';

// ELF cores of machines (System V ABI, chapters 4 and 5): QEMU's dump-guest-memory, VirtualBox, /proc/vmcore.

const IDENT_SIZE = 16;
const EI_CLASS = 4;
const EI_DATA = 5;
const ELFCLASS32 = 1;
const ELFCLASS64 = 2;
const ELFDATA2LSB = 1;
const ET_CORE = 4;
const EM_386 = 3;
const EM_X86_64 = 62;
const PT_LOAD = 1;
const PT_NOTE = 4;
/** In e_phnum: the number of program headers is in sh_info of the first section header. */
const PN_XNUM = 0xffff;
/** Program headers of 1 TiB in segments of 8 MiB; they are kept in memory. */
const MOST_HEADERS = 1 << 17;
/** Most bytes of notes that are read; those of 4,096 CPUs in QEMU's format have 4 MiB. */
const MOST_NOTE_BYTES = 16 * 2 ** 20;

/** Field offsets of a class of ELF. */
interface Layout {
  readonly headerSize: number;
  readonly phoff: number;
  readonly shoff: number;
  readonly phentsize: number;
  readonly phnum: number;
  readonly shInfo: number;
  readonly shdrSize: number;
  readonly phdrSize: number;
  readonly pOffset: number;
  readonly pPaddr: number;
  readonly pFilesz: number;
  readonly wide: boolean;
}

const ELF64: Layout = {
  headerSize: 64,
  phoff: 32,
  shoff: 40,
  phentsize: 54,
  phnum: 56,
  shInfo: 44,
  shdrSize: 64,
  phdrSize: 56,
  pOffset: 8,
  pPaddr: 24,
  pFilesz: 32,
  wide: true,
};

const ELF32: Layout = {
  headerSize: 52,
  phoff: 28,
  shoff: 32,
  phentsize: 42,
  phnum: 44,
  shInfo: 28,
  shdrSize: 40,
  phdrSize: 32,
  pOffset: 4,
  pPaddr: 12,
  pFilesz: 16,
  wide: false,
};

/**
 * An ELF core with the physical address of each segment. Memory of a segment beyond its bytes in the file is not
 * held. Header sizes are ignored where an offset gives the place: QEMU 7.2 writes 8 into e_ehsize.
 * @throws MemoryImageError ENOTSUP for ELF files that are no little-endian core of an x86 machine; EINVAL and EIO for
 * invalid headers
 */
export function openElfCore(source: ByteSource): MemoryImage {
  const ident = Fields.read(source, 0, IDENT_SIZE, 'the ELF identification').bytes;
  const layout = layoutOf(ident);
  const header = Fields.read(source, 0, layout.headerSize, 'the ELF header');
  if (header.u16(16) !== ET_CORE) {
    throw new MemoryImageError('ENOTSUP', `an ELF file of type ${header.u16(16)}, no core (${ET_CORE})`, 16);
  }
  const machine = header.u16(18);
  if (machine !== EM_386 && machine !== EM_X86_64) {
    throw new MemoryImageError('ENOTSUP', `an ELF core of machine ${machine}, which is not x86`, 18);
  }
  const { loads, notes } = programHeaders(source, header, layout);
  return new SegmentedImage('elf', source, loads, cpusFromNotes(notes));
}

function layoutOf(ident: Uint8Array): Layout {
  if (ident[EI_DATA] !== ELFDATA2LSB) {
    throw new MemoryImageError('ENOTSUP', 'an ELF file that is not little-endian', EI_DATA);
  }
  switch (ident[EI_CLASS]) {
    case ELFCLASS64:
      return ELF64;
    case ELFCLASS32:
      return ELF32;
    default:
      throw new MemoryImageError('EINVAL', `ELF class ${ident[EI_CLASS]}, neither 32 nor 64 bits`, EI_CLASS);
  }
}

function programHeaders(source: ByteSource, header: Fields, layout: Layout) {
  const phoff = offsetField(header, layout, layout.phoff, 'e_phoff');
  const entrySize = header.u16(layout.phentsize);
  if (entrySize < layout.phdrSize) {
    const message = `program headers of ${entrySize} bytes, which have ${layout.phdrSize}`;
    throw new MemoryImageError('EINVAL', message, layout.phentsize);
  }
  const count = headerCount(source, header, layout);
  if (count > MOST_HEADERS) {
    throw new MemoryImageError('EINVAL', `${count} program headers, more than ${MOST_HEADERS}`, layout.phnum);
  }
  const loads: Segment[] = [];
  const notes: Uint8Array[] = [];
  let noteBytes = 0;
  for (let i = 0; i < count; i++) {
    const at = phoff + i * entrySize;
    const entry = Fields.read(source, at, layout.phdrSize, `program header ${i}`);
    const type = entry.u32(0);
    const offset = offsetField(entry, layout, layout.pOffset, `p_offset of header ${i}`);
    const size = offsetField(entry, layout, layout.pFilesz, `p_filesz of header ${i}`);
    if (type === PT_LOAD) {
      const physical = offsetField(entry, layout, layout.pPaddr, `p_paddr of header ${i}`);
      loads.push({ physical, offset, size });
    } else if (type === PT_NOTE) {
      noteBytes += size;
      if (noteBytes > MOST_NOTE_BYTES) {
        throw new MemoryImageError('EINVAL', `${noteBytes} bytes of notes`, at);
      }
      notes.push(Fields.read(source, offset, size, 'the notes').bytes);
    }
  }
  return { loads, notes: concatenated(notes, noteBytes) };
}

function headerCount(source: ByteSource, header: Fields, layout: Layout): number {
  const count = header.u16(layout.phnum);
  if (count !== PN_XNUM) {
    return count;
  }
  const shoff = offsetField(header, layout, layout.shoff, 'e_shoff');
  return Fields.read(source, shoff, layout.shdrSize, 'the first section header').u32(layout.shInfo);
}

function offsetField(fields: Fields, layout: Layout, at: number, what: string): number {
  return layout.wide ? fields.size(at, what) : fields.u32(at);
}

function concatenated(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
