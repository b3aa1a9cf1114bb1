import { SVGA3D_MAX_SURFACE_FACES, SVGA3D_SURFACE } from '@cg/svga-protocol';
import { VmwgfxError } from '../../errors.js';
import type { NewSurface } from '../../file/new-surface.js';
import type { CallHandler, OpenFile } from '../open-file/open-file.js';
import { structs, DRM_VMW_HANDLE, DRM_VMW_MAX_MIP_LEVELS } from '@cg/vmwgfx-ioctl';
import { viewOf } from '../user-memory.js';

type CreateRequest = ReturnType<typeof structs.surfaceCreateReq.read>;
type MipSize = ReturnType<typeof structs.size.read>;

function refuse(why: string): never {
  throw new VmwgfxError('EINVAL', `surface create: ${why}`);
}

/** How many mip levels each face has: the same for all six of a cube; otherwise only the first has any. */
function mipLevelsOf({ mip_levels, flags }: CreateRequest): number {
  const [levels] = mip_levels;
  const faces = (flags & SVGA3D_SURFACE.CUBEMAP) === 0 ? 1 : SVGA3D_MAX_SURFACE_FACES;
  if (levels < 1 || levels > DRM_VMW_MAX_MIP_LEVELS) {
    refuse(`1 to ${DRM_VMW_MAX_MIP_LEVELS} mip levels`);
  }
  if (mip_levels.some((count, face) => count !== (face < faces ? levels : 0))) {
    refuse('the device takes the same mip levels for each face that there is');
  }
  return levels;
}

/** Reads the sizes of all mips of all faces from user space. @throws VmwgfxError EFAULT */
function readSizes({ memory }: OpenFile, address: number, count: number): MipSize[] {
  const { bytes } = structs.size;
  const view = viewOf(memory.read(address, count * bytes));
  return Array.from({ length: count }, (_, i) => structs.size.read(view, i * bytes));
}

/** The device derives the mip chain from its base, so no other chain is possible. */
function checkChain(sizes: readonly MipSize[], levels: number): void {
  const [base] = sizes;
  sizes.forEach((size, i) => {
    for (const side of ['width', 'height', 'depth'] as const) {
      if (size[side] !== Math.max(1, Math.floor(base[side] / 2 ** (i % levels)))) {
        refuse(`${side} ${size[side]} of mip ${i % levels} is not that of a chain from ${base[side]}`);
      }
    }
  });
}

/**
 * DRM_VMW_CREATE_SURFACE, older than guest-backed objects: as in the kernel the surface is guest-backed all the same,
 * without a buffer object known to its user. A shareable one gets its backing now, for users that know them.
 */
export const createSurface: CallHandler = (open, argument) => {
  const request = structs.surfaceCreateReq.read(argument, 0);
  const { file } = open;
  const levels = mipLevelsOf(request);
  const cube = (request.flags & SVGA3D_SURFACE.CUBEMAP) !== 0;
  const sizes = readSizes(open, request.size_addr, levels * (cube ? SVGA3D_MAX_SURFACE_FACES : 1));
  checkChain(sizes, levels);
  const { width, height, depth } = sizes[0];
  const { format, flags } = request;
  const wanted: NewSurface = { format, width, height, depth, mipLevels: levels, cube, traits: { flags } };
  const { handle } = file.createSurface(wanted);
  if (request.shareable !== 0) {
    try {
      file.closeHandle(file.backingOf(handle).handle);
    } catch (error) {
      file.closeHandle(handle);
      throw error;
    }
  }
  structs.surface.write(argument, 0, { sid: handle, handle_type: DRM_VMW_HANDLE.LEGACY });
};
