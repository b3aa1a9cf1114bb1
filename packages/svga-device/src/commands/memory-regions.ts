import { SvgaDeviceError } from '../errors.js';
import { isInMemory, PAGE_SIZE } from '../memory/guest-memory.js';
import { GuestRegion } from '../memory/guest-region.js';
import type { DeviceObjects } from '../objects/device-objects.js';
import { COST } from '../objects/work-budget.js';
import type { CommandFields } from '@cg/svga-protocol';
import type { CommandFamily } from './command-family.js';

/** SVGARemapGMR2Flags of svga_reg.h. */
const REMAP = { VIA_GMR: 1, PPN64: 2, SINGLE_PPN: 4 } as const;

/** Bytes of an SVGAGuestMemDescriptor: a page number and a page count. */
const DESCRIPTOR_BYTES = 8;

function pagesInUse(objects: DeviceObjects, except: number): number {
  let pages = 0;
  for (const [id, region] of objects.regions) {
    pages += id === except ? 0 : region.pages.length;
  }
  return pages;
}

/** Defines a region of `numPages` pages, replacing the former one; 0 removes it. */
function define(objects: DeviceObjects, gmrId: number, numPages: number): GuestRegion | undefined {
  const { maxGmrs, maxGmrPages } = objects.limits;
  if (gmrId >= maxGmrs) {
    throw new SvgaDeviceError('EINVAL', 'GMR id is above the limit of the device', { gmrId, maxGmrs });
  }
  if (numPages > maxGmrPages - pagesInUse(objects, gmrId)) {
    throw new SvgaDeviceError('ENOMEM', 'GMRs have too many pages', { gmrId, numPages, maxGmrPages });
  }
  if (numPages === 0) {
    objects.regions.delete(gmrId);
    return undefined;
  }
  objects.budget.chargeEach(8 * numPages, COST.FRESH_BYTE);
  const region = new GuestRegion(numPages);
  objects.regions.set(gmrId, region);
  return region;
}

/** Reads the page numbers of REMAP_GMR2 one by one: from the command, or through its guest pointer. */
function descriptorReader(
  objects: DeviceObjects,
  fields: CommandFields<'REMAP_GMR2'>,
): (i: number) => number {
  const { flags, descriptors } = fields;
  const wide = (flags & REMAP.PPN64) !== 0;
  if ((flags & REMAP.VIA_GMR) === 0) {
    return wide ? (i) => descriptors[2 * i] + descriptors[2 * i + 1] * 2 ** 32 : (i) => descriptors[i];
  }
  const [gmrId, start] = descriptors;
  const region = objects.regions.get(gmrId);
  if (region === undefined) {
    throw new SvgaDeviceError('ENOENT', 'no such GMR', { gmrId });
  }
  const entryBytes = wide ? 8 : 4;
  const entry = new Uint8Array(8);
  const view = new DataView(entry.buffer);
  return (i) => {
    const at = start + i * entryBytes;
    if (at + entryBytes > region.bytes) {
      throw new SvgaDeviceError('EFAULT', 'page list leaves its GMR', { gmrId, at });
    }
    objects.cursor.aim(region).readFrom(at, entry, 0, entryBytes);
    return view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  };
}

function remap(objects: DeviceObjects, fields: CommandFields<'REMAP_GMR2'>): void {
  const { gmrId, flags, offsetPages, numPages } = fields;
  const region = objects.regions.get(gmrId);
  if (region === undefined || offsetPages + numPages > region.pages.length) {
    throw new SvgaDeviceError('EINVAL', 'pages are not of the GMR', { gmrId, offsetPages, numPages });
  }
  const single = (flags & REMAP.SINGLE_PPN) !== 0;
  const viaGmr = (flags & REMAP.VIA_GMR) !== 0;
  objects.budget.chargeEach(numPages, viaGmr && !single ? COST.ROW : COST.LOOK);
  const read = descriptorReader(objects, fields);
  const pages = new Float64Array(numPages);
  const toRead = single ? Math.min(numPages, 1) : numPages;
  for (let i = 0; i < toRead; i++) {
    pages[i] = read(i);
  }
  pages.fill(pages[0], toRead);
  region.pages.set(pages, offsetPages);
}

/**
 * A write of SVGA_REG_GMR_DESCRIPTOR: reads the descriptors from the page `ppn` on; 0 removes the region.
 * @throws SvgaDeviceError EFAULT for descriptors outside guest memory, E2BIG and ENOMEM for too many
 */
export function defineRegionByDescriptors(objects: DeviceObjects, gmrId: number, ppn: number): void {
  const runs: [number, number][] = [];
  let pages = 0;
  let at = ppn * PAGE_SIZE;
  if (ppn === 0) {
    objects.regions.delete(gmrId);
    return;
  }
  for (let read = 0; ; read++) {
    if (read > objects.limits.maxGmrPages) {
      throw new SvgaDeviceError('E2BIG', 'GMR has too many descriptors', { gmrId });
    }
    objects.budget.charge(0, 1);
    if (!isInMemory(objects.memory, at, DESCRIPTOR_BYTES)) {
      throw new SvgaDeviceError('EFAULT', 'GMR descriptors lead outside guest memory', { gmrId, at });
    }
    const bytes = objects.memory.view(at, DESCRIPTOR_BYTES);
    const view = new DataView(bytes.buffer, bytes.byteOffset, DESCRIPTOR_BYTES);
    const page = view.getUint32(0, true);
    const count = view.getUint32(4, true);
    if (page === 0 && count === 0) {
      break;
    }
    if (count === 0) {
      at = page * PAGE_SIZE;
      continue;
    }
    pages += count;
    if (pages > objects.limits.maxGmrPages) {
      throw new SvgaDeviceError('ENOMEM', 'GMRs have too many pages', { gmrId, pages });
    }
    runs.push([page, count]);
    at += DESCRIPTOR_BYTES;
  }
  const region = define(objects, gmrId, pages);
  let next = 0;
  for (const [page, count] of runs) {
    for (let i = 0; i < count; i++) {
      (region as GuestRegion).pages[next++] = page + i;
    }
  }
}

/** Guest memory regions of SVGA_CAP_GMR2. */
export const regionCommands: CommandFamily = {
  DEFINE_GMR2: (objects, { gmrId, numPages }) => void define(objects, gmrId, numPages),
  REMAP_GMR2: remap,
};
