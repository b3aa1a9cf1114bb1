import type { CaseSurface } from '@cg/machine/guest-cases';
import {
  SVGA3D_INVALID_ID,
  viewOf,
  type FieldTypes,
  type Struct,
  type StructValues,
} from '@cg/svga-protocol';
import {
  DRM_VMW_EXECBUF_VERSION,
  DRM_VMW_FENCE_FLAG,
  DRM_VMW_WAIT_OPTION_UNREF,
  drm_vmw_context,
  drm_vmw_surface_flag,
  requests,
  structs,
  takeApart,
} from '@cg/vmwgfx-ioctl';
import type { AgentProgram } from '../agent/agent-program.js';
import { EFAULT, mustSucceed, OPEN, openFile, SYS } from './system-calls.js';

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

const WAIT_MICROSECONDS = 30_000_000;

const PAGE_SIZE = 4096;

/** Offsets of arguments in the agent's scratch memory. */
const ARGUMENT = 0;
const FENCE = 1024;
const COMMANDS = 4096;

type RequestName = Extract<keyof typeof requests, `DRM_IOCTL_${string}`>;

/** A buffer object of the guest's kernel. */
interface KernelBuffer {
  readonly handle: number;
  /** Whole pages. */
  readonly bufferBytes: number;
  /** For mmap. */
  readonly mapOffset: number;
}

/** A surface of the guest's kernel, with its buffer object. */
export interface KernelSurface extends KernelBuffer {
  /** Bytes of the surface. */
  readonly bytes: number;
}

/**
 * A process in the guest that has its GPU open: calls of vmwgfx_drm.h. The structures of these calls have the same
 * layout on i386 and on x86-64.
 */
export class DrmClient {
  readonly #program: AgentProgram;
  readonly #file: number;

  private constructor(program: AgentProgram, file: number) {
    this.#program = program;
    this.#file = file;
  }

  /** @throws GuestError where the file cannot be opened */
  static async open(program: AgentProgram, path = '/dev/dri/renderD128'): Promise<DrmClient> {
    return new DrmClient(program, await openFile(program, path, OPEN.READ_WRITE));
  }

  /** Closes the file: the kernel destroys all its objects. */
  async close(): Promise<void> {
    await this.#program.call(SYS.CLOSE, this.#file);
  }

