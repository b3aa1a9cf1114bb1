import type { MemoryImage } from '@cg/memory-image';
import type { NamedBit, PagingMode, Translation, TranslationStep } from '@cg/pagewalk/image';
import { exactSize, physicalAddress } from './virtual-address.js';

const FAULTS = {
  'non-canonical': 'general protection: the address is not sign-extended',
  'not-present': 'page fault: the entry is not present',
  reserved: 'page fault: a reserved bit is set',
  outside: 'unknown: the next table is not in the image',
  unreadable: 'unknown: the bytes of the next table in the file are damaged',
} as const;

/** A virtual address of a mode, with all its digits. */
function virtualAddress(address: bigint, mode: PagingMode): string {
  return `0x${address.toString(16).padStart(mode.endsWith('level') ? 16 : 8, '0')}`;
}

function bitText({ bit, name, value }: NamedBit): string {
  return /^(available|reserved|protection key)$/.test(name) ? `${name} ${value} (bit ${bit} on)` : name;
}

function bitsText({ value, bits }: TranslationStep): string {
  if (bits.length > 0) {
    return bits.map(bitText).join(', ');
  }
  return value === 0n ? 'nothing set' : "not present: the other bits are software's";
}

function permissions(step: TranslationStep): string {
  const rights = ['read', step.writable ? 'write' : '', step.executable ? 'execute' : ''];
  const mode = step.user ? 'user and supervisor' : 'supervisor only';
  return `${rights.filter((right) => right !== '').join(', ')}; ${mode}`;
}

/** Level by level, for people. */
export function explanationText(translation: Translation, image: MemoryImage, mode: PagingMode): string {
  const lines = [virtualAddress(translation.address, mode)];
  const digitsOfEntry = mode.startsWith('32-bit') ? 8 : 16;
  for (const step of translation.steps) {
    const offset = image.fileOffset(step.entry);
    const inFile = offset === undefined ? 'compressed in the file' : `file offset 0x${offset.toString(16)}`;
    const digits = step.value.toString(16).padStart(digitsOfEntry, '0');
    lines.push(
      `  ${step.name.padEnd(6)}[${step.index}] at ${physicalAddress(step.entry)}, ${inFile}`,
      `         0x${digits}  ${bitsText(step)}`,
    );
    if (step.target !== undefined) {
      const selfMap = step.selfMap ? ', this table itself: a self-map' : '';
      lines.push(`         allows ${permissions(step)}; → ${physicalAddress(step.target)}${selfMap}`);
    }
  }
  const { physical, pageSize, fault, held } = translation;
  if (fault !== undefined) {
    lines.push(`  ${FAULTS[fault]}`);
  } else if (physical !== undefined && pageSize !== undefined) {
    const note = held ? '' : ', outside the image';
    lines.push(`  physical ${physicalAddress(physical)}, in a page of ${exactSize(pageSize)}${note}`);
  }
  return lines.join('\n');
}

export function explanationJson(translation: Translation, image: MemoryImage, mode: PagingMode): string {
  const { address, steps, physical, pageSize, fault, held } = translation;
  return JSON.stringify({
    address: virtualAddress(address, mode),
    steps: steps.map(({ entry, value, target, ...step }) => ({
      ...step,
      entry: physicalAddress(entry),
      fileOffset: image.fileOffset(entry),
      value: `0x${value.toString(16)}`,
      target: target === undefined ? undefined : physicalAddress(target),
    })),
    fault,
    physical: physical === undefined ? undefined : physicalAddress(physical),
    pageSize,
    held,
  });
}
