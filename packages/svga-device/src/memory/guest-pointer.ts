import { SvgaDeviceError } from '../errors.js';
import { SVGA_GMR } from '@cg/svga-protocol';
import type { BackingCursor, GuestBytes } from './backing-cursor.js';
import { copyBytes } from './byte-copy.js';

/** Memory that an SVGAGuestPtr can point to. */
export interface PointedMemory {
  readonly bytes: number;
  /** Copies from it into `image`; the caller checks the ranges. */
  read(offset: number, image: Uint8Array, at: number, length: number): void;
  /** Copies from `image` into it. */
  write(offset: number, image: Uint8Array, at: number, length: number): void;
}

/** The objects that guest pointers name by id. */
export interface PointerTargets {
  readonly regions: ReadonlyMap<number, GuestBytes>;
  readonly mobs: ReadonlyMap<number, GuestBytes>;
  readonly cursor: BackingCursor;
  vram(): Uint8Array;
}

/**
 * Resolves the id of an SVGAGuestPtr: SVGA_GMR_FRAMEBUFFER is VRAM, otherwise a GMR of that id, and where there is
 * none the MOB of that id. Linux numbers GMRs and MOBs separately, both from 0, and means the GMR.
 * @throws SvgaDeviceError ENOENT
 */
export function pointedMemory(gmrId: number, targets: PointerTargets): PointedMemory {
  if (gmrId === SVGA_GMR.FRAMEBUFFER) {
    const vram = targets.vram();
    return {
      bytes: vram.length,
      read: (offset, image, at, length) => copyBytes(vram, offset, image, at, length),
      write: (offset, image, at, length) => copyBytes(image, at, vram, offset, length),
    };
  }
  const backing = targets.regions.get(gmrId) ?? targets.mobs.get(gmrId);
  if (backing === undefined) {
    throw new SvgaDeviceError('ENOENT', 'guest pointer leads to no GMR and no MOB', { gmrId });
  }
  const cursor = targets.cursor.aim(backing);
  return {
    bytes: backing.bytes,
    read: (offset, image, at, length) => cursor.readFrom(offset, image, at, length),
    write: (offset, image, at, length) => cursor.writeTo(offset, image, at, length),
  };
}