  /** A guest-backed surface with a buffer object; `coherent` makes the kernel keep it coherent. */
  async createSurface(surface: CaseSurface, coherent: boolean): Promise<KernelSurface> {
    const { fmt, w, h, d = 1, mips = 1, array = 0, flags = 0 } = surface;
    const { create_buffer, coherent: isCoherent } = drm_vmw_surface_flag;
    const answer = await this.#ioctl('DRM_IOCTL_VMW_GB_SURFACE_CREATE_EXT', structs.gbSurfaceCreateExtReq, {
      svga3d_flags: flags,
      format: fmt,
      mip_levels: mips,
      drm_surface_flags: create_buffer | (coherent ? isCoherent : 0),
      multisample_count: 0,
      autogen_filter: 0,
      buffer_handle: SVGA3D_INVALID_ID,
      array_size: array,
      width: w,
      height: h,
      depth: d,
      pad64: 0,
      version: 0,
      svga3d_flags_upper_32_bits: 0,
      multisample_pattern: 0,
      quality_level: 0,
      buffer_byte_stride: 0,
      must_be_zero: 0,
    });
    const { handle, backup_size, buffer_size, buffer_map_handle } = structs.gbSurfaceCreateRep.read(
      answer,
      0,
    );
    return { handle, bytes: backup_size, bufferBytes: buffer_size, mapOffset: buffer_map_handle };
  }

  /** A buffer object of whole pages. */
  async createBuffer(bytes: number): Promise<KernelBuffer> {
    const request = { size: bytes, pad64: 0 };
    const answer = await this.#ioctl('DRM_IOCTL_VMW_ALLOC_BO', structs.allocBoReq, request);
    const { handle, map_handle } = structs.boRep.read(answer, 0);
    return { handle, bufferBytes: bytes, mapOffset: map_handle };
  }

  /** @returns its handle */
  async createDxContext(): Promise<number> {
    // The request has the kind of context where the reply has the handle.
    const request = { cid: drm_vmw_context.dx, pad64: 0 };
    const answer = await this.#ioctl('DRM_IOCTL_VMW_CREATE_EXTENDED_CONTEXT', structs.context, request);
    return structs.context.read(answer, 0).cid;
  }

  /** Maps a buffer object, shared and writable. @returns the address */
  async map({ bufferBytes, mapOffset }: KernelBuffer): Promise<number> {
    const page = Math.floor(mapOffset / PAGE_SIZE);
    const args = [0, bufferBytes, PROT_READ_WRITE, MAP_SHARED, this.#file, page];
    const address = await this.#program.call(SYS.MMAP2, ...args);
    // Addresses above 2 GiB are negative numbers; the last page holds errors.
    return address < 0 && address > -PAGE_SIZE ? mustSucceed('mmap', address) : address >>> 0;
  }

  async unmap(address: number, { bufferBytes }: KernelBuffer): Promise<void> {
    mustSucceed('munmap', await this.#program.call(SYS.MUNMAP, address, bufferBytes));
  }

  /** Submits commands, whose ids are handles, and waits for their fence. */
  async submit(commands: Uint8Array, dxContext: number = SVGA3D_INVALID_ID): Promise<void> {
    const { scratch } = this.#program;
    await this.#program.poke(scratch + COMMANDS, commands);
    // The error field shows whether the kernel has written a fence.
    const untouched = { handle: 0, mask: 0, seqno: 0, passed_seqno: 0, fd: 0, error: -EFAULT };
    await this.#program.poke(scratch + FENCE, bytesOf(structs.fenceRep, untouched));
    await this.#ioctl('DRM_IOCTL_VMW_EXECBUF', structs.execbuf, {
      commands: scratch + COMMANDS,
      command_size: commands.length,
      throttle_us: 0,
      fence_rep: scratch + FENCE,
      version: DRM_VMW_EXECBUF_VERSION,
      flags: 0,
      context_handle: dxContext,
      imported_fence_fd: -1,
    });
    const fence = await this.#program.peek(scratch + FENCE, structs.fenceRep.bytes);
    const { handle, error } = structs.fenceRep.read(viewOf(fence), 0);
    if (error === 0) {
      await this.#ioctl('DRM_IOCTL_VMW_FENCE_WAIT', structs.fenceWait, {
        handle,
        cookie_valid: 0,
        kernel_cookie: [],
        timeout_us: WAIT_MICROSECONDS,
        lazy: 0,
        flags: DRM_VMW_FENCE_FLAG.EXEC,
        wait_options: DRM_VMW_WAIT_OPTION_UNREF,
        pad64: 0,
      });
    }
  }

  /**
   * Calls the driver.
   * @returns the argument after the call, which may be longer than the structure: request and reply share it
   * @throws GuestError where the driver refuses
   */
  async #ioctl<F extends FieldTypes>(
    name: RequestName,
    struct: Struct<F>,
    values: StructValues<F>,
  ): Promise<DataView> {
    const address = this.#program.scratch + ARGUMENT;
    const { bytes } = takeApart(requests[name]);
    await this.#program.poke(address, bytesOf(struct, values, bytes));
    mustSucceed(name, await this.#program.call(SYS.IOCTL, this.#file, requests[name], address));
    return viewOf(await this.#program.peek(address, bytes));
  }
}

function bytesOf<F extends FieldTypes>(
  struct: Struct<F>,
  values: StructValues<F>,
  length = struct.bytes,
): Uint8Array {
  const bytes = new Uint8Array(length);
  struct.write(viewOf(bytes), 0, values);
  return bytes;
}
